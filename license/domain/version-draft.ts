// The next version of a license that a clerk is filling in: the form of draft.ts filled with the version before, of which he
// may touch what the type's `changes` lets the operation touch. What he asks for is what he made different. Pure.
import { canonicalHolderCode } from '../../common/codes/holder-code.ts';
import { type IssueRequest, type VersionRequest, versionRequest } from '../../common/contract/license.ts';
import { type Cells, columnsOf, holderPrefix, toRawRequest } from './batch-columns.ts';
import { type DraftContent, type DraftFault, listDraftFaults, shapeFaults } from './draft.ts';
import type { LicenseContent } from './license-record.ts';
import type { VersionAct } from './license-states.ts';
import type { LicenseType } from './license-type.ts';
import type { LicenseDates } from './license-validity.ts';
import { makeNextVersion, mergeVersion, type NextVersion, touchedBy } from './next-version.ts';

/** The request and the version that it makes, when nothing is wrong with it. */
export type VersionJudgement = {
  readonly next: (NextVersion & { readonly asked: VersionRequest }) | null;
  readonly faults: readonly DraftFault[];
};

const HOLDER = /^holder(?:_\d+)?_(?:name|code_type|code)$/;

/** Whether an operation may make a column another. The date of issue and the case are always its own. */
export function mayTouch(type: LicenseType, operation: VersionAct, column: string): boolean {
  const { fields, holders, photo, dates } = touchedBy(type, operation);
  if (column === 'case_id' || column === 'issued_on') return true;
  if (column === 'license_number') return false;
  if (column === 'valid_from' || column === 'valid_to') return dates;
  if (column === 'photo') return photo && type.photo.obligation !== 'none';
  return HOLDER.test(column) ? holders : fields === '*' || fields.includes(column);
}

/** What the form begins with: the version before, but its case and the dates that become anew. */
export function firstCells(type: LicenseType, current: LicenseContent, operation: VersionAct): Cells {
  const { dates } = touchedBy(type, operation);
  const isAnew = (column: string): boolean =>
    column === 'issued_on' || (dates && (column === 'valid_from' || column === 'valid_to'));
  return Object.fromEntries(Object.entries(cellsOfContent(type, current)).filter(([column]) => !isAnew(column)));
}

/** What was typed, and what he may not touch as it is. */
export function keepUntouched(type: LicenseType, current: LicenseContent, operation: VersionAct, typed: Cells): Cells {
  const own = Object.entries(typed).filter(([column]) => mayTouch(type, operation, column));
  const kept = Object.entries(firstCells(type, current, operation)).filter(
    ([column]) => !mayTouch(type, operation, column),
  );
  return Object.fromEntries([...kept, ...own]);
}

/**
 * Judges the draft of the version after `current`. `fallback`: the case id when none was typed. Throws license-state-forbids
 * when it is not the time to renew.
 */
export function judgeVersionDraft(
  type: LicenseType,
  current: LicenseContent,
  operation: VersionAct,
  content: DraftContent,
  { fallback, today }: { readonly fallback: string; readonly today: string },
): VersionJudgement {
  const raw = readVersion(type, current, operation, content, fallback);
  const parsed = versionRequest.safeParse(raw);
  const asked: VersionRequest = parsed.success ? parsed.data : raw;
  const shape = parsed.success ? [] : shapeFaults(parsed.error);
  const decide = (): LicenseDates => makeNextVersion(type, current, asked, today).dates;
  const request = mergeVersion(type, current, asked);
  const faults = listDraftFaults(type, content, { shape, request, decide, today });
  const isGood = parsed.success && faults.length === 0;
  return { next: isGood ? { request, dates: decide(), asked } : null, faults };
}

/** Names what is another than before, and nothing else. */
function readVersion(
  type: LicenseType,
  current: LicenseContent,
  operation: VersionAct,
  { cells, photo }: DraftContent,
  fallback: string,
): VersionRequest {
  const typed = toRawRequest(type, cells, current.issuingAuthority.code, fallback);
  const may = (column: string): boolean => mayTouch(type, operation, column);
  const fields = type.fields.flatMap(({ name }) => {
    const value = typed.fields[name] ?? null;
    return !may(name) || value === (current.fields[name] ?? null) ? [] : [[name, value] as const];
  });
  const holders = may('holder_name') && !isSameHolders(current, typed.holders) ? typed.holders : undefined;
  const dates = (['issued_on', 'valid_from', 'valid_to'] as const).flatMap((name) =>
    may(name) && typed[name] !== undefined ? [[name, typed[name]] as const] : [],
  );
  return {
    operation,
    case_id: typed.case_id,
    item: 1,
    ...Object.fromEntries(dates),
    ...(holders === undefined ? {} : { holders }),
    fields: Object.fromEntries(fields),
    ...(photo === undefined || !may('photo') ? {} : { photo }),
  };
}

function isSameHolders({ holders: before }: LicenseContent, after: IssueRequest['holders']): boolean {
  const isSame = ({ name, code_type, code }: IssueRequest['holders'][number], index: number): boolean => {
    const known = before[index];
    return known?.name === name && known.codeType === code_type && known.code === canonicalHolderCode(code);
  };
  return before.length === after.length && after.every(isSame);
}

/** A column of which the version before says something else; null where one of them says nothing. */
export type Difference = { readonly column: string; readonly before: string | null; readonly after: string | null };

/** What becomes another, and what stays: both in the order of the form, without the photo. */
export function compareVersions(
  type: LicenseType,
  current: LicenseContent,
  { request, dates }: NextVersion,
): { readonly changed: readonly Difference[]; readonly kept: Cells } {
  const holders = request.holders.map(({ name, code_type: codeType, code }) => ({
    name,
    codeType,
    code: canonicalHolderCode(code),
  }));
  const next = { licenseNumber: request.license_number, holders, fields: request.fields, ...dates };
  const [before, after] = [cellsOfContent(type, current), cellsOfContent(type, next)];
  const names = columnsOf(type).map(({ name }) => name);
  const changed = names.flatMap((column) =>
    before[column] === after[column] ? [] : [{ column, before: before[column] ?? null, after: after[column] ?? null }],
  );
  const kept = names.flatMap((column) =>
    after[column] === undefined || before[column] !== after[column] ? [] : [[column, after[column]] as const],
  );
  return { changed, kept: Object.fromEntries(kept) };
}

type Said = Pick<LicenseContent, 'licenseNumber' | 'fields' | keyof LicenseDates> & {
  readonly holders: readonly LicenseContent['holders'][number][];
};

/** As the form would have it typed; what the type does not know any more is left out. */
function cellsOfContent(type: LicenseType, content: Said): Cells {
  const holders = content.holders.flatMap(({ name, codeType, code }, index) => [
    [`${holderPrefix(index)}_name`, name],
    [`${holderPrefix(index)}_code_type`, codeType],
    [`${holderPrefix(index)}_code`, code],
  ]);
  const all: Cells = Object.fromEntries([
    ['license_number', content.licenseNumber],
    ...holders,
    ['issued_on', content.issuedOn],
    ['valid_from', content.validFrom],
    ['valid_to', content.validTo],
    ...Object.entries(content.fields),
  ]);
  return Object.fromEntries(
    columnsOf(type).flatMap(({ name }) => (all[name] === undefined ? [] : [[name, all[name]]])),
  );
}
