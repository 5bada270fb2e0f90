import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import {
  actDocument,
  codeVerification,
  fileVerification,
  issueDocument,
  licenseDocument,
  versionList,
} from '../../../common/contract/license.ts';
import { problemDocument } from '../../../common/contract/problem.ts';
import { TrustError } from '../../../common/errors.ts';
import { presentLicenses } from '../../../license/flow/present-licenses.ts';
import { DEPARTMENT, makeRequest, OTHER_DEPARTMENT, ZHANGSAN, zhangsanKey } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';

const SCOPES = 'license:issue license:change license:revoke';

async function issue(house: LicenseHouse, change = {}, clientId = DEPARTMENT) {
  const token = await house.token(clientId, SCOPES);
  const answer = await house.call('POST', '/v1/licenses', { token, json: makeRequest(change) });
  return { token, answer, license: licenseDocument.parse(answer.json) };
}

test('POST /v1/licenses: 201 with Location, 200 for the same case, 409 for another request', async (t) => {
  const house = await startLicense(t);
  const { token, answer, license } = await issue(house);
  t.is(answer.status, 201);
  t.is(answer.headers.get('Location'), `/v1/licenses/${license.identifier}`);
  t.is(license.state, 'valid');
  const again = await house.call('POST', '/v1/licenses', { token, json: makeRequest() });
  t.is(again.status, 200);
  t.deepEqual(again.json, answer.json);
  const conflict = await house.call('POST', '/v1/licenses', {
    token,
    json: makeRequest({ license_number: '示例健证（2026）第000002号' }),
  });
  t.is(conflict.status, 409);
  t.is(problemDocument.parse(conflict.json).pointer, '/license_number');
  t.is(conflict.code, 'case-conflict');
});

test('GB/T 2260: a holder whose number is of an abolished region gets the license, and the answer says what is odd', async (t) => {
  const house = await startLicense(t);
  t.deepEqual((await issue(house)).license.notices, []);
  const holders = [{ name: '张三', code_type: '111', code: '360105199003077717' }];
  const { answer, license } = await issue(house, {
    case_id: 'CASE-2026-000105',
    holders,
    license_number: '示例健证（2026）第000105号',
  });
  t.is(answer.status, 201);
  t.like(license.notices, [{ notice: 'region-abolished', pointer: '/holders/0/code' }]);
  t.false(JSON.stringify(license.notices).includes('360105'), 'the number is not repeated');
});

test('GET /v1/licenses/{identifier} and /file: to the department that issued, to nobody else', async (t) => {
  const house = await startLicense(t);
  const { token, license } = await issue(house);
  const path = `/v1/licenses/${license.identifier}`;
  t.deepEqual((await house.call('GET', path, { token })).json, license);
  const file = await house.call('GET', `${path}/file`, { token });
  t.is(file.headers.get('Content-Type'), 'application/pdf');
  t.is(file.headers.get('Content-Disposition'), `attachment; filename="${license.identifier}.pdf"`);
  t.is(file.bytes.length, license.file.size);
  const other = await house.token(OTHER_DEPARTMENT, 'license:issue license:revoke');
  for (const address of [path, `${path}/file`]) {
    const refused = await house.call('GET', address, { token: other });
    t.is(refused.status, 404);
    t.is(refused.code, 'license-not-found');
  }
  const wrong = `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`;
  t.is((await house.call('GET', wrong, { token })).code, 'identifier-check');
  t.is((await house.call('GET', '/v1/licenses/12345', { token })).code, 'identifier-malformed');
});

test('an issue that takes too long answers 202 with an address, where its license is found later', async (t) => {
  const house = await startLicense(t);
  house.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  const token = await house.token(DEPARTMENT, SCOPES);
  const promised = await house.call('POST', '/v1/licenses', { token, json: makeRequest() });
  t.is(promised.status, 202);
  const path = promised.headers.get('Location') ?? '';
  t.is(path, `/v1/issues/${issueDocument.parse(promised.json).issue_id}`);
  t.is(promised.headers.get('Retry-After'), '2');
  const pending = await house.call('GET', path, { token });
  t.like(issueDocument.parse(pending.json), { state: 'pending', identifier: null, last_problem: 'seal-unavailable' });
  const other = await house.token(OTHER_DEPARTMENT, SCOPES);
  t.is((await house.call('GET', path, { token: other })).code, 'issue-not-found');
  t.is((await house.call('GET', '/v1/issues/iss_0', { token })).code, 'issue-not-found');
  house.seal.before = () => {};
  const done = await house.call('POST', '/v1/licenses', { token, json: makeRequest() });
  t.is(done.status, 201);
  const { state, href } = issueDocument.parse((await house.call('GET', path, { token })).json);
  t.is(state, 'done');
  t.deepEqual((await house.call('GET', href ?? '', { token })).json, done.json);
});

test('POST …/versions: a change is version 002; its file and the list of both are read; the old identifier tells the new one', async (t) => {
  const house = await startLicense(t);
  const { token, license } = await issue(house);
  const path = `/v1/licenses/${license.identifier}`;
  const json = { operation: 'change', case_id: 'CASE-CHANGE', fields: { occupation: '保洁' } };
  const weak = await house.token(DEPARTMENT, 'license:issue');
  t.is((await house.call('POST', `${path}/versions`, { token: weak, json })).code, 'scope-missing');
  const other = await house.token(OTHER_DEPARTMENT, SCOPES);
  t.is((await house.call('POST', `${path}/versions`, { token: other, json })).code, 'license-not-found');
  const made = await house.call('POST', `${path}/versions`, { token, json });
  t.is(made.status, 201);
  const second = licenseDocument.parse(made.json);
  t.like(second, { version: 2, operation: 'change', replaces: license.identifier, is_current: true });
  t.is((await house.call('POST', `${path}/versions`, { token, json })).status, 200);
  const old = licenseDocument.parse((await house.call('GET', path, { token })).json);
  t.like(old, { version: 1, is_current: false, current_identifier: second.identifier });
  const { versions } = versionList.parse((await house.call('GET', `${path}/versions`, { token })).json);
  t.deepEqual(
    versions.map(({ identifier }) => identifier),
    [second.identifier, license.identifier],
  );
  const late = await house.call('POST', `${path}/versions`, { token, json: { ...json, case_id: 'CASE-LATE' } });
  t.is(late.status, 409);
  t.is(problemDocument.parse(late.json).successor, second.identifier);
  const act = { token, json: { act: 'suspend', reason: 'x' }, headers: { 'Idempotency-Key': 'suspend-01' } };
  t.is((await house.call('POST', `${path}/acts`, act)).code, 'license-superseded');
  const file = await house.call('GET', second.file.href, { token });
  t.is(file.bytes.length, second.file.size);
});

test('POST …/acts: 201, then 200 under the same key; without key 400; each act with its scope; by another department 404', async (t) => {
  const house = await startLicense(t);
  const { token, license } = await issue(house);
  const path = `/v1/licenses/${license.identifier}/acts`;
  const json = { act: 'revoke', reason: '样例吊销' };
  t.is((await house.call('POST', path, { token, json })).code, 'idempotency-key-missing');
  const headers = { 'Idempotency-Key': 'revoke-000001' };
  const other = await house.token(OTHER_DEPARTMENT, SCOPES);
  t.is((await house.call('POST', path, { token: other, json, headers })).code, 'license-not-found');
  const changer = await house.token(DEPARTMENT, 'license:change');
  t.is((await house.call('POST', path, { token: changer, json, headers })).code, 'scope-missing');
  const revoker = await house.token(DEPARTMENT, 'license:revoke');
  const suspend = { act: 'suspend', reason: '核查' };
  t.is((await house.call('POST', path, { token: revoker, json: suspend, headers })).code, 'scope-missing');
  const first = await house.call('POST', path, { token, json, headers });
  t.is(first.status, 201);
  t.like(actDocument.parse(first.json), { state_before: 'valid', state: 'revoked' });
  const again = await house.call('POST', path, { token, json, headers });
  t.is(again.status, 200);
  t.deepEqual(again.json, first.json);
  const later = { 'Idempotency-Key': 'revoke-000002' };
  t.is((await house.call('POST', path, { token, json, headers: later })).code, 'license-state-forbids');
  t.is((await house.call('POST', path, { token, json: { ...json, act: 'burn' }, headers: later })).status, 400);
  const read = licenseDocument.parse((await house.call('GET', `/v1/licenses/${license.identifier}`, { token })).json);
  t.like(read, { state: 'revoked', state_reason: '样例吊销' });
});

test('POST /v1/verifications: a file gets its report and the state of its license, a code is looked at and not used', async (t) => {
  const house = await startLicense(t);
  const { token, license } = await issue(house);
  const { bytes } = await house.call('GET', `/v1/licenses/${license.identifier}/file`, { token });
  const pdf = { headers: { 'Content-Type': 'application/pdf' } };
  const judged = await house.call('POST', '/v1/verifications', { ...pdf, body: bytes });
  t.is(judged.status, 200);
  const { license: fact } = fileVerification.parse(judged.json);
  t.is(fact.identifier, license.identifier);
  t.true(fact.registered_file);
  t.is(fact.state_at, null);
  const on = (date: string) => house.call('POST', `/v1/verifications?date=${date}`, { ...pdf, body: bytes });
  const stateOn = async (date: string) => fileVerification.parse((await on(date)).json).license.state_at?.state;
  t.is(await stateOn(license.issued_on), 'valid');
  t.is(await stateOn('2020-01-01'), 'not_issued');
  t.is((await on('2099-01-01')).code, 'invalid-request');
  t.is((await on('tomorrow')).code, 'invalid-request');
  const wanted = [{ identifier: license.identifier }];
  const { code } = await presentLicenses(house.deps, { holderKey: zhangsanKey, account: 'sub-1' }, wanted);
  for (const _ of [1, 2]) {
    const looked = await house.call('POST', '/v1/verifications', { json: { code } });
    t.true(codeVerification.parse(looked.json).live);
  }
  house.pass(61);
  t.false(codeVerification.parse((await house.call('POST', '/v1/verifications', { json: { code } })).json).live);
  t.is((await house.call('POST', '/v1/verifications', { json: { code: 'x' } })).code, 'code-malformed');
  t.is(
    (await house.call('POST', '/v1/verifications', { body: 'x', headers: { 'Content-Type': 'text/plain' } })).status,
    415,
  );
});

const OTHERS: readonly [method: string, path: string, scope: string][] = [
  ['POST', '/v1/licenses', 'license:issue'],
  ['GET', '/v1/issues/1', 'license:issue'],
  ['GET', '/v1/licenses/1', 'license:change'],
  ['GET', '/v1/licenses/1/file', 'license:revoke'],
  ['GET', '/v1/licenses/1/versions', 'license:issue'],
  ['POST', '/v1/licenses/1/versions', 'license:change'],
  ['POST', '/v1/licenses/1/acts', 'license:revoke'],
  ['POST', '/v1/redemptions', 'license:redeem'],
];
for (const [method, path, scope] of OTHERS) {
  test(`${method} ${path} refuses a missing, foreign, expired, misdirected and weak token`, async (t) => {
    const house = await startLicense(t);
    const codeWith = async (token?: string) =>
      (await house.call(method, path, token === undefined ? {} : { token })).code;
    t.is(await codeWith(), 'token-missing');
    t.is(await codeWith('nonsense'), 'token-invalid');
    t.is(await codeWith(await house.token(DEPARTMENT, scope, { foreign: true })), 'token-invalid');
    t.is(await codeWith(await house.token(DEPARTMENT, scope, { aud: 'http://localhost:7003' })), 'token-invalid');
    t.is(await codeWith(await house.token(DEPARTMENT, scope, { iss: 'http://localhost:9' })), 'token-invalid');
    t.is(await codeWith(await house.token(DEPARTMENT, scope, { exp: 1 })), 'token-invalid');
    t.is(await codeWith(await house.token(DEPARTMENT, scope, { typ: 'JWT' })), 'token-invalid');
    t.is(await codeWith(await house.token(DEPARTMENT, 'seal:use openid')), 'scope-missing');
  });
}

test('bad bodies have their codes and none is a 500', async (t) => {
  const house = await startLicense(t);
  const token = await house.token(DEPARTMENT, 'license:issue');
  const json = { 'Content-Type': 'application/json' };
  const post = (body: string | Uint8Array, headers: Record<string, string> = json) =>
    house.call('POST', '/v1/licenses', { token, body, headers });
  t.is((await post('{')).code, 'invalid-json');
  t.is((await post('x', { 'Content-Type': 'text/plain' })).code, 'unsupported-media-type');
  t.is((await post(new Uint8Array(300 * 1024).fill(32))).code, 'body-too-large');
  const unknown = await post(JSON.stringify({ ...makeRequest(), colour: 'red' }));
  t.is(unknown.code, 'invalid-request');
  t.is(problemDocument.parse(unknown.json).pointer, '/colour');
  const nested = await post(JSON.stringify(makeRequest({ holders: [{ ...ZHANGSAN, code: '360102199003077719' }] })));
  t.is(nested.status, 422);
  t.is(problemDocument.parse(nested.json).pointer, '/holders/0/code');
  t.false(house.lines.join().includes('36010219900307771'), 'no number in the log');
  const broken = await post(JSON.stringify({ ...makeRequest(), fields: JSON.parse('{"__proto__":"x"}') }));
  t.true(broken.status < 500);
});

test('what the seal room says about this room’s own token is not told as if it were the caller’s', async (t) => {
  const house = await startLicense(t);
  house.seal.before = () => {
    throw new TrustError('token-invalid', 'expired');
  };
  const token = await house.token(DEPARTMENT, 'license:issue');
  const answer = await house.call('POST', '/v1/licenses', { token, json: makeRequest() });
  t.is(answer.status, 202);
  t.is(issueDocument.parse(answer.json).last_problem, 'seal-unavailable');
  house.seal.before = () => {
    throw new TrustError('seal-not-granted', 'no grant');
  };
  const refused = makeRequest({ case_id: 'CASE-REFUSED' });
  t.is((await house.call('POST', '/v1/licenses', { token, json: refused })).code, 'seal-not-granted');
});

test('the room tells its contract and its health', async (t) => {
  const house = await startLicense(t);
  const { paths } = (await house.call('GET', '/openapi.json')).json as { paths: Record<string, unknown> };
  const told = [
    '/v1/licenses',
    '/v1/issues/{issue_id}',
    '/v1/licenses/{identifier}',
    '/v1/licenses/{identifier}/file',
    '/v1/licenses/{identifier}/versions',
    '/v1/licenses/{identifier}/acts',
  ];
  t.deepEqual(
    told.filter((path) => !(path in paths)),
    [],
  );
  t.is((await house.call('GET', '/reference', { headers: { Accept: 'text/html' } })).status, 200);
  t.is((await house.call('GET', '/readyz')).status, 200);
  t.is((await house.call('DELETE', '/v1/licenses')).status, 405);
  t.is((await house.call('GET', '/v1/nothing')).code, 'not-found');
  t.true(utf8(JSON.stringify(paths)).length > 5000);
});
