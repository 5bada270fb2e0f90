// Normalising, only when it is asked for: an unsigned document that needs repair is written anew, and the new document is
// what is sealed. A signed one never is: nothing that somebody signed would be left of it. The copy is read again by our
// own reader before it is taken for a document.
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';
import { MAX_SEARCHED_BYTES } from '../domain/text-hits.ts';
import { type ByteSource, memorySource, readWhole } from '../pdf/byte-source.ts';
import { openDocument } from '../pdf/document.ts';
import { listSignatureFields } from '../pdf/form.ts';
import { countPages, findPage } from '../pdf/page.ts';

/** The document as another reader understands and writes it, and how many signatures that one sees in it. */
export type WriteAnew = (question: {
  readonly bytes: Uint8Array;
  readonly password?: string | undefined;
}) => Promise<{ readonly bytes: Uint8Array; readonly signatures: number }>;

export type NormalisedDocument = {
  readonly bytes: Uint8Array;
  /** SM3 of the document as it came, and as it is sealed. */
  readonly fromSm3: string;
  readonly toSm3: string;
};

type Input = { readonly source: ByteSource; readonly password?: string | undefined };

const NEEDS_REPAIR: readonly ProblemCode[] = ['pdf-broken', 'pdf-truncated', 'pdf-hybrid'];
const MAX_PAGES_LOOKED_AT = 2_000;

/**
 * The document written anew, or null where it needs no repair. Codes: `pdf-broken` for a signed document and for one that
 * cannot be understood at all, `pdf-too-large`, and what the writer throws.
 */
export async function normaliseDocument(writeAnew: WriteAnew, input: Input): Promise<NormalisedDocument | null> {
  const { source, password } = input;
  const fault = findFault(input);
  if (fault === null) return null;
  if (!NEEDS_REPAIR.includes(fault.code)) throw fault;
  if (source.size > MAX_SEARCHED_BYTES) {
    throw new TrustError('pdf-too-large', `Documents of up to ${MAX_SEARCHED_BYTES} bytes are normalised`);
  }
  const old = readWhole(source);
  if (Buffer.from(old.buffer, old.byteOffset, old.length).includes('/ByteRange')) throw signed(fault);
  const { bytes, signatures } = await writeAnew({ bytes: old, password });
  const copy = memorySource(bytes);
  const left = findFault({ source: copy, password });
  if (left !== null) throw left;
  if (signatures > 0 || listSignatureFields(openDocument(copy, password)).length > 0) throw signed(fault);
  return { bytes, fromSm3: toHex(sm3(old)), toSm3: toHex(sm3(bytes)) };
}

/** What our reader finds wrong with structure, form and pages. */
function findFault({ source, password }: Input): TrustError | null {
  try {
    const document = openDocument(source, password);
    listSignatureFields(document);
    const count = Math.min(countPages(document), MAX_PAGES_LOOKED_AT);
    for (let page = 1; page <= count; page++) findPage(document, page);
    return null;
  } catch (error) {
    if (isTrustError(error)) return error;
    throw error;
  }
}

function signed(fault: TrustError): TrustError {
  return new TrustError('pdf-broken', `The document is signed, and never written anew: ${fault.message}`, {
    hint: 'Get an undamaged file from whoever signed it.',
  });
}
