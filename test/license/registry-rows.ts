// Licenses put into the tables as an issue leaves them, without issuing: boxes, wraps and files are real, the file is no PDF.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { utf8 } from '../../common/bytes.ts';
import { type FileStore, makeDirectoryStore } from '../../common/files/file-store.ts';
import { makeUuid7 } from '../../common/ids.ts';
import { closePayload, makeHolderKeyRow, newLicenseKey, openHolderKey } from '../../license/domain/data-keys.ts';
import type { LicenseEvent } from '../../license/domain/license-event.ts';
import { identifierOfVersion } from '../../license/domain/license-identifier.ts';
import { makeRoomKeys, type RoomKeys } from '../../license/domain/room-keys.ts';
import { storeSealedFile } from '../../license/flow/sealed-files.ts';
import { insertEvent } from '../../license/store/events.ts';
import { getOrMakeHolderKey } from '../../license/store/holder-keys.ts';

export const CASE_SYSTEM = '11360100MB0D00010M';
export const TYPE = '11100000MB0D000965001';

export const NOON = new Date('2026-11-20T04:00:00Z');
export const keys = makeRoomKeys([new Uint8Array(32).fill(9)], new Uint8Array(32).fill(8));

export function openFiles(t: ExecutionContext): FileStore {
  const folder = mkdtempSync(join(tmpdir(), 'xinji-files-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return makeDirectoryStore(folder);
}

export type PutOptions = {
  readonly db: Knex;
  readonly keys: RoomKeys;
  readonly files: FileStore;
  readonly now: Date;
  readonly index: number;
  readonly organisation?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly versions?: number;
  /** False leaves the events out. */
  readonly events?: boolean;
};

export const licenseIdAt = (index: number): string => `${TYPE}.${CASE_SYSTEM}.S${String(index).padStart(6, '0')}`;

/** The license id; its versions are 001 and on. */
export async function putLicense({ db, keys, files, now, index, versions = 1, ...more }: PutOptions): Promise<string> {
  const { organisation = CASE_SYSTEM, validFrom = '2026-01-01', validTo = '2027-01-01' } = more;
  const licenseId = licenseIdAt(index);
  const holderKey = new Uint8Array(randomBytes(32));
  const row = await getOrMakeHolderKey(db, makeHolderKeyRow(keys, holderKey, randomBytes), now);
  const { dataKey, wraps } = newLicenseKey(licenseId, [openHolderKey(keys, row)], randomBytes);
  const wrapped = {
    holder_keys: wraps.holderKeys.map((key) => Buffer.from(key)),
    wrapped_keys: wraps.wrappedKeys.map((key) => Buffer.from(key)),
  };
  const numberKey = Buffer.from(randomBytes(32));
  const place = { license_id: licenseId, license_type: TYPE, organisation, region: '360100' };
  const head = { ...place, authority_code: CASE_SYSTEM, number_key: numberKey, ...wrapped };
  const dates = { valid_from: validFrom, valid_to: validTo, created_at: now };
  await db('license.licenses').insert({
    ...head,
    ...dates,
    state: 'valid',
    state_changed_at: now,
    version: versions,
    identifier: identifierOfVersion(licenseId, versions),
  });
  await db('license.holder_licenses').insert({
    holder_key: Buffer.from(holderKey),
    license_type: TYPE,
    license_id: licenseId,
    since: now,
  });
  for (let version = 1; version <= versions; version++) {
    const identifier = identifierOfVersion(licenseId, version);
    const made = {
      license_id: licenseId,
      version,
      identifier,
      operation: version === 1 ? 'issue' : 'change',
      replaces: version === 1 ? null : identifierOfVersion(licenseId, version - 1),
      issue_id: `iss_${index}_${version}`,
    };
    const file = await storeSealedFile(files, dataKey, `file ${identifier}`, utf8(`the file ${identifier}`));
    const payload = closePayload(dataKey, `version ${identifier}`, utf8('{}'), randomBytes(16));
    await db('license.license_versions').insert({
      ...made,
      ...dates,
      type_version: 1,
      template_version: 1,
      issued_on: validFrom,
      payload_box: Buffer.from(payload),
      file_sm3: Buffer.from(file.sm3, 'hex'),
      stored_sm3: Buffer.from(file.storedSm3, 'hex'),
      file_size: file.size,
      sealing_id: `sealing-${index}-${version}`,
    });
    await db('license.issues').insert({
      ...made,
      ...wrapped,
      organisation,
      case_id: `CASE-${index}-${version}`,
      license_type: TYPE,
      item: 1,
      client_id: 'case-system',
      actor: 'case-system',
      fingerprint: numberKey,
      asked_box: numberKey,
      number_key: numberKey,
      region: '360100',
      seal_esid: '36010000000001',
      state: 'done',
      next_attempt_at: now,
      created_at: now,
      finished_at: now,
    });
    if (more.events !== false)
      await insertEvent(
        db,
        makeEvent(licenseId, now, { kind: version === 1 ? 'issued' : 'version-added', identifier }),
      );
  }
  return licenseId;
}

export function makeEvent(licenseId: string, at: Date, change: Partial<LicenseEvent> = {}): LicenseEvent {
  const event = { eventId: makeUuid7(at), at, kind: 'issued', licenseId } as const;
  const who = { actor: 'case-system', organisation: CASE_SYSTEM, basis: 'authority', requestId: null };
  return { ...event, ...who, identifier: identifierOfVersion(licenseId, 1), detailBox: null, ...change };
}

/** Lets the owner change events: the triggers of the table and of its partitions are off. */
export async function freeEvents(owner: Knex): Promise<void> {
  const { rows } = await owner.raw<{ rows: { name: string }[] }>(
    `select 'license.events' as name union all
     select inhrelid::regclass::text from pg_inherits where inhparent = 'license.events'::regclass`,
  );
  for (const { name } of rows) await owner.raw(`alter table ${name} disable trigger user`);
}
