// What the tables of this room hold of one person, for his own eyes: one query a table, oldest first. Left out are digests,
// sealed boxes and what opens something (hashes, tokens, ids of sessions); the caller adds what lies in the person's box.
import type { Knex } from 'knex';

type Section = { readonly table: string; readonly sql: string };

/** Rows of one table; more than this are not handed out, and it is said. */
export const MOST_ROWS = 10_000;

/** By the name in the download. `:id` and `:sub` are the account's. */
export const SECTIONS: Readonly<Record<string, Section>> = {
  account: {
    table: 'accounts',
    sql: `select login_name, level, status, created_at, password_at, closes_at from identity.accounts where id = :id`,
  },
  factors: {
    table: 'factors',
    sql: `select kind, label, added_at, last_used_at, removed_at from identity.factors where account_id = :id order by id`,
  },
  known_devices: {
    table: 'known_devices',
    sql: `select label, first_used_at, last_used_at from identity.known_devices where account_id = :id order by first_used_at`,
  },
  proofings: {
    table: 'proofings',
    sql: `select at, method, outcome, level, unit_code from identity.proofings where account_id = :id order by id`,
  },
  counter_visits: {
    table: 'counter_visits',
    sql: `select begun_at, expires_at, phone_at, permit_at from identity.counter_visits where account_id = :id`,
  },
  waiting_proofs: {
    table: 'proof_waits',
    sql: `select since, expires_at from identity.proof_waits where account_id = :id`,
  },
  imported_from: {
    table: 'imported_rows',
    sql: `select source, at from identity.imported_rows where account_id = :id order by at`,
  },
  roles: {
    table: 'roles',
    sql: `select organisation, unit, role, begins_at, ends_at, added_at from identity.roles where account_id = :id order by id`,
  },
  logins: {
    table: 'authentications',
    sql: `select at, client_id, method, level, address, device from identity.authentications where account_id = :id order by id`,
  },
  consents: {
    table: 'consents',
    sql: `select client_id, scopes, declined, given_at, until, withdrawn_at from identity.consents where account_id = :id order by id`,
  },
  disclosures: {
    table: 'disclosures',
    sql: `select day::text, client_id, claims, times, first_at, last_at from identity.disclosures
      where account_id = :id order by day, client_id`,
  },
  logout_notices: {
    table: 'logout_notices',
    sql: `select client_id, reason, state, asked_at, delivered_at from identity.logout_notices where sub = :sub order by asked_at`,
  },
  events: {
    table: 'events',
    sql: `select at, kind, client_id, detail from identity.events where sub = :sub order by id`,
  },
};

export type OwnRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Every section, also the empty ones. */
export async function readOwnRows(db: Knex, account: { readonly id: number; readonly sub: string }): Promise<OwnRows> {
  const rows: Record<string, readonly Readonly<Record<string, unknown>>[]> = {};
  for (const [name, { sql }] of Object.entries(SECTIONS)) {
    const answer = await db.raw<{ rows: Record<string, unknown>[] }>(
      `select * from (${sql}) own limit ${MOST_ROWS + 1}`,
      { id: account.id, sub: account.sub },
    );
    rows[name] = answer.rows;
  }
  return rows;
}
