// What a clerk sends with the form of a draft: its fields, its photo, the draft that it is.
import type Koa from 'koa';
import { isTrustError, PROBLEMS, TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import { readUploadForm } from '../../common/http/upload.ts';
import { type Cells, columnNameAt, columnsOf, holderPrefix } from '../domain/batch-columns.ts';
import type { DraftContent, DraftFault } from '../domain/draft.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { getDraft } from '../flow/drafts.ts';
import type { AtDesk, DeskParts } from './desk-person.ts';

export type TypedDraft = {
  readonly draftId: string;
  readonly content: DraftContent;
  readonly act: string | undefined;
  /** How many holders the form had room for. */
  readonly room: number;
};

const PHOTO_BYTES = 1024 * 1024;
const FORM_BYTES = 256 * 1024;
const FORM_PARTS = 250;
const DRAFT_ID = /^drf_[0-9a-z]{20,40}$/;

/** Throws csrf-mismatch, and invalid-request for a form that names no draft. */
export async function readDraftForm(
  parts: DeskParts,
  ctx: Koa.Context,
  at: AtDesk,
  type: LicenseType,
): Promise<TypedDraft> {
  const { texts, photo } = await readTyped(ctx, type);
  parts.sessions.checkCsrf(ctx, texts);
  const draftId = texts['draft'] ?? '';
  if (!DRAFT_ID.test(draftId))
    throw new TrustError('invalid-request', 'the form names no draft', { pointer: '/draft' });
  const kept = photo ?? (await photoBefore(parts, at, draftId));
  const content = { cells: cellsOf(type, texts), ...(kept === undefined ? {} : { photo: kept }) };
  return { draftId, content, act: texts['act'], room: Number(texts['holders']) || 1 };
}

/** How many holders a form has room for: `room` is asked for, what is filled stays. */
export function holdersOf(type: LicenseType, { cells }: DraftContent, room: number): number {
  const indexes = Array.from({ length: type.holder.max_holders }, (_, index) => index);
  const filled = indexes.filter((index) =>
    Object.keys(cells).some((name) => name.startsWith(`${holderPrefix(index)}_`)),
  );
  const wanted = Math.max(room, type.holder.min_holders, 1, ...filled.map((index) => index + 1));
  return Math.min(wanted, type.holder.max_holders);
}

/** What only the printing or the record found, at its field. Throws on whatever a clerk cannot mend. */
export function faultOfRefusal(error: unknown): DraftFault {
  if (!isTrustError(error) || PROBLEMS[error.code].status >= 500) throw error;
  const column = error.code === 'case-conflict' ? 'case_id' : columnNameAt(error.pointer);
  return { column, problem: error.code, fault: error.message };
}

async function readTyped(ctx: Koa.Context, type: LicenseType) {
  if (type.photo.obligation === 'none') return { texts: await readForm(ctx, { maxBytes: FORM_BYTES }) };
  const { files, texts } = await readUploadForm(ctx, PHOTO_BYTES, FORM_PARTS);
  const bytes = files['photo']?.bytes;
  return { texts, ...(bytes === undefined ? {} : { photo: Buffer.from(bytes).toString('base64') }) };
}

/** A form that is sent again brings no photo: the one that was sent before stays. */
async function photoBefore({ deps }: DeskParts, at: AtDesk, draftId: string): Promise<string | undefined> {
  try {
    return (await getDraft(deps, at.clerk, draftId)).content.photo;
  } catch (error) {
    if (isTrustError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Full-width letters and digits of codes, and blanks around anything, are typing, not meaning. */
function cellsOf(type: LicenseType, texts: Readonly<Record<string, string>>): Cells {
  const codes = new Set(Array.from({ length: type.holder.max_holders }, (_, index) => `${holderPrefix(index)}_code`));
  const dates = new Set(['issued_on', 'valid_from', 'valid_to', 'case_id']);
  for (const { kind, name } of type.fields) if (kind === 'date' || kind === 'number') dates.add(name);
  const names = columnsOf(type).map(({ name }) => name);
  return Object.fromEntries(
    names.flatMap((name) => {
      const typed = (texts[name] ?? '').normalize('NFC').trim();
      const value = codes.has(name) || dates.has(name) ? typed.normalize('NFKC').replace(/\s/g, '') : typed;
      return value === '' ? [] : [[name, value]];
    }),
  );
}
