// The last look before a sealed document leaves: what was appended is parsed anew, and what it holds is verified over the bytes
// that are there. Taken over from the sealing are what was read of the input, which nothing has changed, and the digest, after
// every byte of the update that it covers has been compared with what went into it. The container is judged in
// check-container.ts.
import { compareBytes } from '../../common/bytes.ts';
import type { ContainerMode } from '../domain/container.ts';
import { checkByteRange } from '../pdf/byte-range.ts';
import { joinSources } from '../pdf/byte-source.ts';
import { openGrown, type PdfDocument } from '../pdf/document.ts';
import { findSignatureField } from '../pdf/form.ts';
import type { SealingUpdate } from '../pdf/signature-dictionary.ts';
import { checkContainer, released } from './check-container.ts';
import type { HashedUpdate } from './preserve-document.ts';
import type { SealingParty } from './sealing-party.ts';

export type ReleaseQuestion = {
  /** The document before the update. */
  readonly before: PdfDocument;
  readonly update: SealingUpdate;
  /** What was signed. */
  readonly hashed: HashedUpdate;
  readonly party: SealingParty;
  readonly mode: ContainerMode;
  /** Level T: the claimed time, which the token cannot precede. Null: there is no token. */
  readonly stampedAfter: Date | null;
};

/**
 * The sealed document, opened anew. Throws an Error, which is a fault of this program and not of the input, unless the result
 * verifies.
 */
export function checkRelease({ before, update, hashed, ...question }: ReleaseQuestion): PdfDocument {
  const document = openGrown(before, joinSources(before.source, update.appended), question.party.seal.raw);
  const field = findSignatureField(document, update.field);
  if (!field) throw released('the signature field cannot be found');
  const finding = checkByteRange(document, field.dict);
  if (!('signed' in finding)) throw released(finding.fault);
  const { byteRange, end, contents } = finding.signed;
  const start = before.source.size;
  if (end !== document.source.size || byteRange[1] < start) throw released('the byte range is not the whole file');
  // The bytes that the range names are those that were hashed, to the last one; so is their digest.
  const { appended } = update;
  const isSame =
    compareBytes(appended.subarray(0, byteRange[1] - start), hashed.front) === 0 &&
    compareBytes(appended.subarray(byteRange[2] - start), hashed.back) === 0;
  if (!isSame) throw released('the byte range covers other bytes than were hashed');
  checkContainer(contents, { ...question, digest: hashed.digest });
  return document;
}
