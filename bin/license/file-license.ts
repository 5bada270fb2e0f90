// `xinji verify FILE --license URL`: what the license room has on record of the license that a PDF is. The seals are judged
// here, offline; the room is asked for the one thing that no file can tell.
import { type FileVerification, fileVerification } from '../../common/contract/license.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { MAX_FILE_BYTES } from '../../license/http/verifications.ts';
import type { ByteSource } from '../../seal/pdf/byte-source.ts';
import { askRoom } from './room-api.ts';

type Fact = FileVerification['license'];

export type FileQuestion = {
  /** Of the license room. */
  readonly room: string;
  /** YYYY-MM-DD: the state at the end of that day too. */
  readonly date: string | undefined;
};
export type FileLicense =
  | { readonly kind: 'told'; readonly fact: Fact }
  /** The room refused, or does not answer. */
  | {
      readonly kind: 'untold';
      readonly error: { readonly code: string; readonly detail: string; readonly hint: string };
    };

/** Sends the file to the room. Throws nothing that the room or the way to it can do. */
export async function askForFile(source: ByteSource, { room, date }: FileQuestion): Promise<FileLicense> {
  try {
    if (source.size > MAX_FILE_BYTES)
      throw new TrustError('body-too-large', `the room takes files of up to ${MAX_FILE_BYTES} bytes`);
    const path = `/v1/verifications${date === undefined ? '' : `?${new URLSearchParams({ date })}`}`;
    const answer = await askRoom(room, { method: 'POST', path, body: source.read(0, source.size) });
    const told = fileVerification.safeParse(answer).data;
    if (!told) throw new TrustError('internal', 'the license room answered with something else than a verification');
    return { kind: 'told', fact: told.license };
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return { kind: 'untold', error: { code: error.code, detail: error.message, hint: error.hint } };
  }
}

/**
 * 0 the file of a license in force, or a copy that is still good; 1 one that is not, or of an earlier version; 2 not told;
 * 3 of no license known here.
 */
export function exitOfLicense(license: FileLicense): 0 | 1 | 2 | 3 {
  if (license.kind === 'untold') return 2;
  const { status, registered_file: isIssued, annotated_copy: copy } = license.fact;
  if (status === 'unknown' || status === 'not_a_license') return 3;
  return status === 'valid' && !isSuperseded(license.fact) && (isIssued || copy?.is_live === true) ? 0 : 1;
}

export function licenseLines(license: FileLicense): readonly string[] {
  if (license.kind === 'untold') return [`NOT TOLD  ${license.error.detail}`, license.error.hint];
  const { finding, identifier, current_identifier: current, as_of: asOf, state_at: stateAt } = license.fact;
  return [
    `${MARKS[exitOfLicense(license)]} ${finding}  (${asOf})`,
    ...(identifier === null ? [] : [`identifier   ${identifier}`]),
    ...(isSuperseded(license.fact) ? [`current      ${current}`] : []),
    ...(stateAt === null ? [] : [`on ${stateAt.date}  ${stateAt.state}`]),
  ];
}

function isSuperseded({ identifier, current_identifier: current }: Fact): boolean {
  return current !== null && current !== identifier;
}

const MARKS = ['in force', 'NOT IN FORCE', 'NOT TOLD', 'no license known'] as const;
