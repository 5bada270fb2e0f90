// license.presentations and what hangs on them: codes by their hash, digits, answers. Redeeming is one statement that sets
// used_at where it is null: of any number of parallel redemptions, by whichever code, one succeeds; the same statement
// writes the events and keeps the answers, so that nothing is read without a trace.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import type { Presentation, PresentationUse, PresentedItem } from '../domain/presentation.ts';
import { eventsFragment, eventsValues } from './events.ts';

export type NewCode = { readonly codeHash: Uint8Array; readonly digitsKey: Uint8Array; readonly expiresAt: Date };

/** What is known of a code: its own end and the presentation that it stands for. */
export type FoundCode = { readonly presentation: Presentation; readonly expiresAt: Date };

/** What one license of a presentation told, closed under its data key. */
export type Answer = { readonly licenseId: string; readonly place: number; readonly box: Uint8Array };

const COLUMNS = `p.presentation_id, p.holder_key, p.items, p.created_at, p.ends_at, p.stopped_at, p.used_at,
  p.redemption_id, p.used_by, p.idempotency_key, p.organisation, p.organisation_name`;

type Row = {
  presentation_id: string;
  holder_key: Uint8Array;
  items: readonly { license_id: string; identifier: string; parts: readonly string[] }[];
  created_at: Date;
  ends_at: Date;
  stopped_at: Date | null;
  used_at: Date | null;
  redemption_id: string | null;
  used_by: string | null;
  idempotency_key: string | null;
  organisation: string | null;
  organisation_name: string | null;
};
type CodeRow = Row & { expires_at: Date };

const INSERT = {
  name: 'presentation-insert',
  text: `insert into license.presentations (presentation_id, holder_key, items, created_at, ends_at)
    values ($1, $2, $3, $4, $5)`,
};

/** Digits whose last code is over may be taken; those of a live one not: then nothing is written. */
const INSERT_CODE = {
  name: 'presentation-code-insert',
  text: `with live as (
      select presentation_id from license.presentations
      where presentation_id = $1 and used_at is null and stopped_at is null and ends_at > $5),
    digits as (
      insert into license.presentation_digits as held (digits_key, code_hash, expires_at)
      select $3, $2, $4 from live
      on conflict (digits_key) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at
        where held.expires_at <= $5
      returning code_hash),
    code as (
      insert into license.presentation_codes (code_hash, presentation_id, expires_at)
      select digits.code_hash, $1, $4 from digits
      returning code_hash)
    select exists (select from live) as is_live, exists (select from code) as is_made`,
};

const FIND_BY_CODE = {
  name: 'presentation-by-code',
  text: `select ${COLUMNS}, c.expires_at from license.presentation_codes c
    join license.presentations p using (presentation_id) where c.code_hash = $1`,
};

const FIND_BY_DIGITS = {
  name: 'presentation-by-digits',
  text: `select ${COLUMNS}, c.expires_at, c.code_hash from license.presentation_digits d
    join license.presentation_codes c using (code_hash)
    join license.presentations p using (presentation_id) where d.digits_key = $1`,
};

const FIND = {
  name: 'presentation',
  text: `select ${COLUMNS} from license.presentations p where presentation_id = $1`,
};

const FIND_REDEMPTION = {
  name: 'redemption-by-key',
  text: `select ${COLUMNS} from license.presentations p
    where used_by = $1 and idempotency_key = $2 and used_at is not null`,
};

const FIND_REDEMPTION_BY_ID = {
  name: 'redemption',
  text: `select ${COLUMNS} from license.presentations p where redemption_id = $1 and used_at is not null`,
};

const LIST_ANSWERS = {
  name: 'presentation-answers',
  text: `select license_id, place, answer_box from license.presentation_answers
    where presentation_id = $1 order by place`,
};

const STOP = {
  name: 'presentation-stop',
  text: `update license.presentations set stopped_at = $3
    where presentation_id = $1 and holder_key = $2 and stopped_at is null`,
};

export const REDEEM = {
  name: 'presentation-redeem',
  text: `with used as (
      update license.presentations p
      set used_at = $2, redemption_id = $3, used_by = $4, idempotency_key = $5, organisation = $6, organisation_name = $7
      from license.presentation_codes c
      where c.code_hash = $1 and c.expires_at > $2 and p.presentation_id = c.presentation_id
        and p.used_at is null and p.stopped_at is null and p.ends_at > $2
      returning p.presentation_id),
    answers as (
      insert into license.presentation_answers (presentation_id, license_id, place, answer_box)
      select used.presentation_id, row.license_id, row.place, row.box
      from used cross join unnest($8::text[], $9::integer[], $10::bytea[]) as row (license_id, place, box)),
    ${eventsFragment(11, 'used')}
    select presentation_id from used`,
};

/** With its events, in one transaction of the caller's. */
export async function insertPresentation(
  trx: Knex,
  { presentationId, holderKey, items, createdAt, endsAt }: Omit<Presentation, 'use' | 'stoppedAt'>,
): Promise<void> {
  const rows = items.map(({ licenseId, identifier, parts }) => ({ license_id: licenseId, identifier, parts }));
  await runStatement(trx, INSERT, [presentationId, holderKey, JSON.stringify(rows), createdAt, endsAt]);
}

/** `over`: the presentation takes no code any more. `taken`: a live code has these digits; try others. */
export async function insertCode(
  db: Knex,
  presentationId: string,
  { codeHash, digitsKey, expiresAt }: NewCode,
  now: Date,
): Promise<'made' | 'taken' | 'over'> {
  const values = [presentationId, codeHash, digitsKey, expiresAt, now];
  const { rows } = await runStatement<{ is_live: boolean; is_made: boolean }>(db, INSERT_CODE, values);
  const row = rows[0];
  return row?.is_made ? 'made' : row?.is_live ? 'taken' : 'over';
}

export async function findByCode(db: Knex, codeHash: Uint8Array): Promise<FoundCode | null> {
  const { rows } = await runStatement<CodeRow>(db, FIND_BY_CODE, [codeHash]);
  return rows[0] ? { presentation: fromRow(rows[0]), expiresAt: rows[0].expires_at } : null;
}

/** The code that had these digits last, with its hash. */
export async function findByDigits(
  db: Knex,
  digits: Uint8Array,
): Promise<(FoundCode & { readonly codeHash: Uint8Array }) | null> {
  const { rows } = await runStatement<CodeRow & { code_hash: Uint8Array }>(db, FIND_BY_DIGITS, [digits]);
  const row = rows[0];
  return row ? { presentation: fromRow(row), expiresAt: row.expires_at, codeHash: row.code_hash } : null;
}

export async function findPresentation(db: Knex, presentationId: string): Promise<Presentation | null> {
  const { rows } = await runStatement<Row>(db, FIND, [presentationId]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** What this reader redeemed under this key, or null. */
export async function findRedemption(db: Knex, by: string, idempotencyKey: string): Promise<Presentation | null> {
  const { rows } = await runStatement<Row>(db, FIND_REDEMPTION, [by, idempotencyKey]);
  return rows[0] ? fromRow(rows[0]) : null;
}

export async function findRedemptionById(db: Knex, redemptionId: string): Promise<Presentation | null> {
  const { rows } = await runStatement<Row>(db, FIND_REDEMPTION_BY_ID, [redemptionId]);
  return rows[0] ? fromRow(rows[0]) : null;
}

export async function listAnswers(db: Knex, presentationId: string): Promise<readonly Answer[]> {
  const { rows } = await runStatement<{ license_id: string; place: number; answer_box: Uint8Array }>(db, LIST_ANSWERS, [
    presentationId,
  ]);
  return rows.map(({ license_id, place, answer_box }) => ({ licenseId: license_id, place, box: answer_box }));
}

/** False when it is somebody else's, or stopped before. */
export async function stopPresentation(
  db: Knex,
  presentationId: string,
  holderKey: Uint8Array,
  now: Date,
): Promise<boolean> {
  return (await runStatement(db, STOP, [presentationId, holderKey, now])).rowCount === 1;
}

/**
 * Uses the presentation up, once, keeps the answers and records the events; false when the code is over or unknown, or the
 * presentation used, stopped or over. A key that this reader used before raises the unique index presentations_redemption_key.
 */
export async function redeem(
  db: Knex,
  codeHash: Uint8Array,
  { use, answers, events }: { use: PresentationUse; answers: readonly Answer[]; events: readonly LicenseEvent[] },
): Promise<boolean> {
  const { rows } = await runStatement(db, REDEEM, redeemValues(codeHash, { use, answers, events }));
  return rows.length === 1;
}

/** The values of REDEEM, for whoever measures the statement alone. */
export function redeemValues(
  codeHash: Uint8Array,
  { use, answers, events }: { use: PresentationUse; answers: readonly Answer[]; events: readonly LicenseEvent[] },
): readonly unknown[] {
  return [
    codeHash,
    use.at,
    use.redemptionId,
    use.by,
    use.idempotencyKey,
    use.organisation,
    use.organisationName,
    answers.map(({ licenseId }) => licenseId),
    answers.map(({ place }) => place),
    answers.map(({ box }) => box),
    ...eventsValues(events),
  ];
}

/** Removes at most `limit` presentations that ended before `before` with all that hangs on them; tells how many. */
export async function deletePresentations(
  db: Knex,
  { unusedBefore, usedBefore, limit }: { unusedBefore: Date; usedBefore: Date; limit: number },
): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from license.presentations where presentation_id = any(array(
       select presentation_id from license.presentations
       where ends_at < ? and (used_at is null or ends_at < ?) limit ? for update skip locked))`,
    [unusedBefore, usedBefore, limit],
  );
  return rowCount;
}

/** Removes at most `limit` digits whose code was over before `before`; tells how many. */
export async function deleteDigits(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from license.presentation_digits where digits_key = any(array(
       select digits_key from license.presentation_digits where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function fromRow(row: Row): Presentation {
  return {
    presentationId: row.presentation_id,
    holderKey: row.holder_key,
    items: row.items.map(
      ({ license_id, identifier, parts }): PresentedItem => ({ licenseId: license_id, identifier, parts }),
    ),
    createdAt: row.created_at,
    endsAt: row.ends_at,
    stoppedAt: row.stopped_at,
    use: row.used_at === null ? null : useOf(row, row.used_at),
  };
}

function useOf(row: Row, at: Date): PresentationUse {
  return {
    at,
    redemptionId: row.redemption_id ?? '',
    by: row.used_by ?? '',
    idempotencyKey: row.idempotency_key ?? '',
    organisation: row.organisation ?? '',
    organisationName: row.organisation_name ?? '',
  };
}
