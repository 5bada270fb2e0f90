// license.digit_tries: how many digits a verifier tried within a minute. A try is counted before the digits are looked at, so
// that parallel guesses are counted too; one that was right is given back.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';

const TAKE = {
  name: 'digit-try-take',
  text: `insert into license.digit_tries as tried (verifier, since, tries) values ($1, $2, 1)
    on conflict (verifier) do update set
      since = case when tried.since <= $3 then $2 else tried.since end,
      tries = case when tried.since <= $3 then 1 else tried.tries + 1 end
    returning since, tries`,
};

const GIVE_BACK = {
  name: 'digit-try-give-back',
  text: 'update license.digit_tries set tries = greatest(tries - 1, 0) where verifier = $1',
};

const MINUTE_MS = 60_000;

/** Counts a try; tells the tries of this minute with it, and when the minute ends. */
export async function takeDigitTry(
  db: Knex,
  verifier: string,
  now: Date,
): Promise<{ readonly tries: number; readonly until: Date }> {
  const minuteAgo = new Date(now.getTime() - MINUTE_MS);
  const { rows } = await runStatement<{ since: Date; tries: number }>(db, TAKE, [verifier, now, minuteAgo]);
  const { since, tries } = rows[0]!;
  return { tries, until: new Date(since.getTime() + MINUTE_MS) };
}

export async function giveBackDigitTry(db: Knex, verifier: string): Promise<void> {
  await runStatement(db, GIVE_BACK, [verifier]);
}

/** Removes at most `limit` rows of minutes that are over; tells how many. */
export async function deleteDigitTries(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from license.digit_tries where verifier = any(array(
       select verifier from license.digit_tries where since < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
