// identity.outbox: messages to people. Addressee and words lie in one sealed box; a row stays for a while after delivery, so
// that a repeated delivery is noticed.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';

export type Channel = 'sms' | 'mail';

export type OutboxRow = {
  readonly id: string;
  readonly channel: Channel;
  /** What the message is about: `login-code`, `new-device` …. */
  readonly kind: string;
  readonly box: Uint8Array;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
};

type Row = {
  id: string;
  channel: Channel;
  kind: string;
  box: Buffer;
  created_at: Date;
  delivered_at: Date | null;
};

const COLUMNS = 'id, channel, kind, box, created_at, delivered_at';

const INSERT = {
  name: 'outbox-insert',
  text: 'insert into identity.outbox (id, channel, kind, box, created_at) values ($1, $2, $3, $4, $5)',
};

const FIND = { name: 'outbox-by-id', text: `select ${COLUMNS} from identity.outbox where id = $1` };

export async function insertOutbox(db: Knex, row: Omit<OutboxRow, 'deliveredAt'>): Promise<void> {
  await runStatement(db, INSERT, [row.id, row.channel, row.kind, Buffer.from(row.box), row.createdAt]);
}

export async function findOutbox(db: Knex, id: string): Promise<OutboxRow | null> {
  const row = (await runStatement<Row>(db, FIND, [id])).rows[0];
  return row ? toOutboxRow(row) : null;
}

/** Newest first. */
export async function listOutbox(db: Knex, limit: number): Promise<readonly OutboxRow[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.outbox order by created_at desc, id limit ?`,
    [limit],
  );
  return rows.map(toOutboxRow);
}

export async function markDelivered(db: Knex, id: string, at: Date): Promise<void> {
  await db.raw('update identity.outbox set delivered_at = ? where id = ? and delivered_at is null', [at, id]);
}

/** At most `limit` rows from before `before`; returns how many went. */
export async function deleteOldOutbox(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.outbox where ctid = any(array(
       select ctid from identity.outbox where created_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function toOutboxRow(row: Row): OutboxRow {
  return {
    id: row.id,
    channel: row.channel,
    kind: row.kind,
    box: row.box,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
  };
}
