// Verification over HTTP: the offline report, made by a judge in threads of its own, and for seals of this room their state
// now, which only the room knows and which is looked up outside of those threads.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { Revocation } from '../../common/pki/chain-revocation.ts';
import { judgeStanding, type Standing } from '../domain/seal-standing.ts';
import { listStepsOf } from '../store/seal-steps.ts';
import { findVersionBySm3 } from '../store/seal-versions.ts';
import { findSeal } from '../store/seals.ts';
import { concludeReport } from './verify-document.ts';

/** What may be judged: a document, a seal by itself, or a detached signature with its file or the file's digest. */
export type VerificationQuestion = {
  readonly now: Date;
  /** What tells revoked certificates, fetched before the question is asked; left out: nothing does. */
  readonly revocation?: Omit<Revocation, 'now'> | undefined;
} & (
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
  const { indication: _, sub_indication: __, summary: ___, ...parts } = report;
  const signatures: SignatureReport[] = [];
  for (const signature of report.signatures) signatures.push(await withState(db, signature));
  return concludeReport({ ...parts, signatures });
}

async function withState(db: Knex, signature: SignatureReport): Promise<SignatureReport> {
  if (!signature.seal) return signature;
  const step = judgeStanding(await findStanding(db, signature.seal), signature);
  const steps = [...signature.steps, step];
  if (step.status !== 'failed') return { ...signature, steps };
  const isOpen = step.sub_indication === 'OUT_OF_BOUNDS_NO_POE';
  const seal_status = { status: isOpen ? 'indeterminate' : 'failed', finding: step.finding } as const;
  if (signature.indication === 'TOTAL-FAILED' || (isOpen && signature.indication !== 'TOTAL-PASSED'))
    return { ...signature, steps, seal_status };
  const indication = isOpen ? 'INDETERMINATE' : 'TOTAL-FAILED';
  return { ...signature, steps, seal_status, indication, sub_indication: step.sub_indication ?? 'REVOKED' };
}

/** What this registry knows of a seal object, found by the SM3 of its bytes. */
async function findStanding(
  db: Knex,
  { esID, eseal_sm3: sm3 }: NonNullable<SignatureReport['seal']>,
): Promise<Standing> {
  const version = await findVersionBySm3(db, sm3);
  if (version) return { kind: 'registered', version, history: await listStepsOf(db, version.applicationId) };
  return (await findSeal(db, esID)) ? { kind: 'other-bytes', esID } : { kind: 'unknown' };
}
