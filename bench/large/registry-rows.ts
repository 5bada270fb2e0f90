// The rows of license number n as an issue leaves them, found again by n: four licenses a holder, one in twenty with a second
// holder, three in ten with a second version, an event for each version and one reading. Wraps, holder's keys and payloads are
// real boxes and open; the licenses of one holder share one data key, to spare time. What no reading opens (what was asked,
// details of events, digests of files, leaves) is random bytes of the usual length.
import { randomBytes } from 'node:crypto';
import { utf8 } from '../../common/bytes.ts';
import { citizenNumberCheckCharacter } from '../../common/codes/citizen-number.ts';
import { creditCodeCheckCharacter } from '../../common/codes/credit-code.ts';
import { organisationCodeCheckCharacter } from '../../common/codes/organisation-code.ts';
import { makeBoxKey } from '../../common/crypto/sealed-box.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { makeUuid7 } from '../../common/ids.ts';
import {
  type DataKey,
  makeHolderKeyRow,
  type OpenHolderKey,
  openHolderKey,
  wrapLicenseKey,
} from '../../license/domain/data-keys.ts';
import { holderKey } from '../../license/domain/holder-key.ts';
import { identifierOfVersion, makeLicenseId } from '../../license/domain/license-identifier.ts';
import type { Holder, LicenseContent } from '../../license/domain/license-record.ts';
import { closeContent } from '../../license/domain/open-license.ts';
import { BENCH_ROOM_KEYS as KEYS } from '../license-room.ts';
import type { CopyTable, CopyValue } from './binary-copy.ts';

export const LICENSES_A_HOLDER = 4;
const TYPES = [1, 3, 5, 6].map((serial) => `11100000MB0D00096500${serial}`);
const REGION = '360100';
const AUTHORITIES = Array.from({ length: 60 }, (_, number) => creditCodeAt(number));
const YEAR_MS = 365 * 86_400_000;
const ASKED_BYTES = 500;
const DETAIL_BYTES = 250;

export const TABLES = {
  licenses: {
    name: 'license.licenses',
    columns: {
      ...{ license_id: 'text', license_type: 'text', authority_code: 'text', region: 'text', organisation: 'text' },
      ...{ number_key: 'bytea', state: 'text', state_changed_at: 'timestamptz', version: 'int4', identifier: 'text' },
      ...{ valid_from: 'date', valid_to: 'date', holder_keys: 'bytea[]', wrapped_keys: 'bytea[]' },
      created_at: 'timestamptz',
    },
  },
  versions: {
    name: 'license.license_versions',
    columns: {
      ...{ license_id: 'text', version: 'int4', identifier: 'text', type_version: 'int4', template_version: 'int4' },
      ...{ operation: 'text', replaces: 'text', issue_id: 'text', issued_on: 'date', valid_from: 'date' },
      ...{ valid_to: 'date', payload_box: 'bytea', file_sm3: 'bytea', stored_sm3: 'bytea', file_size: 'int4' },
      ...{ sealing_id: 'text', created_at: 'timestamptz' },
    },
  },
  holders: {
    name: 'license.holder_licenses',
    columns: { holder_key: 'bytea', license_type: 'text', license_id: 'text', since: 'timestamptz' },
  },
  holderKeys: {
    name: 'license.holder_keys',
    columns: { holder_key: 'bytea', key_id: 'text', box: 'bytea', made_at: 'timestamptz' },
  },
  issues: {
    name: 'license.issues',
    columns: {
      ...{ organisation: 'text', case_id: 'text', license_type: 'text', operation: 'text', item: 'int4' },
      ...{ issue_id: 'text', client_id: 'text', actor: 'text', license_id: 'text', version: 'int4' },
      ...{ identifier: 'text', replaces: 'text', fingerprint: 'bytea', asked_box: 'bytea', number_key: 'bytea' },
      ...{ region: 'text', holder_keys: 'bytea[]', wrapped_keys: 'bytea[]', seal_esid: 'text', state: 'text' },
      ...{ attempts: 'int4', next_attempt_at: 'timestamptz', created_at: 'timestamptz', finished_at: 'timestamptz' },
    },
  },
  events: {
    name: 'license.events',
    columns: {
      ...{ event_id: 'uuid', at: 'timestamptz', kind: 'text', license_id: 'text', identifier: 'text', actor: 'text' },
      ...{ organisation: 'text', basis: 'text', request_id: 'text', detail_box: 'bytea', leaf: 'bytea' },
    },
  },
} as const satisfies Record<string, CopyTable>;
export type TableName = keyof typeof TABLES;
export type AddRow = (table: TableName, values: readonly CopyValue[]) => void;

/** A holder with his key and the data key of all his licenses. */
export type Person = {
  readonly holder: Holder;
  readonly own: OpenHolderKey;
  readonly dataKey: Omit<DataKey, 'licenseId'>;
};

/** Everything about license n that its rows are made of. */
export type MadeLicense = {
  readonly licenseId: string;
  readonly licenseType: string;
  readonly authority: string;
  readonly dataKey: DataKey;
  readonly wraps: ReturnType<typeof wrapLicenseKey>;
  readonly content: (version: number, createdAt: Date) => LicenseContent;
};

/** Holder number n; the same person whenever asked. */
export function holderAt(number: number): Holder {
  const day = new Date(Date.UTC(1950, 0, 1 + (number % 20_000))).toISOString().slice(0, 10).replaceAll('-', '');
  const area = 360_102 + Math.floor(number / 20_000_000);
  const first17 = `${area}${day}${String(Math.floor(number / 20_000) % 1000).padStart(3, '0')}`;
  return { name: `持证人${number}`, codeType: '111', code: `${first17}${citizenNumberCheckCharacter(first17)}` };
}

export function holderKeyAt(number: number): Uint8Array {
  const { codeType, code } = holderAt(number);
  return holderKey(KEYS.pepper, codeType, code);
}

/** His row, and what his licenses are made with. */
export function addPerson(add: AddRow, number: number, at: Date): Person {
  const row = makeHolderKeyRow(KEYS, holderKeyAt(number), randomBytes);
  add('holderKeys', [row.holderKey, row.keyId, row.box, at]);
  const bytes = randomBytes(32);
  const own = openHolderKey({ holderKeyBox: KEYS.holderKeyBox }, row);
  return { holder: holderAt(number), own, dataKey: { bytes, box: makeBoxKey(bytes) } };
}

export const licenseIdAt = (number: number): string =>
  makeLicenseId({
    licenseType: TYPES[number % TYPES.length]!,
    issuingAuthority: AUTHORITIES[number % AUTHORITIES.length]!,
    serial: Buffer.from(sm3(utf8(`license ${number}`)))
      .toString('hex', 0, 10)
      .toUpperCase(),
  });
export const versionsOf = (number: number): number => (number % 10 < 3 ? 2 : 1);

/** License n of these people; the data key is that of the first. */
export function makeLicense(number: number, [first, ...others]: readonly [Person, ...Person[]]): MadeLicense {
  const licenseId = licenseIdAt(number);
  const dataKey = { licenseId, ...first.dataKey };
  const people = [first, ...others];
  const own = people.map((person) => person.own);
  const content = (version: number, createdAt: Date): LicenseContent => ({
    identifier: identifierOfVersion(licenseId, version),
    licenseType: TYPES[number % TYPES.length]!,
    typeVersion: 1,
    name: '从业人员健康证明（样例）',
    licenseNumber: `示例健证（2026）第${String(number).padStart(8, '0')}号`,
    issuingAuthority: { name: '示例市卫生健康委员会', code: AUTHORITIES[number % AUTHORITIES.length]! },
    holders: [first.holder, ...others.map(({ holder }) => holder)],
    issuedOn: createdAt.toISOString().slice(0, 10),
    validFrom: createdAt.toISOString().slice(0, 10),
    validTo: new Date(createdAt.getTime() + YEAR_MS).toISOString().slice(0, 10),
    fields: { occupation: '餐饮服务', examining_institution: '示例市第一人民医院', conclusion: '合格' },
    verifyUrl: 'https://license.example/verify',
    verifyCode: '0123456789ABCDEF',
    createdAt,
  });
  const authority = AUTHORITIES[number % AUTHORITIES.length]!;
  const wraps = wrapLicenseKey(dataKey, own, randomBytes);
  return { licenseId, licenseType: TYPES[number % TYPES.length]!, authority, dataKey, wraps, content };
}

export function addLicense(add: AddRow, number: number, made: MadeLicense, at: Date): void {
  const { licenseId, licenseType, authority, wraps } = made;
  const last = versionsOf(number);
  const numberKey = randomBytes(32);
  for (let version = 1; version <= last; version++) addVersion(add, number, made, { version, at, numberKey });
  const { identifier, validFrom, validTo } = made.content(last, at);
  add('licenses', [
    ...[licenseId, licenseType, authority, REGION, authority, numberKey, number % 40 === 0 ? 'revoked' : 'valid', at],
    ...[last, identifier, validFrom, validTo, wraps.holderKeys, wraps.wrappedKeys, at],
  ]);
  for (const key of wraps.holderKeys) add('holders', [key, licenseType, licenseId, at]);
  addEvent(add, made, { kind: 'read', identifier, at });
}

type OneVersion = { readonly version: number; readonly at: Date; readonly numberKey: Uint8Array };

function addVersion(add: AddRow, number: number, made: MadeLicense, { version, at, numberKey }: OneVersion): void {
  const { licenseId, licenseType, authority, dataKey, wraps } = made;
  const content = made.content(version, at);
  const { identifier, issuedOn, validFrom, validTo } = content;
  const operation = version === 1 ? 'issue' : 'renew';
  const replaces = version === 1 ? null : identifierOfVersion(licenseId, version - 1);
  const issueId = `iss_${String(number).padStart(24, '0')}_${version}`;
  const box = closeContent(dataKey, content, randomBytes(16));
  add('versions', [
    ...[licenseId, version, identifier, 1, 1, operation, replaces, issueId, issuedOn, validFrom, validTo, box],
    ...[randomBytes(32), randomBytes(32), 130_000, `slg_${issueId}`, at],
  ]);
  add('issues', [
    ...[authority, `CASE-${number}-${version}`, licenseType, operation, 1, issueId, 'case-system', 'case-system'],
    ...[licenseId, version, identifier, replaces, randomBytes(32), randomBytes(ASKED_BYTES), numberKey, REGION],
    ...[wraps.holderKeys, wraps.wrappedKeys, '36010000000001', 'done', 1, at, at, at],
  ]);
  addEvent(add, made, { kind: version === 1 ? 'issued' : 'version-added', identifier, at });
}

type OneEvent = { readonly kind: string; readonly identifier: string; readonly at: Date };

function addEvent(add: AddRow, { licenseId, authority }: MadeLicense, { kind, identifier, at }: OneEvent): void {
  add('events', [
    ...[makeUuid7(at), at, kind, licenseId, identifier, 'case-system', authority, 'authority', null],
    ...[randomBytes(DETAIL_BYTES), randomBytes(32)],
  ]);
}

function creditCodeAt(number: number): string {
  const first8 = `MB0D${String(1000 + number)}`;
  const first17 = `11${REGION}${first8}${organisationCodeCheckCharacter(first8)}`;
  return `${first17}${creditCodeCheckCharacter(first17)}`;
}
