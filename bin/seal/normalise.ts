// `xinji seal --normalise`: an unsigned document that needs repair is written anew, and that is what is sealed.
import { normaliseDocument } from '../../seal/flow/normalise-document.ts';
import type { ByteSource } from '../../seal/pdf/byte-source.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openPdfium } from '../../seal/pdfium/open-pdfium.ts';

const DEADLINE_SECONDS = 120;

export type SealedInput = {
  readonly source: ByteSource;
  /** Given where the document was written anew: what OUT begins with, and the sentence that says so. */
  readonly anew: { readonly bytes: Uint8Array; readonly sentence: string } | null;
};

/** Codes: those of `normaliseDocument`. */
export async function readSealedInput(
  source: ByteSource,
  { password }: { readonly password: string | undefined },
): Promise<SealedInput> {
  const pdfium = openPdfium({ threads: 1, deadlineSeconds: DEADLINE_SECONDS });
  try {
    const found = await normaliseDocument((question) => pdfium.saveCopy(question), { source, password });
    if (!found) return { source, anew: null };
    const sentence = `normalised, not the bytes of the input any more: SM3 ${found.fromSm3} became ${found.toSm3}.`;
    return { source: memorySource(found.bytes), anew: { bytes: found.bytes, sentence } };
  } finally {
    await pdfium.close();
  }
}
