// Judging a CMS SignedData (RFC 5652) against the digest of its detached content. The result is a list of steps.
// Not here: the certificate's chain (verify-chain.ts), which the caller asks about with the time it trusts.
import { parseDer } from '../asn1/der.ts';
import { readOctetString, readOid, readSequence } from '../asn1/der-read.ts';
import { equalBytes, toHex } from '../bytes.ts';
import type { ReportStep, SubIndication } from '../contract/report.ts';
import { verifySm2 } from '../crypto/sm2.ts';
import { sm3 } from '../crypto/sm3.ts';
import { isTrustError } from '../errors.ts';
import { type Conclusion, concludeSteps, failedStep, passedStep } from './conclude.ts';
import { OID } from './oids.ts';
import { findAttribute, type ParsedSignedData } from './read-signed-data.ts';

export type SignedDataReport = Conclusion & { readonly steps: readonly ReportStep[] };

/** What is wrong, and what that means. */
export type Fault = { readonly found: string; readonly subIndication: SubIndication };
type Check = {
  readonly name: string;
  readonly clause: string;
  /** A sentence when all is well, else the fault. */
  readonly run: (parsed: ParsedSignedData, digest: Uint8Array) => string | Fault;
};

const CHECKS: readonly Check[] = [
  { name: 'cms-algorithms', clause: 'RFC 5652, GB/T 33560', run: checkAlgorithms },
  { name: 'cms-content-type', clause: 'RFC 5652', run: checkContentType },
  { name: 'cms-message-digest', clause: 'RFC 5652', run: checkMessageDigest },
  { name: 'cms-signing-certificate', clause: 'RFC 5035', run: checkSigningCertificate },
  { name: 'cms-signature-value', clause: 'RFC 5652, GB/T 35276', run: checkSignature },
];

/** Runs every check; `digest` is the SM3 of the detached content as it is now. */
export function verifySignedData(parsed: ParsedSignedData, digest: Uint8Array): SignedDataReport {
  const steps = CHECKS.map(({ name, clause, run }): ReportStep => {
    const result = runSafely(() => run(parsed, digest));
    if (typeof result === 'string') return passedStep(name, clause, result);
    return failedStep(name, clause, result.found, result.subIndication);
  });
  return { ...concludeSteps(steps), steps };
}

/** Attributes are other people's bytes: what cannot be read in them is a finding of the step, not an error. */
export function runSafely(run: () => string | Fault): string | Fault {
  try {
    return run();
  } catch (error) {
    if (isTrustError(error)) return { found: `It cannot be read: ${error.message}.`, subIndication: 'FORMAT_FAILURE' };
    throw error;
  }
}

function checkAlgorithms(parsed: ParsedSignedData): string | Fault {
  const { digestAlgorithm, signatureAlgorithm } = parsed;
  if (digestAlgorithm === OID.sm3 && signatureAlgorithm === OID.sm2WithSm3) return 'SM2 with SM3.';
  const found = `Digest ${digestAlgorithm} and signature ${signatureAlgorithm} are not SM3 and SM2 with SM3.`;
  return { found, subIndication: 'FORMAT_FAILURE' };
}

/** RFC 5652: the content-type attribute names what the content is. */
export function checkContentType(parsed: ParsedSignedData): string | Fault {
  const value = findAttribute(parsed.signedAttributes, OID.contentType);
  if (!value) return { found: 'The content-type attribute is missing.', subIndication: 'FORMAT_FAILURE' };
  const type = readOid(parseDer(value));
  if (type === parsed.contentType) return `The content-type attribute names ${type}, as the content does.`;
  const found = `The content-type attribute names ${type}, the content is ${parsed.contentType}.`;
  return { found, subIndication: 'FORMAT_FAILURE' };
}

function checkMessageDigest(parsed: ParsedSignedData, digest: Uint8Array): string | Fault {
  const value = findAttribute(parsed.signedAttributes, OID.messageDigest);
  if (!value) return { found: 'The message-digest attribute is missing.', subIndication: 'FORMAT_FAILURE' };
  if (parsed.content)
    return { found: 'The content is inside; a detached signature is due.', subIndication: 'FORMAT_FAILURE' };
  const signed = readOctetString(parseDer(value));
  if (equalBytes(signed, digest)) return `SM3 of the content is ${toHex(digest)}.`;
  const found = `The content was changed: its SM3 is ${toHex(digest)}, signed was ${toHex(signed)}.`;
  return { found, subIndication: 'HASH_FAILURE' };
}

function checkSigningCertificate(parsed: ParsedSignedData): string | Fault {
  const value = findAttribute(parsed.signedAttributes, OID.signingCertificateV2);
  if (!value)
    return { found: 'The signing-certificate-v2 attribute is missing.', subIndication: 'SIG_CONSTRAINTS_FAILURE' };
  const { signerCertificate } = parsed;
  if (!signerCertificate)
    return { found: 'The certificate of the signer is not carried.', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' };
  const [ids] = readSequence(parseDer(value), 1, 2);
  const [algorithm, hash] = readSequence(readSequence(ids!, 1)[0]!, 1, 3);
  const isSm3 = algorithm!.children[0] ? readOid(algorithm!.children[0]) === OID.sm3 : false;
  if (isSm3 && hash && equalBytes(readOctetString(hash), sm3(signerCertificate.raw)))
    return `The signature is bound to the certificate of ${signerCertificate.subject}.`;
  const found = 'The signing-certificate-v2 attribute does not give the SM3 of the certificate carried.';
  return { found, subIndication: 'SIG_CONSTRAINTS_FAILURE' };
}

function checkSignature(parsed: ParsedSignedData): string | Fault {
  const { signerCertificate, signedAttributesRaw, signature } = parsed;
  if (!signerCertificate)
    return {
      found: 'Without the certificate of the signer nothing can be verified.',
      subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
    };
  if (verifySm2(signerCertificate.publicKey(), signedAttributesRaw, signature))
    return `Signed by ${signerCertificate.subject}.`;
  const found = 'The signature over the signed attributes does not verify.';
  return { found, subIndication: 'SIG_CRYPTO_FAILURE' };
}
