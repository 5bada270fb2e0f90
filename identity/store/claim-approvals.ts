// identity.claim_approvals: who allowed which client to ask for a scope that needs it, for what reason, from when to when.
import type { Knex } from 'knex';

export type ClaimApproval = {
  readonly clientId: string;
  readonly scope: string;
  readonly reason: string;
  readonly approvedBy: string;
  readonly approvedAt: Date;
  readonly withdrawnAt: Date | null;
};

/** False when one stands already. */
export async function insertClaimApproval(db: Knex, approval: Omit<ClaimApproval, 'withdrawnAt'>): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into identity.claim_approvals (client_id, scope, reason, approved_by, approved_at)
     values (:clientId, :scope, :reason, :approvedBy, :approvedAt) on conflict do nothing`,
    { ...approval },
  );
  return rowCount === 1;
}

/** False when none stands. */
export async function withdrawClaimApproval(db: Knex, clientId: string, scope: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.claim_approvals set withdrawn_at = greatest(approved_at, ?::timestamptz)
     where client_id = ? and scope = ? and withdrawn_at is null`,
    [at, clientId, scope],
  );
  return rowCount === 1;
}

/** All of a client, the newest first. */
export async function listClaimApprovals(db: Knex, clientId: string): Promise<readonly ClaimApproval[]> {
  type Row = { scope: string; reason: string; approved_by: string; approved_at: Date; withdrawn_at: Date | null };
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select scope, reason, approved_by, approved_at, withdrawn_at from identity.claim_approvals
     where client_id = ? order by id desc limit 200`,
    [clientId],
  );
  return rows.map((row) => ({
    clientId,
    scope: row.scope,
    reason: row.reason,
    approvedBy: row.approved_by,
    approvedAt: row.approved_at,
    withdrawnAt: row.withdrawn_at,
  }));
}
