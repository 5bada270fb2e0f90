// Judging a time-stamp token (RFC 3161, GB/T 20520): its form, what it stamps, its signature, the chain of the authority
// at the time it says, and that this time fits the others. The result is a list of steps, never an exception.
import { equalBytes, toHex } from '../bytes.ts';
import type { ReportStep, SubIndication } from '../contract/report.ts';
import { hashName, isWeakHash, makeForeignHash } from '../crypto/foreign-signature.ts';
import { sm3 } from '../crypto/sm3.ts';
import { isTrustError } from '../errors.ts';
import { type Conclusion, concludeSteps, failedStep, passedStep } from './conclude.ts';
import { OID } from './oids.ts';
import type { ParsedSignedData } from './read-signed-data.ts';
import { parseTimeStampToken, type TimeStampToken } from './time-stamp.ts';
import { type TrustStores, withIntermediates } from './trust-stores.ts';
import { isForeignSignedData, verifyForeignSignedData } from './verify-foreign-signed-data.ts';
import { verifySignedData } from './verify-signed-data.ts';
import { verifyTrusted } from './verify-trusted.ts';

export type TimeStampQuestion = {
  /**
   * What has to be stamped: bytes, for example the value of a signature, or the digest of a whole document by the
   * algorithm of the token, null where it cannot be taken.
   */
  readonly message: Uint8Array | ((algorithm: string) => Uint8Array | null);
  readonly trust: TrustStores;
  readonly now: Date;
  /** A time that what is stamped claims for itself: it cannot be later than the stamp. Null: it claims none. */
  readonly claimed: Date | null;
  /** When the token is proved to have existed, by a later stamp; `now` unless given. */
  readonly provedBy?: Date | undefined;
};

export type TimeStampReport = Conclusion & {
  readonly steps: readonly ReportStep[];
  /** genTime, only when every step passed: a time that is proved. */
  readonly time: Date | null;
};

const RFC = 'RFC 3161';
/** Clocks differ; five minutes are forgiven. */
const CLOCK_TOLERANCE_MS = 300_000;

/** Runs every check on a token; `names` stands before the name of each step. */
export function verifyTimeStamp(der: Uint8Array, question: TimeStampQuestion, names = 'time-stamp'): TimeStampReport {
  const token = read(der);
  if (typeof token === 'string')
    return conclude(
      [failedStep('format', RFC, `The time stamp cannot be read: ${token}.`, 'FORMAT_FAILURE')],
      null,
      names,
    );
  const { info } = token;
  const said = `Token ${info.serial} of ${info.time.toISOString()} under policy ${info.policy}.`;
  const steps = [
    passedStep('format', RFC, said),
    imprintStep(token, question),
    signatureStep(token),
    ...chainSteps(token, question),
    orderStep(info.time, question),
  ];
  return conclude(steps, info.time, names);
}

function conclude(steps: readonly ReportStep[], time: Date | null, names: string): TimeStampReport {
  const conclusion = concludeSteps(steps);
  return {
    ...conclusion,
    steps: steps.map((step) => ({ ...step, name: `${names}-${step.name}` })),
    time: conclusion.status === 'passed' ? time : null,
  };
}

function read(der: Uint8Array): TimeStampToken | string {
  try {
    return parseTimeStampToken(der);
  } catch (error) {
    if (isTrustError(error)) return error.message;
    throw error;
  }
}

/** Another imprint over a signature is no change of the document: the token belongs to something else. */
function imprintStep({ info }: TimeStampToken, { message }: TimeStampQuestion): ReportStep {
  const { algorithm, digest } = info.imprint;
  const wrong = (found: string) => failedStep('imprint', RFC, found, 'SIG_CONSTRAINTS_FAILURE');
  if (typeof message === 'function') return documentStep(info, message(algorithm));
  if (algorithm !== OID.sm3) return wrong(`The imprint is by ${algorithm}, not by SM3.`);
  if (!equalBytes(digest, sm3(message))) return wrong('The time stamp is over something else than this signature.');
  return passedStep('imprint', RFC, 'The time stamp is over the SM3 of this signature.');
}

function documentStep({ imprint }: TimeStampToken['info'], digest: Uint8Array | null): ReportStep {
  const name = imprint.algorithm === OID.sm3 ? 'SM3' : hashName(imprint.algorithm);
  if (!digest) return failedStep('imprint', RFC, `Not judged here: an imprint by ${name}.`, 'GENERIC');
  if (imprint.algorithm !== OID.sm3 && isWeakHash(imprint.algorithm))
    return failedStep('imprint', RFC, `The imprint is by ${name}: too weak to rely on.`, 'CRYPTO_CONSTRAINTS_FAILURE');
  if (equalBytes(imprint.digest, digest)) return passedStep('imprint', RFC, `The ${name} of the document is stamped.`);
  const found = `The document was changed: its ${name} is ${toHex(digest)}, stamped was ${toHex(imprint.digest)}.`;
  return failedStep('imprint', RFC, found, 'HASH_FAILURE');
}

/** The token's own content is inside; what is signed is its digest. */
function signatureStep({ cms }: TimeStampToken): ReportStep {
  const clause = 'RFC 3161, RFC 5652, GB/T 35276';
  const steps = judgeSignedData({ ...cms, content: null }, cms.content!);
  const { subIndication } = concludeSteps(steps);
  const failed = steps.find((step) => step.status === 'failed' && step.sub_indication === subIndication);
  if (!failed) return passedStep('signature', clause, `Signed by ${cms.signerCertificate!.subject}.`);
  const isOpen = subIndication !== undefined && OPEN.includes(subIndication);
  return failedStep('signature', clause, failed.finding, isOpen ? subIndication : 'SIG_CRYPTO_FAILURE');
}

/** What is missing, not known or too weak proves nothing wrong. */
const OPEN: readonly SubIndication[] = ['NO_CERTIFICATE_CHAIN_FOUND', 'GENERIC', 'CRYPTO_CONSTRAINTS_FAILURE'];

/** SM2 with SM3, or what authorities elsewhere sign with. */
function judgeSignedData(cms: ParsedSignedData, content: Uint8Array): readonly ReportStep[] {
  if (!isForeignSignedData(cms)) return verifySignedData(cms, sm3(content)).steps;
  const hash = makeForeignHash(cms.digestAlgorithm);
  return verifyForeignSignedData(cms, { digest: hash && new Uint8Array(hash.update(content).digest()), isCades: true });
}

function chainSteps(
  { cms, info }: TimeStampToken,
  { trust, now, provedBy = now }: TimeStampQuestion,
): readonly ReportStep[] {
  if (!cms.signerCertificate) return [];
  const stores = withIntermediates(trust, cms.certificates);
  return verifyTrusted(stores, 'timeStamping', cms.signerCertificate, info.time, provedBy).steps;
}

function orderStep(time: Date, { now, claimed }: TimeStampQuestion): ReportStep {
  const wrong = (found: string) => failedStep('order', RFC, found, 'TIMESTAMP_ORDER_FAILURE');
  const stamp = `The time stamp of ${time.toISOString()}`;
  if (time.getTime() > now.getTime() + CLOCK_TOLERANCE_MS) return wrong(`${stamp} lies in the future.`);
  if (claimed && claimed.getTime() > time.getTime() + CLOCK_TOLERANCE_MS)
    return wrong(`${stamp} is earlier than what it stamps, which says ${claimed.toISOString()}.`);
  return passedStep('order', RFC, `${stamp} fits the other times.`);
}
