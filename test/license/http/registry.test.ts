// The registry over HTTP: an administrator registers and ends who issues and who reads; each act is done once, has its reason
// and its event, and what ends is refused at the very next call.
import test, { type ExecutionContext } from 'ava';
import {
  issuingRightList,
  registeredClientList,
  registryAct,
  registryActList,
} from '../../../common/contract/license-registry.ts';
import { problemDocument } from '../../../common/contract/problem.ts';
import { AUTHORITY, DEPARTMENT, makeRequest, TYPE, VERIFIER } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { ADMIN, share } from './sharing-house.ts';

const AUTHORITIES = '/v1/issuing-authorities';
const CLIENTS = '/v1/registered-clients';
const ISSUING = '/v1/issuing-clients';
const SYSTEM = 'county-cases';
const COUNTY = { authority_code: '11360100MB0D00037D', authority_name: '示例县卫生健康委员会' };
const reason = '示例数函〔2026〕12号';
const authority = { ...COUNTY, region: '360121', seal_esid: '36012100000001', license_types: [TYPE], reason };
const client = {
  client_id: SYSTEM,
  organisation: COUNTY.authority_code,
  organisation_name: COUNTY.authority_name,
  reason,
};
const right = { client_id: SYSTEM, authority_code: COUNTY.authority_code, license_types: [TYPE], reason };

async function startRegistry(t: ExecutionContext) {
  const house = await startLicense(t);
  const admin = await house.token('xinji-cli', 'license:admin', ADMIN);
  let made = 0;
  const act = (path: string, json: object, key = `act-number-${++made}`, token = admin) =>
    house.call('POST', path, { token, json, headers: { 'Idempotency-Key': key } });
  const list = (path: string) => house.call('GET', path, { token: admin });
  const registerAll = async () => {
    for (const [path, json] of [
      [AUTHORITIES, authority],
      [CLIENTS, client],
      [ISSUING, right],
    ] as const)
      t.is((await act(path, json)).status, 201);
  };
  return { house, act, list, registerAll };
}

async function issue(house: LicenseHouse, caseId: string, by = SYSTEM) {
  const token = await house.token(by, 'license:issue');
  const request = makeRequest({ case_id: caseId, license_number: `示例健证（2026）第${caseId}号` });
  return house.call('POST', '/v1/licenses', { token, json: request });
}

const countOf = async (house: LicenseHouse, table: string): Promise<number> =>
  Number((await house.deps.db(table).count({ count: '*' }).first())?.['count']);

test('what an administrator registers is enough to issue; lists, history and events say what was done, by whom and why', async (t) => {
  const { house, act, list } = await startRegistry(t);
  t.is((await issue(house, 'C1')).code, 'issuing-not-allowed');
  const registered = await act(AUTHORITIES, authority);
  t.is(registered.status, 201, registered.text);
  const answer = registryAct.parse(registered.json);
  t.like(answer, { kind: 'authority-registered', acted_by: 'admin-1', license_types: [TYPE], asked: authority });
  t.deepEqual(
    answer.notices.map(({ code, pointer }) => `${code} ${pointer}`),
    ['seal-not-checked /seal_esid'],
  );
  const made = registryAct.parse((await act(CLIENTS, client)).json);
  t.deepEqual(
    made.notices.map(({ code }) => code),
    ['client-not-checked'],
  );
  t.is((await issue(house, 'C1')).code, 'issuing-not-allowed', 'the authority has not let it');
  t.is((await act(ISSUING, right)).status, 201);
  const issued = await issue(house, 'C1');
  t.is(issued.status, 201, issued.text);

  const rights = issuingRightList.parse((await list(`${AUTHORITIES}?authority_code=${COUNTY.authority_code}`)).json);
  t.is(rights.issuing_authorities.length, 1);
  t.like(rights.issuing_authorities[0], { ...COUNTY, seal_esid: '36012100000001', license_type: TYPE, ended_at: null });
  const clients = registeredClientList.parse((await list(CLIENTS)).json).registered_clients;
  const own = clients.find(({ client_id }) => client_id === SYSTEM);
  t.like(own, { organisation: COUNTY.authority_code, may_redeem: false, ended_at: null });
  t.is(own?.issues[0]?.license_type, TYPE);
  const { acts } = registryActList.parse((await list(`/v1/registry-acts?of=${SYSTEM}`)).json);
  t.deepEqual(acts.map(({ kind }) => kind).sort(), ['client-registered', 'issuing-allowed']);
  t.true(acts.every(({ asked }) => asked['reason'] === reason));
  const events = await house.deps
    .db('license.events')
    .where('basis', 'like', 'registry:%')
    .select('actor', 'kind', 'basis');
  t.is(events.length, 3);
  t.true(
    events.some(
      ({ kind, actor, basis }) => kind === answer.kind && actor === 'admin-1' && basis === `registry:${answer.act_id}`,
    ),
  );
});

test('a right that ends is refused at the next call, stays on record, and is in force again when it is registered again', async (t) => {
  const { house, act, list, registerAll } = await startRegistry(t);
  await registerAll();
  const first = await issue(house, 'C1');
  t.is(first.status, 201, first.text);
  const file = async () => {
    const token = await house.token(SYSTEM, 'license:issue');
    return (await house.call('GET', first.headers.get('Location') ?? '', { token })).status;
  };
  const ended = { authority_code: COUNTY.authority_code, reason };
  house.pass(60);
  t.is((await act(`${ISSUING}/endings`, { ...ended, client_id: SYSTEM })).status, 201);
  t.is((await issue(house, 'C2')).code, 'issuing-not-allowed');
  t.is(await file(), 404);
  t.is((await act(`${ISSUING}/endings`, { ...ended, client_id: SYSTEM })).code, 'registration-not-found');
  t.is((await act(ISSUING, right)).status, 201);
  t.is((await issue(house, 'C2')).status, 201);

  t.deepEqual(registryAct.parse((await act(`${AUTHORITIES}/endings`, ended)).json).license_types, [TYPE]);
  t.is((await issue(house, 'C3')).code, 'issuing-not-allowed');
  t.is(await file(), 200, 'what was issued is still the authority’s');
  t.is((await act(ISSUING, right)).code, 'registration-not-found');
  t.is((await act(AUTHORITIES, authority)).status, 201);
  t.is((await issue(house, 'C3')).status, 201);

  t.is((await act(`${CLIENTS}/endings`, { client_id: SYSTEM, reason })).status, 201);
  t.is((await issue(house, 'C4')).code, 'issuing-not-allowed');
  t.is(await file(), 403);
  const clients = registeredClientList.parse((await list(`${CLIENTS}?client_id=${SYSTEM}`)).json).registered_clients;
  t.is(clients[0]?.ended_at, house.now().toISOString());
  t.is((await issue(house, 'C5', DEPARTMENT)).status, 201, 'others go on');
});

test('a client that ends redeems and reads no more; one that is registered to redeem does', async (t) => {
  const { house, act } = await startRegistry(t);
  const token = await house.token(VERIFIER, 'license:redeem');
  const redeem = (key: string) =>
    house.call('POST', '/v1/redemptions', {
      token,
      json: { code: `lz_${'0'.repeat(26)}` },
      headers: { 'Idempotency-Key': key },
    });
  t.not((await redeem('redeem-1')).code, 'verifier-not-registered');
  t.is((await act(`${CLIENTS}/endings`, { client_id: VERIFIER, reason })).status, 201);
  t.is((await redeem('redeem-2')).code, 'verifier-not-registered');
  const search = {
    certificateTypeCode: TYPE,
    certificateHolderCode: '360102199003077718',
    certificateHolderTypeCode: '111',
  };
  const reads = async () => (await share(house, 'search', search, {}, VERIFIER)).head?.reason;
  t.is(await reads(), 'client-not-registered');
  t.is((await act(CLIENTS, { ...client, client_id: VERIFIER })).status, 201);
  t.is((await redeem('redeem-3')).code, 'verifier-not-registered', 'registered again as one that may not redeem');
  t.is((await act(CLIENTS, { ...client, client_id: VERIFIER, may_redeem: true })).status, 201);
  t.not((await redeem('redeem-4')).code, 'verifier-not-registered');
  t.is(await reads(), 'no-ground');
});

test('the same key is answered alike and does nothing more; with other content it is a conflict; two at once are one', async (t) => {
  const { house, act } = await startRegistry(t);
  const first = await act(AUTHORITIES, authority, 'the-same-key');
  house.pass(60);
  const again = await act(AUTHORITIES, authority, 'the-same-key');
  t.deepEqual([first.status, again.status], [201, 200]);
  t.is(again.text, first.text);
  t.is((await act(AUTHORITIES, { ...authority, region: '360122' }, 'the-same-key')).code, 'idempotency-conflict');
  t.is((await act(CLIENTS, client, 'the-same-key')).code, 'idempotency-conflict');
  const [one, other] = await Promise.all([1, 2].map(() => act(CLIENTS, client, 'two-at-once')));
  t.deepEqual([one!.status, other!.status].sort(), [200, 201]);
  t.is(one!.text, other!.text);
  const ending = { authority_code: COUNTY.authority_code, reason };
  const ends = await Promise.all([1, 2].map(() => act(`${AUTHORITIES}/endings`, ending, 'ended-at-once')));
  t.deepEqual(ends.map(({ status }) => status).sort(), [200, 201]);
  t.is(await countOf(house, 'license.registry_acts'), 3);
});

test('refused with a pointer, and nothing is done: no scope, no key, wrong check character, unknown type, what is not registered', async (t) => {
  const { house, act } = await startRegistry(t);
  const clerk = await house.token(DEPARTMENT, 'license:issue');
  for (const path of [
    AUTHORITIES,
    `${AUTHORITIES}/endings`,
    CLIENTS,
    `${CLIENTS}/endings`,
    ISSUING,
    `${ISSUING}/endings`,
  ])
    t.is((await act(path, authority, 'without-scope', clerk)).code, 'scope-missing', path);
  for (const path of [AUTHORITIES, CLIENTS, '/v1/registry-acts'])
    t.is((await house.call('GET', path, { token: clerk })).code, 'scope-missing', path);
  const admin = await house.token('xinji-cli', 'license:admin', ADMIN);
  t.is((await house.call('POST', CLIENTS, { token: admin, json: client })).code, 'idempotency-key-missing');
  const unknown = `${TYPE.slice(0, 18)}999`;
  const refused: readonly (readonly [string, object, string, string])[] = [
    [AUTHORITIES, { ...authority, authority_code: '11360100MB0D00037E' }, 'code-check', '/authority_code'],
    [AUTHORITIES, { ...authority, authority_code: '1136' }, 'invalid-request', '/authority_code'],
    [AUTHORITIES, { ...authority, region: '3601' }, 'invalid-request', '/region'],
    [AUTHORITIES, { ...authority, seal_esid: '章' }, 'invalid-request', '/seal_esid'],
    [AUTHORITIES, { ...authority, license_types: [TYPE, unknown] }, 'license-type-not-found', '/license_types/1'],
    [AUTHORITIES, { ...authority, license_types: [] }, 'invalid-request', '/license_types'],
    [AUTHORITIES, { ...authority, reason: ' ' }, 'invalid-request', '/reason'],
    [CLIENTS, { ...client, organisation: '11360100MB0D00037E' }, 'code-check', '/organisation'],
    [CLIENTS, { ...client, client_id: 'a b' }, 'invalid-request', '/client_id'],
    [`${CLIENTS}/endings`, { client_id: 'nobody', reason }, 'registration-not-found', '/client_id'],
    [ISSUING, right, 'registration-not-found', '/client_id'],
    [ISSUING, { ...right, client_id: DEPARTMENT }, 'registration-not-found', '/license_types/0'],
    [
      `${AUTHORITIES}/endings`,
      { authority_code: COUNTY.authority_code, reason },
      'registration-not-found',
      '/authority_code',
    ],
    [
      `${AUTHORITIES}/endings`,
      { authority_code: AUTHORITY.code, license_types: [TYPE, unknown], reason },
      'registration-not-found',
      '/license_types/1',
    ],
  ];
  for (const [path, json, code, pointer] of refused) {
    const problem = problemDocument.parse((await act(path, json)).json);
    t.deepEqual([problem.code, problem.pointer], [code, pointer], path);
  }
  t.is(await countOf(house, 'license.registry_acts'), 0);
  t.is((await issue(house, 'C1', DEPARTMENT)).status, 201, 'an end that was refused ended nothing');
});

test('an odd region and a seal of another authority are notices, and refuse nothing', async (t) => {
  const { act } = await startRegistry(t);
  const answer = await act(AUTHORITIES, { ...authority, region: '999999', seal_esid: '36010000000001' });
  t.is(answer.status, 201);
  t.deepEqual(
    registryAct.parse(answer.json).notices.map(({ code, pointer }) => [code, pointer]),
    [
      ['region-unknown', '/region'],
      ['seal-of-another-authority', '/seal_esid'],
      ['seal-not-checked', '/seal_esid'],
    ],
  );
});
