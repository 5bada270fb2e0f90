// identity.login_tries: what was tried how often, for one key from one place within a window: passwords by login and address,
// by account, by address and by browser; other limits by their kind (flow/limit.ts). Keys are digests.
import type { Knex } from 'knex';
import { compareBytes, utf8 } from '../../common/bytes.ts';
import { FLUSHED_LATER, runStatement } from '../../common/db/statement.ts';
import type { Tries } from '../domain/login-throttle.ts';

export type TryCount = {
  readonly loginKey: Uint8Array;
  readonly address: string;
  readonly now: Date;
  readonly windowEndsAt: Date;
};

/** Names one counter. */
export type TryPlaceKey = Pick<TryCount, 'loginKey' | 'address'>;

type Row = { tries: number; window_ends_at: Date };

/** $1 keys, $2 places, $3 ends of new windows, $4 now. */
const TAKE = {
  name: 'tries-take',
  text: `with taken as (
      insert into identity.login_tries as old (login_key, address, tries, window_ends_at)
      select key, address, 1, ends
      from unnest($1::bytea[], $2::text[], $3::timestamptz[]) with ordinality as place (key, address, ends, at)
      order by at
      on conflict (login_key, address) do update set
        tries = case when old.window_ends_at <= $4 then 1 else old.tries + 1 end,
        window_ends_at = case when old.window_ends_at <= $4 then excluded.window_ends_at else old.window_ends_at end
      returning login_key, address, tries, window_ends_at)
    select tries, window_ends_at
    from unnest($1::bytea[], $2::text[]) with ordinality as place (key, address, at)
    join taken on taken.login_key = place.key and taken.address = place.address order by at`,
};

/** A statement, or a common table expression of one: takes back so many in each place, from the parameters `first` on. */
export function takingBack(first: number, from = ''): string {
  const [keys, places, backs] = ['bytea', 'text', 'int'].map((type, at) => `$${first + at}::${type}[]`);
  return `update identity.login_tries as old set tries = greatest(tries - chosen.back, 0)
    from ${from} (select login_key, address, back from identity.login_tries
          join unnest(${keys}, ${places}, ${backs}) as place (key, place, back) on login_key = key and address = place
          order by login_key, address collate "C" for update) as chosen
    where old.login_key = chosen.login_key and old.address = chosen.address`;
}

/** Flushed later: a server that crashes may count a try too many, never one too few. */
const TAKE_BACK = { name: 'tries-take-back', text: `with ${FLUSHED_LATER} ${takingBack(1, 'flushed_later,')}` };

/** Counts one try, before the thing is looked at; a window that is over begins anew. */
export async function takeTry(db: Knex, one: TryCount): Promise<Tries> {
  const [taken] = await takeTries(db, [one]);
  return taken!;
}

/** Counts one try in several places at once; the answers are in the order of the places, which must differ. */
export async function takeTries(db: Knex, places: readonly TryCount[]): Promise<readonly Tries[]> {
  // One order for everybody: two requests that lock the same rows do not wait for each other.
  const sorted = places.map((place, at) => ({ ...place, at })).sort(byPlace);
  const { rows } = await runStatement<Row>(db, TAKE, [
    sorted.map(({ loginKey }) => Buffer.from(loginKey)),
    sorted.map(({ address }) => address),
    sorted.map(({ windowEndsAt }) => windowEndsAt),
    places[0]!.now,
  ]);
  const answers: Tries[] = [];
  for (const [n, { at }] of sorted.entries())
    answers[at] = { tries: rows[n]!.tries, windowEndsAt: rows[n]!.window_ends_at };
  return answers;
}

/** Forgets the tries. */
export async function deleteTries(db: Knex, loginKey: Uint8Array, address: string): Promise<void> {
  const query = db.raw('delete from identity.login_tries where login_key = ? and address = ?', [
    Buffer.from(loginKey),
    address,
  ]);
  await query.options({ name: 'tries-delete' });
}

/** Takes one try back out of the count. */
export async function giveTryBack(db: Knex, loginKey: Uint8Array, address: string): Promise<void> {
  await takeBack(db, [{ loginKey, address, back: 1 }]);
}

/** What a right answer settles: the tries in the first place are forgotten, one is taken back in the others. */
export type SettledTries = { readonly forget: TryPlaceKey | null; readonly giveBack: readonly TryPlaceKey[] };

/** In one statement. */
export async function settleTries(db: Knex, settled: SettledTries): Promise<void> {
  await runStatement(db, TAKE_BACK, settledValues(settled));
}

/** For `takingBack`. */
export function settledValues({ forget, giveBack }: SettledTries): unknown[] {
  const forgotten = forget === null ? [] : [{ ...forget, back: MANY }];
  return backValues([...forgotten, ...giveBack.map((place) => ({ ...place, back: 1 }))]);
}

async function takeBack(db: Knex, places: readonly Back[]): Promise<void> {
  await runStatement(db, TAKE_BACK, backValues(places));
}

type Back = TryPlaceKey & { readonly back: number };

function backValues(places: readonly Back[]): unknown[] {
  const sorted = [...places].sort(byPlace);
  return [
    sorted.map(({ loginKey }) => Buffer.from(loginKey)),
    sorted.map(({ address }) => address),
    sorted.map(({ back }) => back),
  ];
}

/** More than anybody tries. */
const MANY = 1_000_000_000;

/** At most `limit` rows whose window ended before `before`; returns how many went. */
export async function deleteOldTries(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.login_tries where ctid = any(array(
       select ctid from identity.login_tries where window_ends_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function byPlace(a: TryPlaceKey, b: TryPlaceKey): number {
  return compareBytes(a.loginKey, b.loginKey) || compareBytes(utf8(a.address), utf8(b.address));
}
