// identity.outbox: messages to people. Addressee and words lie in one sealed box; a row stays for a while after delivery, so
// that a repeated delivery is noticed.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import type { QueueName } from '../../common/queue/enqueue.ts';
import { enqueueing } from '../../common/queue/store/jobs.ts';

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

/** Jobs `{id}`: a message of the outbox to deliver. */
export const MESSAGE_QUEUE: QueueName = { schema: 'identity', queue: 'messages' };

export type NewMessage = Omit<OutboxRow, 'deliveredAt'>;

const MESSAGE_TYPES = ['uuid', 'text', 'text', 'bytea', 'timestamptz'];

/**
 * Common table expressions: `message`, written if `rows`, a table expression, gives a row, from the parameters `first` on;
 * the `job` that delivers it, and `woken`, to be selected from.
 */
export function sendingMessage(first: number, rows: string): string {
  const values = MESSAGE_TYPES.map((type, index) => `$${first + index}::${type}`);
  const payload = `jsonb_build_object('id', id)`;
  return `message as (
      insert into identity.outbox (id, channel, kind, box, created_at)
      select ${values.join(', ')} from ${rows} returning id, created_at),
    ${enqueueing(MESSAGE_QUEUE, { rows: 'message', payload, now: 'created_at' })}`;
}

export function messageValues({ id, channel, kind, box, createdAt }: NewMessage): unknown[] {
  return [id, channel, kind, Buffer.from(box), createdAt];
}

const COLUMNS = 'id, channel, kind, box, created_at, delivered_at';

const SEND = {
  name: 'message-send',
  text: `with ${sendingMessage(1, '(values (1)) always')} select from woken`,
};

const FIND = { name: 'outbox-by-id', text: `select ${COLUMNS} from identity.outbox where id = $1` };

/** The message, and the job that delivers it when the caller's transaction commits. */
export async function sendMessage(db: Knex, message: NewMessage): Promise<void> {
  await runStatement(db, SEND, messageValues(message));
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
