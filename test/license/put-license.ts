// A license that lies in the tables as an issue leaves it, without an issue: for tests and benches of what comes after.
import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { makeHolderKeyRow, newLicenseKey, openHolderKey } from '../../license/domain/data-keys.ts';
import { holderKey } from '../../license/domain/holder-key.ts';
import { identifierOfVersion, makeLicenseId } from '../../license/domain/license-identifier.ts';
import type { Holder, LicenseContent } from '../../license/domain/license-record.ts';
import type { StoredState } from '../../license/domain/license-states.ts';
import { closeContent } from '../../license/domain/open-license.ts';
import type { LicenseDeps } from '../../license/flow/deps.ts';
import { storeSealedFile } from '../../license/flow/sealed-files.ts';
import { getOrMakeHolderKey } from '../../license/store/holder-keys.ts';

export type PutLicense = {
  readonly licenseType: string;
  readonly serial: string;
  readonly holders: readonly [Holder, ...Holder[]];
  readonly name?: string;
  readonly licenseNumber?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly validTo?: string;
  readonly state?: StoredState;
  readonly versions?: number;
  readonly photo?: LicenseContent['photo'];
};

export const PUT_AUTHORITY = { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' };

/** Puts it, and returns the identifier of its current version. */
export async function putLicense(
  deps: Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'files'>,
  { licenseType, serial, holders, versions = 1, ...change }: PutLicense,
): Promise<string> {
  const { db, keys } = deps;
  const now = deps.clock();
  const licenseId = makeLicenseId({ licenseType, issuingAuthority: PUT_AUTHORITY.code, serial });
  const own = [];
  for (const { codeType, code } of holders) {
    const fresh = makeHolderKeyRow(keys, holderKey(keys.pepper, codeType, code), randomBytes);
    own.push(openHolderKey(keys, await getOrMakeHolderKey(db, fresh, now)));
  }
  const { dataKey, wraps } = newLicenseKey(licenseId, own, randomBytes);
  const identifier = identifierOfVersion(licenseId, versions);
  const { photo } = change;
  const content = {
    licenseType,
    typeVersion: 1,
    name: change.name ?? '从业人员健康证明（样例）',
    licenseNumber: change.licenseNumber ?? '示例健证（2026）第000001号',
    issuingAuthority: PUT_AUTHORITY,
    holders,
    issuedOn: '2026-11-20',
    validFrom: '2026-11-20',
    validTo: change.validTo ?? '2027-11-19',
    fields: change.fields ?? {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      conclusion: '合格',
    },
    verifyUrl: 'https://license.test/verify',
    verifyCode: '0123456789ABCDEF',
    createdAt: now,
    ...(photo === undefined ? {} : { photo }),
  };
  await db('license.licenses').insert({
    license_id: licenseId,
    license_type: licenseType,
    authority_code: PUT_AUTHORITY.code,
    region: '360100',
    organisation: PUT_AUTHORITY.code,
    number_key: createHash('sm3').update(content.licenseNumber).digest(),
    state: change.state ?? 'valid',
    state_changed_at: now,
    version: versions,
    identifier,
    valid_from: content.validFrom,
    valid_to: content.validTo,
    holder_keys: wraps.holderKeys,
    wrapped_keys: wraps.wrappedKeys,
    created_at: now,
  });
  for (let version = 1; version <= versions; version++)
    await putVersion(deps, dataKey, { ...content, identifier: identifierOfVersion(licenseId, version) }, version);
  await putHolders(db, own, { licenseType, licenseId, now });
  return identifier;
}

async function putVersion(
  { db, clock, files }: Pick<LicenseDeps, 'db' | 'clock' | 'files'>,
  dataKey: Parameters<typeof closeContent>[0],
  content: LicenseContent,
  version: number,
): Promise<void> {
  const { identifier } = content;
  const pdf = Buffer.from(`%PDF-1.7 ${identifier}`);
  const file = await storeSealedFile(files, dataKey, `file ${identifier}`, pdf);
  await db('license.license_versions').insert({
    license_id: dataKey.licenseId,
    version,
    identifier,
    type_version: 1,
    template_version: 1,
    operation: version === 1 ? 'issue' : 'renew',
    issue_id: `iss_${identifier}`,
    issued_on: content.issuedOn,
    valid_from: content.validFrom,
    valid_to: content.validTo,
    payload_box: closeContent(dataKey, content, randomBytes(16)),
    file_sm3: Buffer.from(file.sm3, 'hex'),
    stored_sm3: Buffer.from(file.storedSm3, 'hex'),
    file_size: file.size,
    sealing_id: 'sealing-0',
    created_at: clock(),
  });
}

async function putHolders(
  db: Knex,
  own: readonly { readonly holderKey: Uint8Array }[],
  { licenseType, licenseId, now }: { licenseType: string; licenseId: string; now: Date },
): Promise<void> {
  await db('license.holder_licenses').insert(
    own.map((one) => ({ holder_key: one.holderKey, license_type: licenseType, license_id: licenseId, since: now })),
  );
}
