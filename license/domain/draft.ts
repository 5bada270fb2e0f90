// A license that a clerk is filling in, or its next version (version-draft.ts): what he typed, and everything in it that the
// rules of its type refuse. The cells are those of a list (batch-columns.ts), so that one by one and in bulk the same is typed
// and means the same. Pure.
import { type IssueRequest, issueRequest } from '../../common/contract/license.ts';
import { isTrustError } from '../../common/errors.ts';
import { type Cells, columnNameAt, columnsOf, toRawRequest } from './batch-columns.ts';
import { listFieldFaults } from './license-fields.ts';
import type { VersionAct } from './license-states.ts';
import type { LicenseType } from './license-type.ts';
import { decideDates, type LicenseDates } from './license-validity.ts';
import { parsePhoto } from './photo.ts';

/** `photo`: base64, as it was uploaded. `heldBy`: the codes of those who hold the license whose next version it is. */
export type DraftContent = { readonly cells: Cells; readonly photo?: string; readonly heldBy?: readonly string[] };

/** The version that comes before, and what is done to it. */
export type Follows = { readonly identifier: string; readonly operation: VersionAct };

export type Draft = {
  readonly draftId: string;
  readonly organisation: string;
  readonly account: string;
  readonly licenseType: string;
  /** Null for a license that is to be. */
  readonly follows: Follows | null;
  readonly content: DraftContent;
  readonly changedAt: Date;
};

/** A fault at a column; null where it is at none. */
export type DraftFault = { readonly column: string | null; readonly problem: string; readonly fault: string };

/** The request, when nothing is wrong with it. */
export type Judgement = { readonly request: IssueRequest | null; readonly faults: readonly DraftFault[] };

const NAMES_A_DATE = /\b(?:issued_on|valid_from|valid_to)\b/;

/**
 * Judges a draft, one fault a column. `fallback`: the case id when none was typed. `today`: the date in China. What only the
 * printing finds (a character without a glyph) is not found here.
 */
export function judgeDraft(
  type: LicenseType,
  content: DraftContent,
  at: { readonly authorityCode: string; readonly fallback: string; readonly today: string },
): Judgement {
  const { cells, photo } = content;
  const raw = {
    ...toRawRequest(type, cells, at.authorityCode, at.fallback),
    ...(photo === undefined ? {} : { photo }),
  };
  const parsed = issueRequest.safeParse(raw);
  const request: IssueRequest = parsed.success ? parsed.data : { ...raw, item: 1 };
  const shape = parsed.success ? [] : shapeFaults(parsed.error);
  const decide = (): LicenseDates => decideDates(type, request, at.today);
  const faults = listDraftFaults(type, content, { shape, request, decide, today: at.today });
  return { request: parsed.success && faults.length === 0 ? parsed.data : null, faults };
}

/** All that is wrong with what was typed, one fault a column, in the order of the form. */
export function listDraftFaults(type: LicenseType, { cells, photo }: DraftContent, of: Read): readonly DraftFault[] {
  const faults = [...missingColumns(type, cells), ...of.shape, ...ruleFaults(type, of), ...photoFaults({ photo })];
  const first = faults.filter(({ column }, index) => faults.findIndex((other) => other.column === column) === index);
  return inOrder(type, first);
}

/** What cells were read as: their faults of shape, the whole license, its dates. `today`: the date in China. */
type Read = {
  readonly shape: readonly DraftFault[];
  readonly request: IssueRequest;
  readonly decide: () => LicenseDates;
  readonly today: string;
};

export function shapeFaults({ issues }: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] }) {
  return issues.map(({ path }) => shapeFault(path.map(String)));
}

function missingColumns(type: LicenseType, cells: Cells): readonly DraftFault[] {
  return columnsOf(type).flatMap(({ name, isWanted }) =>
    isWanted && cells[name] === undefined ? [faultAt(name, `${name} is missing`)] : [],
  );
}

function shapeFault(path: readonly string[]): DraftFault {
  const column = columnNameAt(`/${path.join('/')}`);
  if (column === 'case_id') return faultAt(column, 'a case id has 1 to 128 letters, digits and signs without blanks');
  return faultAt(column, 'too long, or not of the expected form');
}

function ruleFaults(type: LicenseType, { request, decide, today }: Read): readonly DraftFault[] {
  const [dates, wrong] = tryDates(decide, today);
  const found = listFieldFaults(type, request, dates, today).map(({ code, message, pointer }) => ({
    column: columnNameAt(pointer),
    problem: code,
    fault: message,
  }));
  // A field that is measured by a date is judged once that date is right.
  return wrong === null ? found : [wrong, ...found.filter(({ fault }) => !NAMES_A_DATE.test(fault))];
}

function tryDates(decide: () => LicenseDates, today: string): [LicenseDates, DraftFault | null] {
  try {
    return [decide(), null];
  } catch (error) {
    if (!isTrustError(error, 'license-fields-invalid')) throw error;
    const wrong = { column: columnNameAt(error.pointer) || null, problem: error.code, fault: error.message };
    return [{ issuedOn: today, validFrom: today, validTo: today }, wrong];
  }
}

function photoFaults({ photo }: { readonly photo?: string | undefined }): readonly DraftFault[] {
  if (photo === undefined) return [];
  try {
    parsePhoto(photo);
    return [];
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return [{ column: 'photo', problem: error.code, fault: error.message }];
  }
}

/** In the order of the form. */
function inOrder(type: LicenseType, faults: readonly DraftFault[]): readonly DraftFault[] {
  const order = [...columnsOf(type).map(({ name }) => name), 'photo'];
  const placeOf = ({ column }: DraftFault): number => (column === null ? -1 : order.indexOf(column));
  return [...faults].sort((one, other) => placeOf(one) - placeOf(other));
}

function faultAt(column: string | null, fault: string): DraftFault {
  return { column, problem: 'license-fields-invalid', fault };
}
