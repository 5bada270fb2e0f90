// The last step of an issue, one named statement: the license (or its next version), the way from its holders, the event,
// the outcome of the intent. All or nothing, and only for the one who holds the lease. A further version needs the license
// as the intent left it: locked, at the version before, valid.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import type { LicenseFile } from '../domain/license-record.ts';
import { eventFragment, eventValues } from './events.ts';
import { type IssueKey, keyOf, type Lease } from './issues.ts';

export type FinishedVersion = {
  readonly licenseId: string;
  readonly authorityCode: string;
  readonly typeVersion: number;
  readonly templateVersion: number;
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly payloadBox: Uint8Array;
  readonly file: LicenseFile;
  readonly sealingId: string;
  readonly finishedAt: Date;
};

/** `lease-lost`: somebody else works on it. `license-changed`: its state forbids a further version now. */
export type Finish = 'finished' | 'lease-lost' | 'license-changed';

const KEY = 'i.organisation = $1 and i.case_id = $2 and i.license_type = $3 and i.operation = $4 and i.item = $5';
const MINE = `${KEY} and i.lease_token = $6 and i.state = 'intended'`;
const OUTCOME = `state = 'done', content_box = null, finished_at = $8, lease_token = null, lease_until = null,
      last_error = null`;
const FIRST_OF_EVENT = 20;

const VERSION = `version_made as (
      insert into license.license_versions (license_id, version, identifier, type_version, template_version, operation,
        replaces, issue_id, issued_on, valid_from, valid_to, payload_box, file_sm3, stored_sm3, file_size, sealing_id,
        created_at)
      select license_id, version, identifier, $10::integer, $11::integer, operation, replaces, issue_id, $12::date,
        $13::date, $14::date, $15::bytea, $16::bytea, $17::bytea, $18::integer, $19::text, $8::timestamptz from done)`;
const HOLDERS = `holders_made as (
      insert into license.holder_licenses (holder_key, license_type, license_id, since)
      select unnest(holder_keys), license_type, license_id, $8::timestamptz from done
      on conflict (holder_key, license_type, license_id) do update set until = null)`;

const FINISH_FIRST: Statement = {
  name: 'issue-finish',
  text: `with done as (
      update license.issues i set ${OUTCOME} where ${MINE} returning i.*),
    head_made as (
      insert into license.licenses (license_id, license_type, authority_code, region, organisation, number_key, state,
        state_changed_at, version, identifier, valid_from, valid_to, holder_keys, wrapped_keys, created_at)
      select $7::text, license_type, $9::text, region, organisation, number_key, 'valid', $8::timestamptz, version,
        identifier, $13::date, $14::date, holder_keys, wrapped_keys, $8::timestamptz from done),
    ${VERSION}, ${HOLDERS}, ${eventFragment(FIRST_OF_EVENT, 'done')}
    select count(*)::int as leased, count(*)::int as done from done`,
};

const FINISH_NEXT: Statement = {
  name: 'issue-finish-next',
  text: `with mine as (
      select i.issue_id, i.version, i.identifier, i.holder_keys, i.wrapped_keys from license.issues i where ${MINE} for update),
    former as (select holder_keys from license.licenses where license_id = $7),
    head as (
      update license.licenses l set version = mine.version, identifier = mine.identifier, valid_from = $13::date,
        valid_to = $14::date, holder_keys = mine.holder_keys, wrapped_keys = mine.wrapped_keys, pending_issue = null
      from mine where l.license_id = $7 and l.pending_issue = mine.issue_id and l.version = mine.version - 1
        and l.authority_code = $9 and l.state = 'valid' returning 1),
    done as (
      update license.issues i set ${OUTCOME} where ${MINE} and exists (select from head) returning i.*),
    ${VERSION}, ${HOLDERS},
    holders_left as (
      update license.holder_licenses h set until = $8::timestamptz
      from (select unnest(former.holder_keys) as holder_key from former) as gone, done
      where h.holder_key = gone.holder_key and h.license_type = $3 and h.license_id = $7
        and gone.holder_key <> all (done.holder_keys)),
    ${eventFragment(FIRST_OF_EVENT, 'done')}
    select (select count(*)::int from mine) as leased, (select count(*)::int from done) as done`,
};

export async function finishIssue(
  db: Knex,
  key: IssueKey,
  lease: Lease,
  version: FinishedVersion,
  event: LicenseEvent,
): Promise<Finish> {
  const statement = key.operation === 'issue' ? FINISH_FIRST : FINISH_NEXT;
  const values = [...keyOf(key), lease.token, ...versionValues(version), ...eventValues(event)];
  const { rows } = await runStatement<{ leased: number; done: number }>(db, statement, values);
  const { leased, done } = rows[0]!;
  if (done === 1) return 'finished';
  return leased === 1 ? 'license-changed' : 'lease-lost';
}

/** $7 to $19. */
function versionValues(version: FinishedVersion): readonly unknown[] {
  return [
    version.licenseId,
    version.finishedAt,
    version.authorityCode,
    version.typeVersion,
    version.templateVersion,
    version.issuedOn,
    version.validFrom,
    version.validTo,
    version.payloadBox,
    Buffer.from(version.file.sm3, 'hex'),
    Buffer.from(version.file.storedSm3, 'hex'),
    version.file.size,
    version.sealingId,
  ];
}
