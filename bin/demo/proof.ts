// What the story leaves behind, so that openssl, qpdf and pdfsig can check it without this house.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../../common/bytes.ts';
import { type Certificate, certificatePem } from '../../common/pki/certificate.ts';
import { parseSignedData } from '../../common/pki/read-signed-data.ts';
import { checkByteRange } from '../../seal/pdf/byte-range.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { listSignatureFields } from '../../seal/pdf/form.ts';

export type Proof = {
  readonly pdf: Uint8Array;
  /** PEM of the root, for openssl. */
  readonly trustRoots: string;
  /** Name -> content of what `xinji verify --trust` takes: stores by purpose, revocation lists. */
  readonly trust: Readonly<Record<string, string | Uint8Array>>;
  /** DER of the department's seal. */
  readonly seal: Uint8Array;
  /** DER of a seal in no registry, for sealing by hand. */
  readonly offlineSeal: Uint8Array;
};

/** Writes license.pdf, trust/, trust-roots.pem, seal.esl and offline.esl, and out of the file chain.pem, signer.pem, signed-attributes.der, signature.der. */
export async function writeProof(folder: string, { pdf, trustRoots, trust, seal, offlineSeal }: Proof): Promise<void> {
  const document = openDocument(memorySource(pdf));
  const field = listSignatureFields(document).at(-1);
  const found = field && checkByteRange(document, field.dict);
  if (!found || !('signed' in found)) throw new Error('the license file bears no signature');
  const parsed = parseSignedData(found.signed.contents);
  const signer = parsed.signerCertificate;
  if (!signer) throw new Error('the signature does not carry the certificate of its signer');
  const authorities = parsed.certificates.filter((certificate) => certificate.isCa);
  const isOwn = (certificate: Certificate): boolean => equalBytes(certificate.subjectRaw, signer.issuerRaw);
  const files: Record<string, string | Uint8Array> = {
    'license.pdf': pdf,
    ...Object.fromEntries(Object.entries(trust).map(([name, content]) => [join('trust', name), content])),
    'trust-roots.pem': trustRoots,
    'seal.esl': seal,
    'offline.esl': offlineSeal,
    'signer.pem': certificatePem(signer),
    // The signer's own authority first: `openssl verify` looks at the first certificate of a file.
    'chain.pem': authorities
      .toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)))
      .map(certificatePem)
      .join(''),
    'signed-attributes.der': parsed.signedAttributesRaw,
    'signature.der': parsed.signature,
  };
  await mkdir(join(folder, 'trust'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}
