// identity.consents: what a person agreed that a system may know, until when, and that he took it back. Of each person and
// system the newest row counts; rows are never changed but for the time of withdrawal (a trigger refuses the rest).
import type { Knex } from 'knex';

export type Consent = {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Asked for, optional, and not given: not asked again. */
  readonly declined: readonly string[];
  readonly givenAt: Date;
  readonly until: Date;
  readonly withdrawnAt: Date | null;
};

type Row = {
  client_id: string;
  scopes: string[];
  declined: string[];
  given_at: Date;
  until: Date;
  withdrawn_at: Date | null;
};

export async function insertConsent(
  db: Knex,
  sub: string,
  { clientId, scopes, declined, givenAt, until }: Omit<Consent, 'withdrawnAt'>,
): Promise<void> {
  await db.raw(
    `insert into identity.consents (account_id, client_id, scopes, declined, given_at, until)
     select id, :clientId, :scopes, :declined, :givenAt, :until from identity.accounts where sub = :sub`,
    { sub, clientId, scopes: [...scopes], declined: [...declined], givenAt, until },
  );
}

/** The consent that counts at that moment; null when it was withdrawn, is over, or never was. */
export async function findLiveConsent(db: Knex, sub: string, clientId: string, at: Date): Promise<Consent | null> {
  const query = db.raw<{ rows: Row[] }>(
    `select client_id, scopes, declined, given_at, until, withdrawn_at from identity.consents
     where account_id = (select id from identity.accounts where sub = ?) and client_id = ? order by id desc limit 1`,
    [sub, clientId],
  );
  const { rows } = await query.options({ name: 'consent-live' });
  const consent = rows[0] ? toConsent(rows[0]) : null;
  return consent !== null && consent.withdrawnAt === null && consent.until > at ? consent : null;
}

/** The newest consent for each system, the last given first; at most 200. */
export async function listConsents(db: Knex, accountId: number): Promise<readonly Consent[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select client_id, scopes, declined, given_at, until, withdrawn_at from (
       select distinct on (client_id) * from identity.consents where account_id = ? order by client_id, id desc) newest
     order by given_at desc limit 200`,
    [accountId],
  );
  return rows.map(toConsent);
}

/** Withdraws all that the person gave to the system; false when there was nothing to withdraw. */
export async function withdrawConsents(db: Knex, sub: string, clientId: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.consents set withdrawn_at = greatest(given_at, :at)
     where account_id = (select id from identity.accounts where sub = :sub) and client_id = :clientId
       and withdrawn_at is null`,
    { sub, clientId, at },
  );
  return rowCount > 0;
}

/** At most `limit` consents that were over before `before`; the database keeps what was over for less than 180 days. */
export async function deleteOldConsents(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.consents where ctid = any(array(
       select ctid from identity.consents where until < ? and until < now() - interval '180 days'
       limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function toConsent(row: Row): Consent {
  return {
    clientId: row.client_id,
    scopes: row.scopes,
    declined: row.declined,
    givenAt: row.given_at,
    until: row.until,
    withdrawnAt: row.withdrawn_at,
  };
}
