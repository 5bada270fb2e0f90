// Verification over HTTP: the offline report, made by a judge in threads of its own, and for seals of this room their state
// now, which only the room knows and which is looked up outside of those threads.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import type { ReportStep, SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { failedStep, passedStep } from '../../common/pki/conclude.ts';
import type { RegisteredSeal } from '../domain/registered-seal.ts';
import { findSeal } from '../store/seals.ts';
import { concludeReport } from './verify-document.ts';

const CLAUSE = 'Xinji seal room';

/** What may be judged: a document, a seal by itself, or a detached signature with its file or the file's digest. */
export type VerificationQuestion = { readonly now: Date } & (
  | { readonly kind: 'document'; readonly bytes: Uint8Array; readonly password?: string | undefined }
  | { readonly kind: 'seal'; readonly bytes: Uint8Array }
  | { readonly kind: 'signed-file'; readonly bytes: Uint8Array; readonly signature: Uint8Array }
  | { readonly kind: 'detached'; readonly signature: Uint8Array; readonly digest: Uint8Array }
);

/** Judges without network and database. Codes: those of `openDocument`, `seal-malformed`, `document-too-costly`, `busy`. */
export type Judge = (question: VerificationQuestion) => Promise<VerificationReport>;

export type VerifyDeps = { readonly db: Knex; readonly judge: Judge };

/** The report of the judge, every seal of this room with one more step. Codes: those of the judge. */
export async function verifyUpload(
  { db, judge }: VerifyDeps,
  question: VerificationQuestion,
): Promise<VerificationReport> {
  const report = await judge(question);
  return withStates(db, question.kind === 'detached' ? { ...report, file: fileOf(question.signature) } : report);
}

/** Of a detached signature only the digest of its content is sent: the file of the report is the signature. */
const fileOf = (signature: Uint8Array) => ({ size: signature.length, sm3: toHex(sm3(signature)) });

async function withStates(db: Knex, report: VerificationReport): Promise<VerificationReport> {
  const codes = new Set(report.signatures.flatMap(({ seal }) => seal?.esID ?? []));
  const seals = new Map<string, RegisteredSeal | null>();
  for (const esID of codes) seals.set(esID, await findSeal(db, esID));
  const { indication: _, sub_indication: __, summary: ___, ...parts } = report;
  const signatures = report.signatures.map((signature) =>
    withState(signature, seals.get(signature.seal?.esID ?? '') ?? null),
  );
  return concludeReport({ ...parts, signatures });
}

function withState(signature: SignatureReport, seal: RegisteredSeal | null): SignatureReport {
  if (!signature.seal) return signature;
  const step = stateStep(seal, provedTime(signature));
  const steps = [...signature.steps, step];
  if (step.status !== 'failed') return { ...signature, steps };
  const seal_status = { status: 'failed', finding: step.finding } as const;
  if (signature.indication === 'TOTAL-FAILED') return { ...signature, steps, seal_status };
  return { ...signature, steps, seal_status, indication: 'TOTAL-FAILED', sub_indication: 'REVOKED' };
}

function provedTime({ time_source: source, signing_time: time }: SignatureReport): Date | null {
  return source === 'time_stamp' && time !== null ? new Date(time) : null;
}

/** A claimed time cannot show that a seal that is not in force now was it then; a proved one before the change does. */
function stateStep(seal: RegisteredSeal | null, proved: Date | null): ReportStep {
  const name = 'seal-state-online';
  if (!seal)
    return { name, clause: CLAUSE, status: 'not_checked', finding: 'The seal is not registered in this room.' };
  if (seal.state === 'active') return passedStep(name, CLAUSE, 'The seal is in force in this room.');
  const since = seal.stateChangedAt.toISOString();
  if (proved && proved < seal.stateChangedAt)
    return passedStep(
      name,
      CLAUSE,
      `The seal has been ${seal.state} since ${since}; a time stamp shows that it was used before.`,
    );
  return failedStep(
    name,
    CLAUSE,
    `The seal has been ${seal.state} since ${since}, and no time stamp shows that it was used before.`,
    'REVOKED',
  );
}
