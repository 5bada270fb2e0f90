// Verifying a seal: format, signature of the maker, certificate of the maker, period; GM/T 0031-2014 (V1) and
// GB/T 38540-2020 (V4) alike, GM/T 0031-2025 (V5) with the maker judged at createDate. The result is a report. Everything is judged at the time the seal is or was used; a seal or certificate that ended
// since is said in the finding and does not undo what was sealed before.
import { compareBytes } from '../../common/bytes.ts';
import type { ReportStep } from '../../common/contract/report.ts';
import { sm2SignatureFromRaw, verifySm2 } from '../../common/crypto/sm2.ts';
import { isTrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { type Conclusion, concludeSteps, failedStep, passedStep } from '../../common/pki/conclude.ts';
import { OID } from '../../common/pki/oids.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import { verifyTrusted } from '../../common/pki/verify-trusted.ts';
import type { Seal, SesVersion } from './seal.ts';

export type SesReport = Conclusion & {
  readonly steps: readonly ReportStep[];
  /** Accepted tolerances, each in a sentence. */
  readonly deviations: readonly string[];
};

export type SealQuestion = {
  readonly trust: TrustStores;
  /** The time of use at which the seal and its maker's certificate have to be valid. */
  readonly at: Date;
  readonly now: Date;
  /** When its use is proved to have happened; `now` unless given. */
  readonly provedBy?: Date | undefined;
};

type Check = (seal: Seal, question: SealQuestion) => readonly ReportStep[];

/** What the checks cite; `citing` puts the standard of the seal's version in its place. */
export const CLAUSE = 'GB/T 38540-2020';

const STANDARDS: Readonly<Record<SesVersion, string>> = { 1: 'GM/T 0031-2014', 4: CLAUSE, 5: 'GM/T 0031-2025' };

// In the standards' order: a) format, b) signature value, c) V5: maker at createDate, d) certificate of the maker,
// e) period, f) V5: time stamp.
const UNTIL_V4: readonly Check[] = [checkFormat, checkSignature, checkMaker, checkPeriod];
const CHECKS: Readonly<Record<SesVersion, readonly Check[]>> = {
  1: UNTIL_V4,
  4: UNTIL_V4,
  5: [checkFormat, checkSignature, checkMakerAtCreation, checkMakerSince, checkPeriod, checkSealTimeStamp],
};

/** Runs every check of the seal's version, whatever the first ones find. */
export function verifySeal(seal: Seal, question: SealQuestion): SesReport {
  const { version } = seal.content.header;
  const steps = citing(
    version,
    CHECKS[version].flatMap((check) => check(seal, question)),
  );
  return { ...concludeSteps(steps), steps, deviations: seal.deviations };
}

/** The steps with the standard of this version as their clause. */
export function citing(version: SesVersion, steps: readonly ReportStep[]): readonly ReportStep[] {
  return steps.map((step) => (step.clause === CLAUSE ? { ...step, clause: STANDARDS[version] } : step));
}

/** True when the value, DER or raw r‖s, verifies; a key that is no SM2 key verifies nothing. */
export function isSesSignature(certificate: Certificate, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const isRaw = signature.length === 64;
    return verifySm2(certificate.publicKey(), message, isRaw ? sm2SignatureFromRaw(signature) : signature);
  } catch (error) {
    if (isTrustError(error)) return false;
    throw error;
  }
}

function checkFormat(seal: Seal): readonly ReportStep[] {
  const { content, signatureAlgorithm } = seal;
  const critical = content.extensions?.find((extension) => extension.critical);
  if (signatureAlgorithm !== OID.sm2WithSm3)
    return [failed('seal-format', `The signature algorithm ${signatureAlgorithm} is not SM2 with SM3.`)];
  const remark = critical ? ` Its critical extension ${critical.oid} is carried, not interpreted.` : '';
  return [passed('seal-format', `SESeal of version ${content.header.version}, esID ${content.esID}.${remark}`)];
}

function checkSignature(seal: Seal): readonly ReportStep[] {
  const maker = seal.makerCertificate;
  if (isGenuine(seal)) return [passed('seal-signature', `Signed by the seal maker ${maker.subject}.`)];
  const found = 'The seal was changed, or not signed by the certificate of its maker.';
  return [failedStep('seal-signature', CLAUSE, found, 'SIG_CRYPTO_FAILURE')];
}

/** Genuine seals seen last, as received, with certificate and signature: a document carries the same one many times. */
const genuine: Uint8Array[] = [];
const MAX_GENUINE = 8;

function isGenuine({ raw, makerCertificate, signedRaw, signature }: Seal): boolean {
  if (genuine.some((seen) => compareBytes(seen, raw) === 0)) return true;
  if (!isSesSignature(makerCertificate, signedRaw, signature)) return false;
  genuine.unshift(raw.slice());
  genuine.splice(MAX_GENUINE);
  return true;
}

function checkMaker(seal: Seal, { trust, at, now, provedBy = now }: SealQuestion): readonly ReportStep[] {
  const { steps } = verifyTrusted(trust, 'makers', seal.makerCertificate, at, provedBy);
  return steps.map((step) => ({ ...step, name: `maker-${step.name}` }));
}

/** V5 c): what was wrong when the seal was made stays wrong; a certificate revoked since is a notice only. */
function checkMakerAtCreation(seal: Seal, question: SealQuestion): readonly ReportStep[] {
  const { createDate } = seal.content.property;
  return checkMaker(seal, { ...question, at: createDate, provedBy: createDate });
}

/** V5 d): a certificate that ended after createDate is a notice only. */
function checkMakerSince({ makerCertificate }: Seal, { at }: SealQuestion): readonly ReportStep[] {
  const name = 'maker-since-creation';
  const ended = at > makerCertificate.notAfter;
  if (!ended) return [passed(name, 'The certificate of the seal maker had not ended when the seal was used.')];
  const when = makerCertificate.notAfter.toISOString();
  return [passed(name, `The certificate of the seal maker ended on ${when}, after the seal was made: a notice only.`)];
}

/** V5 f): the token is optional; it is over the signature of the maker, and createDate cannot be later. */
function checkSealTimeStamp(seal: Seal, { trust, now }: SealQuestion): readonly ReportStep[] {
  const name = 'seal-time-stamp';
  if (!seal.timeStamp) return [{ name, clause: CLAUSE, status: 'skipped', finding: 'The seal carries no time stamp.' }];
  const claimed = seal.content.property.createDate;
  const question = { message: seal.signature, trust, now, claimed };
  return verifyTimeStamp(seal.timeStamp, question, name).steps;
}

function checkPeriod(seal: Seal, { at, now }: SealQuestion): readonly ReportStep[] {
  const { validStart, validEnd } = seal.content.property;
  const period = `The seal is valid from ${validStart.toISOString()} to ${validEnd.toISOString()}`;
  if (at < validStart) return [failedStep('seal-period', CLAUSE, `${period}, not yet at its use.`, 'NOT_YET_VALID')];
  if (at > validEnd) return [failedStep('seal-period', CLAUSE, `${period}, no longer at its use.`, 'EXPIRED')];
  return [passed('seal-period', `${period}${now > validEnd ? '; it has expired since it was used' : ''}.`)];
}

function passed(name: string, finding: string): ReportStep {
  return passedStep(name, CLAUSE, finding);
}

function failed(name: string, finding: string): ReportStep {
  return failedStep(name, CLAUSE, finding, 'FORMAT_FAILURE');
}
