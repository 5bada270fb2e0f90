// What is timed on a filled registry, as the rooms do it: a license read by its identifier and opened, the list of a holder
// opened, and the two statements of an issue (intent; license, version, way of the holder and event) for a holder who is there.
import { randomBytes, randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { systemClock } from '../../common/clock.ts';
import { makeBoxKey } from '../../common/crypto/sealed-box.ts';
import { makeId, makeToken, makeUuid7 } from '../../common/ids.ts';
import { openHolderKey } from '../../license/domain/data-keys.ts';
import { closeIntended } from '../../license/domain/issue-boxes.ts';
import { identifierOfVersion } from '../../license/domain/license-identifier.ts';
import { closeContent } from '../../license/domain/open-license.ts';
import { findLicense, listHolderLicenses } from '../../license/flow/open-license.ts';
import { finishIssue } from '../../license/store/finish-issue.ts';
import { findHolderKeys } from '../../license/store/holder-keys.ts';
import { recordIntent } from '../../license/store/record-intent.ts';
import { BENCH_ROOM_KEYS as KEYS } from '../license-room.ts';
import type { Act } from './offered-rate.ts';
import { holderAt, holderKeyAt, LICENSES_A_HOLDER, licenseIdAt, makeLicense, versionsOf } from './registry-rows.ts';

export const OPERATIONS = ['read', 'holder-list', 'issue'] as const;
export type Operation = (typeof OPERATIONS)[number];

export type Registry = {
  /** Makes ready what `count` calls need, and gives the call. */
  readonly prepare: (operation: Operation, count: number) => Promise<Act>;
};

export function openRegistry(db: Knex, licenses: number): Registry {
  // No key of a holder is remembered: each read opens it, as one of a holder who was not here before.
  const { opened: _, ...keys } = KEYS;
  const deps = {
    db,
    clock: systemClock,
    keys: {
      ...keys,
      opened: { get: (_key: unknown, _box: unknown, open: () => ReturnType<typeof makeBoxKey>) => open() },
    },
  };
  let next = licenses + Date.now(); // none of an earlier run
  const read = async (): Promise<void> => {
    const number = randomInt(licenses);
    const identifier = identifierOfVersion(licenseIdAt(number), versionsOf(number));
    const license = await findLicense(deps, identifier);
    if (license?.content.identifier !== identifier) throw new Error(`license ${number} was not found`);
  };
  const list = async (): Promise<void> => {
    const found = await listHolderLicenses(deps, holderKeyAt(randomInt(Math.floor(licenses / LICENSES_A_HOLDER))));
    if (found.length < LICENSES_A_HOLDER) throw new Error('a holder has fewer licenses than he should');
  };
  const prepareIssues = async (count: number): Promise<Act> => {
    const ready: Act[] = [];
    for (let made = 0; made < count; made++)
      ready.push(await prepareIssue(db, next++, randomInt(Math.floor(licenses / LICENSES_A_HOLDER))));
    return () => ready.pop()!();
  };
  return {
    prepare: async (operation, count) =>
      operation === 'read' ? read : operation === 'holder-list' ? list : prepareIssues(count),
  };
}

/** Everything but the two statements: keys, boxes, names. */
async function prepareIssue(db: Knex, number: number, person: number): Promise<Act> {
  const [row] = await findHolderKeys(db, [holderKeyAt(person)]);
  const bytes = randomBytes(32);
  const own = openHolderKey({ holderKeyBox: KEYS.holderKeyBox }, row!);
  const made = makeLicense(number, [{ holder: holderAt(person), own, dataKey: { bytes, box: makeBoxKey(bytes) } }]);
  const now = new Date();
  const content = made.content(1, now);
  const { licenseId, licenseType, authority, dataKey, wraps } = made;
  const { identifier, issuedOn, validFrom, validTo } = content;
  const issueId = makeId('iss');
  const key = { organisation: authority, caseId: `CASE-${issueId}`, licenseType, operation: 'issue', item: 1 } as const;
  const who = { clientId: 'case-system', actor: 'case-system', organisation: authority };
  const intent = {
    ...{ ...key, ...who, issueId, licenseId, version: 1, identifier, replaces: null, ...wraps },
    fingerprint: randomBytes(32),
    askedBox: randomBytes(500),
    contentBox: closeIntended(dataKey, issueId, content, randomBytes(16)),
    ...{ numberKey: randomBytes(32), uniqueKey: null, region: '360100', sealEsID: '36010000000001', createdAt: now },
  };
  const sm3 = (): string => randomBytes(32).toString('hex');
  const version = {
    ...{ licenseId, authorityCode: authority, typeVersion: 1, templateVersion: 1, issuedOn, validFrom, validTo },
    payloadBox: closeContent(dataKey, content, randomBytes(16)),
    file: { sm3: sm3(), storedSm3: sm3(), size: 130_000 },
    ...{ sealingId: makeId('slg'), finishedAt: now },
  };
  const event = {
    ...{ eventId: makeUuid7(now), at: now, kind: 'issued' as const, licenseId, identifier, actor: 'case-system' },
    ...{ organisation: authority, basis: 'authority', requestId: null, detailBox: randomBytes(250) },
  } as const;
  return async () => {
    const lease = { token: makeToken(26), until: new Date(Date.now() + 60_000) };
    if ((await recordIntent(db, intent, lease)) !== 'recorded') throw new Error('the intent was not recorded');
    if ((await finishIssue(db, key, lease, version, event)) !== 'finished')
      throw new Error('the issue was not finished');
  };
}
