// The two statements of an issue by themselves: recording the intent and finishing it, with boxes of the size that a license
// has. The least that PostgreSQL must do for one license.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { ISSUING_DEPARTMENT, LICENSE_TYPE, REGION, SEAL } from '../bin/seed/values.ts';
import { makeId, makeToken, makeUuid7 } from '../common/ids.ts';
import { identifierOfVersion, makeLicenseId } from '../license/domain/license-identifier.ts';
import { finishIssue } from '../license/store/finish-issue.ts';
import { recordIntent } from '../license/store/record-intent.ts';

const PAYLOAD_BYTES = 1000;
const BOX_BYTES = 57;

export async function issueInTables(db: Knex): Promise<void> {
  const now = new Date();
  const { code: organisation, clientId } = ISSUING_DEPARTMENT;
  const serial = makeToken(20).toUpperCase();
  const licenseId = makeLicenseId({ licenseType: LICENSE_TYPE, issuingAuthority: organisation, serial });
  const identifier = identifierOfVersion(licenseId, 1);
  const intent = {
    organisation,
    caseId: `FLOOR-${serial}`,
    licenseType: LICENSE_TYPE,
    operation: 'issue',
    item: 1,
    issueId: makeId('iss'),
    clientId,
    actor: clientId,
    licenseId,
    version: 1,
    identifier,
    replaces: null,
    fingerprint: randomBytes(32),
    askedBox: randomBytes(500),
    contentBox: randomBytes(PAYLOAD_BYTES + BOX_BYTES),
    numberKey: randomBytes(32),
    uniqueKey: null,
    region: REGION,
    holderKeys: [randomBytes(32)],
    wrappedKeys: [randomBytes(32 + BOX_BYTES)],
    sealEsID: SEAL.esID,
    createdAt: now,
  } as const;
  const lease = { token: makeToken(26), until: new Date(now.getTime() + 60_000) };
  if ((await recordIntent(db, intent, lease)) !== 'recorded') throw new Error('the intent was not recorded');
  const version = {
    licenseId,
    authorityCode: organisation,
    typeVersion: 1,
    templateVersion: 1,
    issuedOn: '2026-11-20',
    validFrom: '2026-11-20',
    validTo: '2027-11-19',
    payloadBox: intent.contentBox,
    file: { sm3: randomBytes(32).toString('hex'), storedSm3: randomBytes(32).toString('hex'), size: 130_000 },
    sealingId: makeId('slg'),
    finishedAt: now,
  };
  const event = {
    eventId: makeUuid7(now),
    at: now,
    kind: 'issued',
    licenseId,
    identifier,
    actor: clientId,
    organisation,
    basis: 'authority',
    requestId: null,
    detailBox: randomBytes(300),
  } as const;
  if ((await finishIssue(db, intent, lease, version, event)) !== 'finished')
    throw new Error('the issue was not finished');
}
