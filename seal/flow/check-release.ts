// The last look before a sealed document leaves: its bytes are parsed anew, and what they hold is verified over them.
// The hash of the input is taken over from the sealing; nothing else is taken on trust. The container is judged in
// check-container.ts.
import type { Sm3 } from '../../common/crypto/sm3.ts';
import type { ContainerMode } from '../domain/container.ts';
import { checkByteRange } from '../pdf/byte-range.ts';
import { type ByteSource, joinSources } from '../pdf/byte-source.ts';
import { openDocument } from '../pdf/document.ts';
import { listSignatureFields } from '../pdf/form.ts';
import type { SealingUpdate } from '../pdf/signature-dictionary.ts';
import { checkContainer, released } from './check-container.ts';
import type { SealingParty } from './sealing-party.ts';

export type ReleaseQuestion = {
  readonly source: ByteSource;
  readonly update: SealingUpdate;
  /** SM3 state over the whole input. */
  readonly prefix: Sm3;
  readonly party: SealingParty;
  readonly mode: ContainerMode;
  /** Level T: the claimed time, which the token cannot precede. Null: there is no token. */
  readonly stampedAfter: Date | null;
  readonly password?: string | undefined;
};

/** Throws an Error, which is a fault of this program and not of the input, unless the result verifies. */
export function checkRelease({ source, update, prefix, password, ...question }: ReleaseQuestion): void {
  const document = openDocument(joinSources(source, update.appended), password);
  const field = listSignatureFields(document).find(({ name }) => name === update.field);
  if (!field) throw released('the signature field cannot be found');
  const finding = checkByteRange(document, field.dict);
  if (!('signed' in finding)) throw released(finding.fault);
  const { byteRange, end, contents } = finding.signed;
  if (end !== document.source.size || byteRange[1] < source.size)
    throw released('the byte range is not the whole file');
  const tail = update.appended;
  const digest = prefix
    .copy()
    .update(tail.subarray(0, byteRange[1] - source.size))
    .update(tail.subarray(byteRange[2] - source.size))
    .digest();
  checkContainer(contents, { ...question, digest });
}
