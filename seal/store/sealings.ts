// seal.sealings: one row a sealing, one or several a call. The intent is on record before the key is used; (client_id,
// idempotency_key, number) is unique, so that of parallel equal calls one writes its intents and the others find them. The
// first row of a call carries its lease: an expired one may be taken over by raising `attempt`, and only the latest attempt
// can release. Calls that come at once share their statements. An intent is flushed with its release at the latest: what a
// crashed server forgot was never released, so no signature of it has left.
import type { Knex } from 'knex';
import type { ActPart } from '../../common/audit/store/entries.ts';
import { FLUSHED_LATER, runStatement, type Statement } from '../../common/db/statement.ts';
import type { GrantUse } from '../domain/seal-grant.ts';
import {
  firstPage,
  type RecordedCall,
  type RecordedSealing,
  type Release,
  type SealingIntent,
} from '../domain/sealing.ts';
import { isForbidden, throwRefusal } from './refusals.ts';
import { useGrant } from './seal-grants.ts';
import { COVERS } from './sealing-permits.ts';

export type CallKey = { readonly clientId: string; readonly idempotencyKey: string };

const FIND_CALLS: Statement = {
  name: 'sealing-calls',
  text: `select a.n, s.sealing_id as "headId", s.request_sm3 as "requestSm3", s.attempt, s.lease_until as "leaseUntil",
      s.released_at as "releasedAt"
    from json_to_recordset($1::json) as a (n integer, c text, k text)
    cross join lateral (select * from seal.sealings
      where client_id = a.c and idempotency_key = a.k and number = 1 limit 1) s`,
};

/** One answer a key, in order; null: nothing is on record. */
export async function findCalls(db: Knex, keys: readonly CallKey[]): Promise<readonly (RecordedCall | null)[]> {
  const asked = keys.map(({ clientId, idempotencyKey }, n) => ({ n, c: clientId, k: idempotencyKey }));
  const { rows } = await runStatement<RecordedCall & { readonly n: number }>(db, FIND_CALLS, [JSON.stringify(asked)]);
  const found = new Map(rows.map(({ n, ...call }) => [n, call]));
  return keys.map((_, n) => found.get(n) ?? null);
}

/** The released sealings of a call, in order. */
export async function listReleased(
  db: Knex,
  { clientId, idempotencyKey }: CallKey,
): Promise<readonly RecordedSealing[]> {
  return db('seal.sealings')
    .select({
      sealingId: 'sealing_id',
      signedAt: 'signed_at',
      updateSm3: 'update_sm3',
      partySm3: 'party_sm3',
      record: 'made',
    })
    .where({ client_id: clientId, idempotency_key: idempotencyKey, state: 'released' })
    .orderBy('number')
    .options({ name: 'sealings-released' });
}

/** The identifiers of a call's sealings, in order. */
export async function listSealingIds(db: Knex, { clientId, idempotencyKey }: CallKey): Promise<readonly string[]> {
  const rows = await db('seal.sealings')
    .select({ sealingId: 'sealing_id' })
    .where({ client_id: clientId, idempotency_key: idempotencyKey })
    .orderBy('number');
  return rows.map(({ sealingId }) => sealingId);
}

/** `refused`: not without a look at counts and states; nothing was written. `known`: the key is on record already. */
export type IntentOutcome = 'ours' | 'known' | 'refused';

const COLUMNS = `sealing_id, number, form, client_id, idempotency_key, request_sm3, es_id, eseal_sm3, page, x_mm, y_mm,
  reason, input_sm3, input_size, grant_id, state, attempt, lease_until, created_at`;
const VALUES = `sealing_id, number, form, client_id, idempotency_key, request_sm3, es_id, eseal_sm3, page, x_mm, y_mm,
  reason, input_sm3, input_size, grant_id, 'intended', 1, lease_until, at`;
const ROW = `(sealing_id text, head_id text, number integer, form text, client_id text,
  idempotency_key text, request_sm3 text, es_id text, document_class text, eseal_sm3 text, page integer,
  x_mm double precision, y_mm double precision, reason text, input_sm3 text, input_size bigint, at timestamptz,
  lease_until timestamptz)`;
const askedIn = (parameter: string): string => `json_to_recordset(${parameter}::json) as a ${ROW}`;
const ON_CONFLICT = 'on conflict (client_id, idempotency_key, number) do nothing';

const INSERT_TOGETHER: Statement = {
  name: 'sealing-intents',
  text: `with ${FLUSHED_LATER}, asked as (select a.* from ${askedIn('$1')} cross join flushed_later),
    permitted as (
      select a.*, (select g.grant_id from seal.seal_grants g where ${COVERS} and g.max_uses is null
        order by g.valid_to, g.grant_id limit 1) as grant_id
      from asked a
      where exists (select from seal.seals s
        where s.es_id = a.es_id and s.state = 'active' and s.eseal_sm3 = a.eseal_sm3)),
    whole as (
      select head_id from asked a left join permitted p using (sealing_id, head_id)
      group by head_id having bool_and(p.grant_id is not null)),
    first as (
      insert into seal.sealings (${COLUMNS})
      select ${VALUES} from permitted join whole using (head_id) where number = 1 ${ON_CONFLICT} returning sealing_id),
    further as (
      insert into seal.sealings (${COLUMNS})
      select ${VALUES} from permitted where number > 1 and head_id in (select sealing_id from first))
    select whole.head_id as "headId", first.sealing_id is not null as "isNew"
    from whole left join first on first.sealing_id = whole.head_id`,
};

/**
 * Writes the intents of calls, each whole or not at all, under grants without a count: the seal is in force as it was
 * prepared, and a grant covers it, at this very moment. One answer a call, in order.
 */
export async function insertIntents(
  db: Knex,
  calls: readonly (readonly SealingIntent[])[],
): Promise<readonly IntentOutcome[]> {
  try {
    return await insertTogether(db, calls);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    // A seal of one of them has left the state in which it was found a moment ago: that one is looked at again.
    if (calls.length === 1) return ['refused'];
    const outcomes = await Promise.all(calls.map((call) => insertIntents(db, [call])));
    return outcomes.flat();
  }
}

async function insertTogether(
  db: Knex,
  calls: readonly (readonly SealingIntent[])[],
): Promise<readonly IntentOutcome[]> {
  const values = [JSON.stringify(calls.flatMap(asRows))];
  const { rows } = await runStatement<{ headId: string; isNew: boolean }>(db, INSERT_TOGETHER, values);
  const written = new Map(rows.map(({ headId, isNew }) => [headId, isNew]));
  return calls.map(([head]) => {
    const isNew = written.get(head!.sealingId);
    return isNew === undefined ? 'refused' : isNew ? 'ours' : 'known';
  });
}

/**
 * The same for one call under grants with a count, which it uses up. The use that no grant covers is thrown back by
 * `refuse`; a seal that is not in force as it was prepared makes it `refused`; nothing is written then. Seals stay as they
 * are until the intent is on record.
 */
export async function insertCountedIntents(
  db: Knex,
  intents: readonly SealingIntent[],
  refuse: (use: GrantUse) => Error,
): Promise<IntentOutcome> {
  return db.transaction(async (trx) => {
    if (!(await holdSeals(trx, intents))) return 'refused';
    const written = asRows(intents);
    for (const [i, intent] of intents.entries()) {
      const { rows } = await trx
        .raw<{ rows: unknown[] }>(
          `insert into seal.sealings (${COLUMNS}) select ${VALUES} from (select *, null as grant_id from ${askedIn('?')}) a
         ${ON_CONFLICT} returning sealing_id`,
          [JSON.stringify([written[i]])],
        )
        .catch(throwRefusal('seal-not-usable', `Seal ${intent.query.seal} is not in force any more`));
      if (rows.length === 0) return 'known';
      const { clientId, query, documentClass, createdAt } = intent;
      const use = { clientId, esID: query.seal, documentClass, at: createdAt };
      const grantId = await useGrant(trx, use);
      if (grantId === null) throw refuse(use);
      await trx('seal.sealings').where({ sealing_id: intent.sealingId }).update({ grant_id: grantId });
    }
    return 'ours';
  });
}

/** Keeps the seals of these intents from being changed; false when one of them is not in force as it was prepared. */
async function holdSeals(trx: Knex, intents: readonly SealingIntent[]): Promise<boolean> {
  const wanted = new Map(intents.map(({ query, esealSm3 }) => [query.seal, esealSm3]));
  const held = await trx('seal.seals')
    .select({ esID: 'es_id', esealSm3: 'eseal_sm3' })
    .whereIn('es_id', [...wanted.keys()])
    .where('state', 'active')
    .orderBy('es_id')
    .forShare();
  const inForce = new Map(held.map(({ esID, esealSm3 }) => [esID, esealSm3]));
  return [...wanted].every(([esID, esealSm3]) => inForce.get(esID) === esealSm3);
}

function asRows(intents: readonly SealingIntent[]): readonly Readonly<Record<string, unknown>>[] {
  return intents.map(({ query, ...intent }, i) => ({
    sealing_id: intent.sealingId,
    head_id: intents[0]!.sealingId,
    number: i + 1,
    form: intent.form,
    client_id: intent.clientId,
    idempotency_key: intent.idempotencyKey,
    request_sm3: intent.requestSm3,
    es_id: query.seal,
    document_class: intent.documentClass,
    eseal_sm3: intent.esealSm3,
    page: intent.form === 'digest' ? 0 : firstPage(query),
    x_mm: query.x_mm,
    y_mm: query.y_mm,
    reason: query.reason,
    input_sm3: intent.inputSm3,
    input_size: intent.inputSize,
    at: intent.createdAt,
    lease_until: intent.leaseUntil,
  }));
}

/** Takes over a call whose lease has expired at `now`; the new attempt, or null when somebody else was faster. */
export async function claimCall(
  db: Knex,
  call: Pick<RecordedCall, 'headId' | 'attempt'>,
  now: Date,
  leaseUntil: Date,
): Promise<number | null> {
  const rows = await db('seal.sealings')
    .where({ sealing_id: call.headId, attempt: call.attempt, state: 'intended' })
    .where('lease_until', '<=', now)
    .update({ attempt: call.attempt + 1, lease_until: leaseUntil })
    .returning<{ attempt: number }[]>('attempt');
  return rows[0]?.attempt ?? null;
}

/** What one call releases: all of its sealings, in order. */
export type CallRelease = {
  readonly headId: string;
  readonly attempt: number;
  readonly at: Date;
  readonly releases: readonly Release[];
};

const doneIn = (parameter: string): string => `done as (
      select * from json_to_recordset(${parameter}::json) as d (head_id text, attempt integer, at timestamptz,
        sealing_id text, signed_at timestamptz, field text, data_sm3 text, update_sm3 text, update_size bigint,
        party_sm3 text, made json)),
    ours as (
      select h.sealing_id as head_id from (select distinct head_id, attempt from done) d
      cross join lateral (select sealing_id from seal.sealings
        where sealing_id = d.head_id and attempt = d.attempt and state = 'intended' limit 1 for update) h)`;
const RELEASED = `update seal.sealings s
    set state = 'released', signed_at = done.signed_at, field = done.field, data_sm3 = done.data_sm3,
      update_sm3 = done.update_sm3, update_size = done.update_size, party_sm3 = done.party_sm3, made = done.made,
      released_at = done.at
    from done join ours using (head_id) where s.sealing_id = done.sealing_id`;

const RELEASE: Statement = {
  name: 'sealing-releases',
  text: `with ${doneIn('$1')} ${RELEASED} returning done.head_id as "headId"`,
};

/** The same beside the rows of the usage log: all of the calls, or, when another attempt took one over, none. */
const RELEASE_ALL: ActPart = {
  name: 'releases',
  expressions: (first) => `${doneIn(`$${first}`)},
    agreed as (select count(*) = (select count(distinct (head_id, attempt)) from done) as ok from ours),
    released as (${RELEASED} and (select ok from agreed))`,
};

export function releaseAll(calls: readonly CallRelease[]): ActPart & { readonly values: readonly unknown[] } {
  return { ...RELEASE_ALL, values: [JSON.stringify(calls.flatMap(releaseRows))] };
}

/** Records what calls release; false for a call that another attempt has taken over. One answer a call, in order. */
export async function markReleased(trx: Knex, calls: readonly CallRelease[]): Promise<readonly boolean[]> {
  const values = [JSON.stringify(calls.flatMap(releaseRows))];
  const { rows } = await runStatement<{ headId: string }>(trx, RELEASE, values).catch(
    throwRefusal('seal-not-usable', 'The seal is not in force any more, or was made again'),
  );
  const released = new Set(rows.map(({ headId }) => headId));
  return calls.map(({ headId }) => released.has(headId));
}

function releaseRows({ headId, attempt, at, releases }: CallRelease): readonly Readonly<Record<string, unknown>>[] {
  return releases.map(({ sealingId, signedAt, field, dataSm3, updateSm3, updateSize, partySm3, record }) => ({
    head_id: headId,
    attempt,
    at,
    sealing_id: sealingId,
    signed_at: signedAt,
    field,
    data_sm3: dataSm3,
    update_sm3: updateSm3,
    update_size: updateSize,
    party_sm3: partySm3,
    made: record,
  }));
}

/** Gives up the lease, so that a repetition does not have to wait for its end. */
export async function endLease(
  db: Knex,
  call: { readonly headId: string; readonly attempt: number },
  at: Date,
  kept: KeptAttempt | null = null,
): Promise<void> {
  const values = kept
    ? { signed_at: kept.signedAt, made: JSON.stringify(kept.drawn) }
    : { signed_at: null, made: null };
  await db('seal.sealings')
    .where({ sealing_id: call.headId, attempt: call.attempt, state: 'intended' })
    .update({ lease_until: at, ...values });
}

/** What an attempt made before it failed; JSON. */
export type KeptAttempt = { readonly signedAt: Date; readonly drawn: unknown };

/** What the attempt before kept, when that was after `since`. */
export async function findKept(db: Knex, headId: string, since: Date): Promise<KeptAttempt | null> {
  const row = await db('seal.sealings')
    .select({ signedAt: 'signed_at', drawn: 'made' })
    .where({ sealing_id: headId, state: 'intended' })
    .where('signed_at', '>', since)
    .first();
  return row?.drawn ? row : null;
}
