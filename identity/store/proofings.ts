// identity.proofings: what was proven of a person, how, when, with what result. The room's role may insert and read, nobody
// may change. The values themselves never come here.
import type { Knex } from 'knex';
import type { Level } from '../domain/assurance.ts';
import type { ProofingMethod, ProofingOutcome } from '../domain/proofing.ts';

export type Proofing = {
  readonly at: Date;
  readonly method: ProofingMethod;
  /** Which implementation answered: `development`, or the host of the source. */
  readonly port: string;
  readonly outcome: ProofingOutcome;
  /** The level that the account has by it; null when it changed nothing. */
  readonly level: Level | null;
  /** 统一社会信用代码 of the unit that was asked about. */
  readonly unitCode?: string | undefined;
  /** `sub` of the clerk. */
  readonly actor?: string | undefined;
};

type Row = Omit<Proofing, 'unitCode' | 'actor'> & { unit_code: string | null; actor: string | null };

export async function insertProofing(db: Knex, accountId: number, proofing: Proofing): Promise<void> {
  const { at, method, port, outcome, level, unitCode = null, actor = null } = proofing;
  await db.raw(
    `insert into identity.proofings (account_id, at, method, port, outcome, level, unit_code, actor)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    [accountId, at, method, port, outcome, level, unitCode, actor],
  );
}

/** Of one account, oldest first, at most 1000. */
export async function listProofings(db: Knex, accountId: number): Promise<readonly Proofing[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select at, method, port, outcome, level, unit_code, actor from identity.proofings
     where account_id = ? order by id limit 1000`,
    [accountId],
  );
  return rows.map(({ unit_code, actor, ...row }) => ({
    ...row,
    unitCode: unit_code ?? undefined,
    actor: actor ?? undefined,
  }));
}
