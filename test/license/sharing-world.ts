// A registry with licenses in it and units that want to read them, without HTTP and without issuing: rows are written as
// the issue flow writes them. Real PostgreSQL; the clock stands still.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { utf8 } from '../../common/bytes.ts';
import type { ConsentRequestBody } from '../../common/contract/license-consent.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { makeToken } from '../../common/ids.ts';
import { makeLog } from '../../common/log.ts';
import { makeHolderKeyRow, newLicenseKey, openHolderKey } from '../../license/domain/data-keys.ts';
import { holderKey } from '../../license/domain/holder-key.ts';
import { identifierOfVersion } from '../../license/domain/license-identifier.ts';
import type { LicenseContent } from '../../license/domain/license-record.ts';
import type { StoredState } from '../../license/domain/license-states.ts';
import { closeContent } from '../../license/domain/open-license.ts';
import { makeRoomKeys } from '../../license/domain/room-keys.ts';
import type { ReadDeps, ReadRequest } from '../../license/flow/authorise-read.ts';
import { giveConsent } from '../../license/flow/decide-consent.ts';
import { requestConsent } from '../../license/flow/request-consent.ts';
import { type Consent, findConsentOfRequest } from '../../license/store/consents.ts';
import { getOrMakeHolderKey } from '../../license/store/holder-keys.ts';
import { insertLegalBasis, type NewLegalBasis } from '../../license/store/legal-bases.ts';
import { testDatabase } from '../_harness/database.ts';
import { openTestCatalog, publishHere } from './catalog.ts';

export const NOON = new Date('2026-11-20T04:00:00Z');
export const DAY_MS = 86_400_000;
export const TYPE = '11100000MB0D000965001';
export const AUTHORITY = { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' };
/** Two systems of one unit, and one of another. */
export const READER = 'market-regulator';
export const READER_TWIN = 'market-inspector';
export const STRANGER = 'tax-office';
export const READER_ORGANISATION = '11360100MB0D00029J';
export const ZHANGSAN = { name: '张三', codeType: '111', code: '360102199003077718' };
export const LISI = { name: '李四', codeType: '111', code: '360102198511267724' };
export const MATTER = { code: '000131023000', name: '食品经营许可' };
export const PURPOSE = '办理食品经营许可时核对健康证明';

export type SharingWorld = {
  /** Connection of the room's role. */
  readonly url: string;
  readonly db: Knex;
  readonly deps: ReadDeps;
  setTime(at: Date): void;
};

export const roomKeys = makeRoomKeys([new Uint8Array(32).fill(9)], new Uint8Array(32).fill(8));
export const keyOf = (holder: typeof ZHANGSAN): Uint8Array => holderKey(roomKeys.pepper, holder.codeType, holder.code);
export const deciderOf = (holder: typeof ZHANGSAN) => ({ holderKey: keyOf(holder), sub: `sub-${holder.name}` });

export async function makeSharingWorld(t: ExecutionContext<unknown>): Promise<SharingWorld> {
  const database = await testDatabase(t);
  const db = database.connect('license', 12);
  let now = NOON;
  const clock = () => now;
  const catalog = await openTestCatalog({ db, clock, log: makeLog('license', 'silent') });
  const deps: ReadDeps = { db, clock, catalog, keys: roomKeys };
  await publishHere(deps, JSON.parse(readFileSync('license/type-packs/health-certificate/type.json', 'utf8')));
  await registerReaders(db);
  return {
    url: database.urls.license,
    db,
    deps,
    setTime: (at) => {
      now = at;
    },
  };
}

export async function registerReaders(db: Knex): Promise<void> {
  const client = (client_id: string, organisation: string, organisation_name: string) => ({
    client_id,
    organisation,
    organisation_name,
    return_addresses: [`https://${client_id}.example.gov.cn/back?from=license`],
    registered_at: NOON,
  });
  await db('license.clients')
    .insert([
      client(READER, READER_ORGANISATION, '示例市市场监督管理局'),
      client(READER_TWIN, READER_ORGANISATION, '示例市市场监督管理局'),
      client(STRANGER, '11360100MB0D00037D', '示例市税务局'),
    ])
    .onConflict(['client_id'])
    .merge();
}

export type Stored = { readonly licenseId: string; readonly identifier: string };
type Change = {
  readonly holders?: readonly (typeof ZHANGSAN)[];
  readonly state?: StoredState;
  readonly region?: string;
  readonly validTo?: string;
};

/** A license as the registry holds it. */
export async function storeLicense(db: Knex, change: Change = {}): Promise<Stored> {
  const { holders = [ZHANGSAN], state = 'valid', region = '360100', validTo = '2027-11-19' } = change;
  const licenseId = `${TYPE}.${AUTHORITY.code}.${makeToken(20).toUpperCase()}`;
  const identifier = identifierOfVersion(licenseId, 1);
  const opened = [];
  for (const holder of holders) {
    const row = makeHolderKeyRow(roomKeys, keyOf(holder), randomBytes);
    opened.push(openHolderKey(roomKeys, await getOrMakeHolderKey(db, row, NOON)));
  }
  const { dataKey, wraps } = newLicenseKey(licenseId, opened, randomBytes);
  const content = contentOf(identifier, holders, validTo);
  await db('license.licenses').insert({
    license_id: licenseId,
    license_type: TYPE,
    authority_code: AUTHORITY.code,
    region,
    organisation: AUTHORITY.code,
    number_key: sm3(utf8(licenseId)),
    state,
    state_changed_at: NOON,
    version: 1,
    identifier,
    valid_from: content.validFrom,
    valid_to: validTo,
    holder_keys: [...wraps.holderKeys],
    wrapped_keys: [...wraps.wrappedKeys],
    created_at: NOON,
  });
  await db('license.license_versions').insert({
    license_id: licenseId,
    version: 1,
    identifier,
    type_version: 1,
    template_version: 1,
    operation: 'issue',
    issue_id: `iss_${licenseId}`,
    issued_on: content.issuedOn,
    valid_from: content.validFrom,
    valid_to: validTo,
    payload_box: closeContent(dataKey, content, randomBytes(16)),
    file_sm3: sm3(utf8('file')),
    stored_sm3: sm3(utf8('stored')),
    file_size: 4,
    sealing_id: 'sealing-1',
    created_at: NOON,
  });
  for (const holder_key of wraps.holderKeys)
    await db('license.holder_licenses').insert({ holder_key, license_type: TYPE, license_id: licenseId, since: NOON });
  return { licenseId, identifier };
}

function contentOf(identifier: string, holders: readonly (typeof ZHANGSAN)[], validTo: string): LicenseContent {
  const [first = ZHANGSAN, ...others] = holders;
  return {
    identifier,
    licenseType: TYPE,
    typeVersion: 1,
    name: '从业人员健康证明（样例）',
    licenseNumber: '示例健证（2026）第000001号',
    issuingAuthority: AUTHORITY,
    holders: [first, ...others],
    issuedOn: '2026-11-20',
    validFrom: '2026-11-20',
    validTo,
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: '2026-11-10',
      conclusion: '合格',
    },
    verifyUrl: 'https://license.test/verify',
    verifyCode: '0123456789ABCDEF',
    createdAt: NOON,
  };
}

export function asked(change: Partial<ConsentRequestBody> = {}): ConsentRequestBody {
  return {
    licenses: [{ license_type: TYPE, fields: ['ZZBH', 'CZZT'], optional_fields: ['KZ_GZ'] }],
    purpose: PURPOSE,
    matter: MATTER,
    until: new Date(NOON.getTime() + 30 * DAY_MS).toISOString(),
    ...change,
  };
}

/** A consent of 张三 to READER for everything that `asked` asks for; in the time of the world. */
export async function consentTo(
  { deps }: SharingWorld,
  change: Partial<ConsentRequestBody> = {},
  holder = ZHANGSAN,
): Promise<Consent> {
  const { request } = await requestConsent(deps, READER, asked(change));
  await giveConsent(deps, deciderOf(holder), request.requestId, { isChosen: () => true });
  const consent = await findConsentOfRequest(deps.db, request.requestId);
  if (!consent) throw new Error('the consent is missing');
  return consent;
}

let bases = 0;
export async function enterBasis({ db }: SharingWorld, change: Partial<NewLegalBasis> = {}): Promise<string> {
  bases += 1;
  const basis: NewLegalBasis = {
    id: `lgb_${bases}`,
    clientId: READER,
    law: '《中华人民共和国食品安全法》第四十五条',
    matterCode: '000131024000',
    matterName: '食品经营监督检查',
    licenseTypes: [{ licenseType: TYPE, fields: ['ZZBH', 'ZZYXQJZRQ'] }],
    regions: ['3601'],
    dailyQuota: 1000,
    validFrom: NOON,
    validTo: new Date(NOON.getTime() + 365 * DAY_MS),
    enteredAt: NOON,
    enteredBy: 'admin-1',
    ...change,
  };
  await insertLegalBasis(db, basis);
  return basis.id;
}

export const INSPECTION = { code: '000131024000', name: '食品经营监督检查' };

export function readOf(identifier: string, change: Partial<ReadRequest> = {}): ReadRequest {
  return {
    identifier,
    purpose: PURPOSE,
    matterCode: MATTER.code,
    groundId: null,
    wanted: ['ZZBH'],
    ...change,
  };
}
