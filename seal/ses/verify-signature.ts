// Verifying an e-seal signature (电子签章, GB/T 38540-2020 and its V1 and V5) in the order of the standard, every step
// reported with the standard of its version.
// Not here: hashing the protected bytes, which the container's reader does, and time-stamp tokens, which are reported
// as not checked.

import { equalBytes, toHex } from '../../common/bytes.ts';
import type { ReportStep } from '../../common/contract/report.ts';
import { concludeSteps, failedStep, passedStep } from '../../common/pki/conclude.ts';
import { OID } from '../../common/pki/oids.ts';
import { type Trust, verifyChain } from '../../common/pki/verify-chain.ts';
import type { SealSignature } from './seal.ts';
import { isSignerListed } from './signer-list.ts';
import { CLAUSE, citing, isSesSignature, type SesReport, verifySeal } from './verify-seal.ts';

export type SignatureQuestion = {
  /** SM3 of the protected bytes as they are now. */
  readonly dataHash: Uint8Array;
  readonly trust: Trust;
  readonly now: Date;
};

type Check = (signature: SealSignature, question: SignatureQuestion) => readonly ReportStep[];

/** Clocks differ; a claimed time up to five minutes ahead is accepted. */
const CLOCK_TOLERANCE_MS = 300_000;

// 1 format, 2 signature value, 3 signer in the seal, 4 the seal, 5 signer certificate, 6 time, 7 digest, 8 time stamp.
const CHECKS: readonly Check[] = [
  checkFormat,
  checkValue,
  checkSignerListed,
  checkSeal,
  checkSignerCertificate,
  checkTime,
  checkDigest,
  checkTimeStamp,
];

/** Runs every check, whatever the first ones find. */
export function verifySignature(signature: SealSignature, question: SignatureQuestion): SesReport {
  const steps = citing(
    signature.version,
    CHECKS.flatMap((check) => check(signature, question)),
  );
  return { ...concludeSteps(steps), steps, deviations: signature.deviations };
}

/** Which of the five separate facts of a report a step belongs to. */
export function factOfStep(name: string): 'integrity' | 'cryptography' | 'certificate_trust' | 'seal_status' | 'time' {
  if (name === 'document-digest') return 'integrity';
  if (name === 'signature-format' || name === 'signature-value') return 'cryptography';
  if (name === 'signing-time' || name === 'time-stamp') return 'time';
  if (name.startsWith('signer-certificate-')) return 'certificate_trust';
  return 'seal_status';
}

function checkFormat({ signatureAlgorithm, version, dataHash }: SealSignature): readonly ReportStep[] {
  const wrong = (found: string) => [failedStep('signature-format', CLAUSE, found, 'FORMAT_FAILURE')];
  if (signatureAlgorithm !== OID.sm2WithSm3)
    return wrong(`The signature algorithm ${signatureAlgorithm} is not SM2 with SM3.`);
  if (dataHash.length !== 32) return wrong(`dataHash has ${dataHash.length} bytes; an SM3 digest has 32.`);
  return [passed('signature-format', `SES_Signature of version ${version}.`)];
}

function checkValue(signature: SealSignature): readonly ReportStep[] {
  const signer = signature.signerCertificate;
  if (isSesSignature(signer, signature.tbsRaw, signature.signature))
    return [passed('signature-value', `Signed by ${signer.subject}.`)];
  const found = 'The seal signature was changed, or not made by the certificate it carries.';
  return [failedStep('signature-value', CLAUSE, found, 'SIG_CRYPTO_FAILURE')];
}

function checkSignerListed({ seal, signerCertificate }: SealSignature): readonly ReportStep[] {
  const { property, esID } = seal.content;
  if (isSignerListed(property.signers, signerCertificate.raw))
    return [passed('signer-in-seal', `The seal ${esID} lists this signer certificate.`)];
  const found = `The seal ${esID} does not list the certificate of ${signerCertificate.subject}.`;
  return [failedStep('signer-in-seal', CLAUSE, found, 'SIG_CONSTRAINTS_FAILURE')];
}

function checkSeal({ seal, time }: SealSignature, { trust, now }: SignatureQuestion): readonly ReportStep[] {
  return verifySeal(seal, { trust, at: time, now }).steps;
}

function checkSignerCertificate(signature: SealSignature, { trust }: SignatureQuestion): readonly ReportStep[] {
  const leaf = signature.signerCertificate;
  const { steps } = verifyChain({ ...trust, leaf, at: signature.time, usage: 'document-signing' });
  return steps.map((step) => ({ ...step, name: `signer-${step.name}` }));
}

function checkTime({ time, v1 }: SealSignature, { now }: SignatureQuestion): readonly ReportStep[] {
  const source = v1?.isToken ? 'Read in a time-stamp token that is not judged here' : 'Claimed by the signer';
  if (time.getTime() <= now.getTime() + CLOCK_TOLERANCE_MS)
    return [passed('signing-time', `${source}: ${time.toISOString()}.`)];
  const found = `The claimed signing time ${time.toISOString()} lies in the future.`;
  return [failedStep('signing-time', CLAUSE, found, 'SIG_CONSTRAINTS_FAILURE')];
}

function checkDigest(signature: SealSignature, { dataHash }: SignatureQuestion): readonly ReportStep[] {
  if (equalBytes(signature.dataHash, dataHash))
    return [passed('document-digest', `SM3 of the protected bytes is ${toHex(dataHash)}.`)];
  const found = `The protected bytes were changed: their SM3 is ${toHex(dataHash)}, sealed was ${toHex(signature.dataHash)}.`;
  return [failedStep('document-digest', CLAUSE, found, 'HASH_FAILURE')];
}

function checkTimeStamp({ timeStamp }: SealSignature): readonly ReportStep[] {
  const step = { name: 'time-stamp', clause: CLAUSE };
  if (!timeStamp)
    return [{ ...step, status: 'skipped', finding: 'No time stamp; the time is the one the signer claims.' }];
  return [{ ...step, status: 'not_checked', finding: 'A time stamp is present; its token is not judged here.' }];
}

function passed(name: string, finding: string): ReportStep {
  return passedStep(name, CLAUSE, finding);
}
