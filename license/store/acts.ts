// license.acts: acts on the state of licenses by the Idempotency-Key of who asked, with the answer that was given; and the
// statement that does one: state, act and event together, only while the license is as it was judged.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import type { LicenseHead } from '../domain/license-record.ts';
import type { StateAct, StoredState } from '../domain/license-states.ts';
import { eventFragment, eventValues } from './events.ts';

export type Act<Answer> = {
  readonly organisation: string;
  readonly idempotencyKey: string;
  readonly fingerprint: Uint8Array;
  readonly licenseId: string;
  readonly identifier: string;
  readonly act: StateAct;
  /** Nothing that tells of a person. */
  readonly answer: Answer;
  readonly actedAt: Date;
};

export type StateChange = {
  readonly to: StoredState;
  /** Why, under the license's data key. */
  readonly reasonBox: Uint8Array;
};

const FIND: Statement = {
  name: 'act-by-key',
  text: 'select fingerprint, answer from license.acts where organisation = $1 and idempotency_key = $2',
};

const FIRST_OF_EVENT = 14;
const CHANGE: Statement = {
  name: 'license-act',
  text: `with changed as (
      update license.licenses l set state = $9, state_reason_box = $10, state_changed_at = $8
      where l.license_id = $4 and l.identifier = $5 and l.state = $11 and l.valid_to = $12::date
        and l.state_changed_at = $13 returning 1),
    acted as (
      insert into license.acts (organisation, idempotency_key, fingerprint, license_id, identifier, act, answer, acted_at)
      select $1::text, $2::text, $3::bytea, $4::text, $5::text, $6::text, $7::json, $8::timestamptz from changed),
    ${eventFragment(FIRST_OF_EVENT, 'changed')}
    select count(*)::int as changed from changed`,
};

/** What was asked and answered under this key before, or null. */
export async function findAct(
  db: Knex,
  organisation: string,
  idempotencyKey: string,
): Promise<{ readonly fingerprint: Uint8Array; readonly answer: unknown } | null> {
  const { rows } = await runStatement<{ fingerprint: Uint8Array; answer: unknown }>(db, FIND, [
    organisation,
    idempotencyKey,
  ]);
  return rows[0] ?? null;
}

/**
 * False, and nothing done, when the license is not as `judged` any more. A unique violation tells that the key was used in
 * the same moment.
 */
export async function changeState<Answer>(
  db: Knex,
  act: Act<Answer>,
  change: StateChange,
  judged: LicenseHead,
  event: LicenseEvent,
): Promise<boolean> {
  const values = [
    act.organisation,
    act.idempotencyKey,
    act.fingerprint,
    act.licenseId,
    act.identifier,
    act.act,
    JSON.stringify(act.answer),
    act.actedAt,
    change.to,
    change.reasonBox,
    judged.stored,
    judged.validTo,
    judged.stateChangedAt,
    ...eventValues(event),
  ];
  const { rows } = await runStatement<{ changed: number }>(db, CHANGE, values);
  return rows[0]?.changed === 1;
}
