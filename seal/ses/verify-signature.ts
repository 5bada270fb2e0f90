// Verifying an e-seal signature (电子签章, GB/T 38540-2020 and its V1 and V5) in the order of the standard, every step
// reported with the standard of its version.
// Not here: hashing the protected bytes, which the container's reader does, and the token that a V1 signature may have as
// its timeInfo.

import { equalBytes, toHex } from '../../common/bytes.ts';
import type { ReportStep } from '../../common/contract/report.ts';
import { concludeSteps, failedStep, passedStep } from '../../common/pki/conclude.ts';
import { OID } from '../../common/pki/oids.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { type TimeStampReport, verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import { verifyTrusted } from '../../common/pki/verify-trusted.ts';
import type { SealSignature } from './seal.ts';
import { isSignerListed } from './signer-list.ts';
import { CLAUSE, citing, isSesSignature, type SesReport, verifySeal } from './verify-seal.ts';

export type SignatureQuestion = {
  /** SM3 of the protected bytes as they are now. */
  readonly dataHash: Uint8Array;
  readonly trust: TrustStores;
  readonly now: Date;
  /** A time that a stamp around this signature proves; everything is judged then instead of at the claimed time. */
  readonly provedTime?: Date | null;
};

export type SignatureVerdict = SesReport & {
  /** The proved time of signing: that of the question, or of the signature's own time stamp; null when none is proved. */
  readonly provedTime: Date | null;
};

/** With the time of use, and what the signature's own time stamp gave. */
type Judgement = SignatureQuestion & { readonly at: Date; readonly stamp: TimeStampReport | null };
type Check = (signature: SealSignature, judgement: Judgement) => readonly ReportStep[];

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
export function verifySignature(signature: SealSignature, question: SignatureQuestion): SignatureVerdict {
  const stamp = judgeTimeStamp(signature, question);
  const provedTime = earliest(question.provedTime, stamp?.time);
  const judgement = { ...question, stamp, at: provedTime ?? signature.time };
  const steps = citing(
    signature.version,
    CHECKS.flatMap((check) => check(signature, judgement)),
  );
  return { ...concludeSteps(steps), steps, deviations: signature.deviations, provedTime };
}

/** Each proves that the signature existed; the first one proves most. */
export function earliest(...times: readonly (Date | null | undefined)[]): Date | null {
  const proved = times.flatMap((time) => (time ? [time.getTime()] : []));
  return proved.length === 0 ? null : new Date(Math.min(...proved));
}

/** GB/T 38540: the token is over the value of the signature as it stands in the BIT STRING. */
function judgeTimeStamp(
  signature: SealSignature,
  { trust, now, provedTime }: SignatureQuestion,
): TimeStampReport | null {
  if (!signature.timeStamp) return null;
  const provedBy = provedTime ?? undefined;
  const question = { message: signature.signature, trust, now, provedBy, claimed: signature.time };
  return verifyTimeStamp(signature.timeStamp, question, 'ses-time-stamp');
}

/** Which of the five separate facts of a report a step belongs to. */
export function factOfStep(name: string): 'integrity' | 'cryptography' | 'certificate_trust' | 'seal_status' | 'time' {
  if (name === 'document-digest') return 'integrity';
  if (name === 'signature-format' || name === 'signature-value') return 'cryptography';
  if (name === 'signing-time' || /^(ses-)?time-stamp/.test(name)) return 'time';
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

function checkSeal({ seal }: SealSignature, { trust, now, at, provedTime }: Judgement): readonly ReportStep[] {
  return verifySeal(seal, { trust, at, now, provedBy: provedTime ?? now }).steps;
}

function checkSignerCertificate(
  signature: SealSignature,
  { trust, at, now, provedTime }: Judgement,
): readonly ReportStep[] {
  const { steps } = verifyTrusted(trust, 'signers', signature.signerCertificate, at, provedTime ?? now);
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

function checkTimeStamp(_: SealSignature, { stamp, provedTime }: Judgement): readonly ReportStep[] {
  if (stamp) return stamp.steps;
  const finding = provedTime
    ? 'No time stamp of its own; the one around it proves the time.'
    : 'No time stamp; the time is the one the signer claims.';
  return [{ name: 'time-stamp', clause: CLAUSE, status: 'skipped', finding }];
}

function passed(name: string, finding: string): ReportStep {
  return passedStep(name, CLAUSE, finding);
}
