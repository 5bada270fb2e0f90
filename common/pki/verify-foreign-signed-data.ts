// Judging a CMS SignedData of other signers (RFC 5652 with RSA or ECDSA): the steps of verify-signed-data.ts, for other
// algorithms. An algorithm that is not known leaves the question open under its name; a weak one too.
// Not here: SM2 with SM3, and the certificate's chain.
import { createHash } from 'node:crypto';
import { parseDer } from '../asn1/der.ts';
import { readOctetString, readOid, readSequence } from '../asn1/der-read.ts';
import { equalBytes, toHex } from '../bytes.ts';
import type { ReportStep } from '../contract/report.ts';
import {
  type ForeignVerdict,
  hashName,
  isWeakHash,
  makeForeignHash,
  verifyForeignSignature,
} from '../crypto/foreign-signature.ts';
import { failedStep, passedStep } from './conclude.ts';
import { OID } from './oids.ts';
import { findAttribute, type ParsedSignedData } from './read-signed-data.ts';
import { checkContentType, type Fault, runSafely } from './verify-signed-data.ts';

/** RFC 2634: the older attribute, with SHA-1 alone. */
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
const SHA256 = '2.16.840.1.101.3.4.2.1';

export type ForeignSignedDataQuestion = {
  /** The digest of the detached content by the algorithm of the signer; null when it was not taken. */
  readonly digest: Uint8Array | null;
  /** CAdES: signing-certificate has to be there. */
  readonly isCades: boolean;
  /** adbe.pkcs7.sha1 of ISO 32000: the content is inside and has to be this SHA-1 of the document; null when it was not taken. */
  readonly enclosed?: Uint8Array | null;
};

/** True when algorithms other than SM2 and SM3 are at work. */
export function isForeignSignedData({ digestAlgorithm, signatureAlgorithm }: ParsedSignedData): boolean {
  return digestAlgorithm !== OID.sm3 || signatureAlgorithm !== OID.sm2WithSm3;
}

/** Runs every check. */
export function verifyForeignSignedData(
  parsed: ParsedSignedData,
  { digest, isCades, enclosed }: ForeignSignedDataQuestion,
): readonly ReportStep[] {
  const verdict = judgeSignature(parsed);
  const step = (name: string, clause: string, run: () => string | Fault): ReportStep => {
    const result = runSafely(run);
    if (typeof result === 'string') return passedStep(name, clause, result);
    return failedStep(name, clause, result.found, result.subIndication);
  };
  return [
    step('cms-algorithms', 'RFC 5652', () => sayAlgorithms(parsed, verdict, enclosed !== undefined)),
    step('cms-content-type', 'RFC 5652', () => checkContentType(parsed)),
    step('cms-message-digest', 'RFC 5652', () =>
      enclosed === undefined ? checkDigest(parsed, digest) : checkEnclosed(parsed, enclosed),
    ),
    step('cms-signing-certificate', 'RFC 5035', () => checkBinding(parsed, isCades)),
    step('cms-signature-value', 'RFC 5652', () => sayValue(parsed, verdict)),
  ];
}

function judgeSignature(parsed: ParsedSignedData): ForeignVerdict | null {
  if (!parsed.signerCertificate) return null;
  return verifyForeignSignature({
    spki: parsed.signerCertificate.spki,
    algorithmRaw: parsed.signatureAlgorithmRaw,
    digestAlgorithm: parsed.digestAlgorithm,
    message: parsed.signedAttributesRaw,
    signature: parsed.signature,
  });
}

function sayAlgorithms(
  { digestAlgorithm }: ParsedSignedData,
  verdict: ForeignVerdict | null,
  overSha1: boolean,
): string | Fault {
  const unknown = (name: string): Fault => ({ found: `Not judged here: ${name}.`, subIndication: 'GENERIC' });
  if (!makeForeignHash(digestAlgorithm)) return unknown(`the digest algorithm ${digestAlgorithm}`);
  if (!verdict) return unknown('a signature without the certificate of its signer');
  if (!verdict.isKnown) return unknown(verdict.name);
  const said = `${verdict.name}; digest ${hashName(digestAlgorithm)}${overSha1 ? ' over a SHA-1 of the document' : ''}`;
  if (!overSha1 && !verdict.isWeak && !isWeakHash(digestAlgorithm)) return `${said}.`;
  return { found: `${said}: too weak to rely on.`, subIndication: 'CRYPTO_CONSTRAINTS_FAILURE' };
}

function checkDigest(parsed: ParsedSignedData, digest: Uint8Array | null): string | Fault {
  const value = findAttribute(parsed.signedAttributes, OID.messageDigest);
  if (!value) return { found: 'The message-digest attribute is missing.', subIndication: 'FORMAT_FAILURE' };
  if (parsed.content)
    return { found: 'The content is inside; a detached signature is due.', subIndication: 'FORMAT_FAILURE' };
  if (!digest) return { found: 'The digest of the content was not taken.', subIndication: 'GENERIC' };
  const signed = readOctetString(parseDer(value));
  const name = hashName(parsed.digestAlgorithm);
  if (equalBytes(signed, digest)) return `${name} of the content is ${toHex(digest)}.`;
  const found = `The content was changed: its ${name} is ${toHex(digest)}, signed was ${toHex(signed)}.`;
  return { found, subIndication: 'HASH_FAILURE' };
}

/** The signed attributes are over the content inside, and the content is the SHA-1 of the document. */
function checkEnclosed(parsed: ParsedSignedData, sha1: Uint8Array | null): string | Fault {
  const value = findAttribute(parsed.signedAttributes, OID.messageDigest);
  if (!value) return { found: 'The message-digest attribute is missing.', subIndication: 'FORMAT_FAILURE' };
  const { content } = parsed;
  if (!content) return { found: 'The digest of the document is not inside.', subIndication: 'FORMAT_FAILURE' };
  const hash = makeForeignHash(parsed.digestAlgorithm);
  if (!hash || !sha1) return { found: 'The digest of the content was not taken.', subIndication: 'GENERIC' };
  if (!equalBytes(readOctetString(parseDer(value)), new Uint8Array(hash.update(content).digest())))
    return { found: 'The digest inside is not the one that was signed.', subIndication: 'HASH_FAILURE' };
  if (equalBytes(content, sha1)) return `SHA-1 of the content is ${toHex(sha1)}.`;
  const found = `The content was changed: its SHA-1 is ${toHex(sha1)}, signed was ${toHex(content)}.`;
  return { found, subIndication: 'HASH_FAILURE' };
}

/** CAdES demands the attribute; elsewhere it is judged when it is there. */
function checkBinding(parsed: ParsedSignedData, isCades: boolean): string | Fault {
  const v2 = findAttribute(parsed.signedAttributes, OID.signingCertificateV2);
  const v1 = findAttribute(parsed.signedAttributes, SIGNING_CERTIFICATE);
  const value = v2 ?? v1;
  if (!value && isCades)
    return { found: 'The signing-certificate attribute is missing.', subIndication: 'SIG_CONSTRAINTS_FAILURE' };
  if (!value) return 'No signing-certificate attribute, which this kind of signature does not ask for.';
  const { signerCertificate } = parsed;
  if (!signerCertificate)
    return { found: 'The certificate of the signer is not carried.', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' };
  const [ids] = readSequence(parseDer(value), 1, 2);
  const fields = readSequence(readSequence(ids!, 1)[0]!, 1, 3);
  const algorithm = v2 && fields[0]!.tag === 0x30 ? readOid(readSequence(fields[0]!, 1, 2)[0]!) : SHA256;
  const hash = v2 ? makeForeignHash(algorithm) : createHash('sha1');
  const digest = v2 && fields[0]!.tag === 0x30 ? fields[1] : fields[0];
  if (!hash) return { found: `Not judged here: the digest algorithm ${algorithm}.`, subIndication: 'GENERIC' };
  if (digest && equalBytes(readOctetString(digest), new Uint8Array(hash.update(signerCertificate.raw).digest())))
    return `The signature is bound to the certificate of ${signerCertificate.subject}.`;
  const found = 'The signing-certificate attribute does not give the digest of the certificate carried.';
  return { found, subIndication: 'SIG_CONSTRAINTS_FAILURE' };
}

function sayValue({ signerCertificate }: ParsedSignedData, verdict: ForeignVerdict | null): string | Fault {
  if (!signerCertificate || !verdict)
    return {
      found: 'Without the certificate of the signer nothing can be verified.',
      subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
    };
  if (!verdict.isKnown) return { found: `The value is not judged: ${verdict.name}.`, subIndication: 'GENERIC' };
  if (verdict.isValid) return `Signed by ${signerCertificate.subject}.`;
  const found = 'The signature over the signed attributes does not verify.';
  return { found, subIndication: 'SIG_CRYPTO_FAILURE' };
}
