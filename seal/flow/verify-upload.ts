// Verification over HTTP: the offline report, and for seals of this room their state now, which only the room knows.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import type { ReportStep, SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { failedStep, passedStep } from '../../common/pki/conclude.ts';
import type { Trust } from '../../common/pki/verify-chain.ts';
import type { RegisteredSeal } from '../domain/registered-seal.ts';
import { memorySource } from '../pdf/byte-source.ts';
import { findSeal } from '../store/seals.ts';
import { verifyDetached, verifySealFile } from './verify-detached.ts';
import { concludeReport, verifyDocument } from './verify-document.ts';

const CLAUSE = 'Xinji seal room';

/** The report of `verifyDocument`, every known seal with one more step. Codes: those of `openDocument`. */
export async function verifyUpload(
  { db, trust }: { readonly db: Knex; readonly trust: Trust },
  pdf: Uint8Array,
  now: Date,
): Promise<VerificationReport> {
  return withStates(db, verifyDocument(memorySource(pdf), { trust, now }));
}

/** A seal by itself. Code: `seal-malformed`. */
export async function verifySealUpload(
  { db, trust }: { readonly db: Knex; readonly trust: Trust },
  eseal: Uint8Array,
  now: Date,
): Promise<VerificationReport> {
  return withStates(db, verifySealFile(eseal, { trust, now }));
}

/** A detached signature over a content of which only the digest, by the signature's algorithm, is sent. */
export async function verifyDetachedUpload(
  { db, trust }: { readonly db: Knex; readonly trust: Trust },
  { signature, digest }: { readonly signature: Uint8Array; readonly digest: Uint8Array },
  now: Date,
): Promise<VerificationReport> {
  const report = verifyDetached(signature, { size: 0, digest, digestBy: () => digest }, { trust, now });
  const file = { size: signature.length, sm3: toHex(sm3(signature)) };
  return withStates(db, { ...report, file });
}

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
