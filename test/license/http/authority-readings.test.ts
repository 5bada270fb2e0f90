// Who issued a license may open it without a ground, but not unseen: each opening, by a system or by a clerk, is an event
// that the holder finds among those who read. What an act answers is none.
import test, { type ExecutionContext } from 'ava';
import { licenseDocument } from '../../../common/contract/license.ts';
import { TrustError } from '../../../common/errors.ts';
import { openEventDetail } from '../../../license/domain/event-detail.ts';
import { getLicense } from '../../../license/flow/open-license.ts';
import { listEvents } from '../../../license/store/events.ts';
import {
  AUTHORITY,
  DEPARTMENT,
  issueAs,
  makeRequest,
  OTHER_AUTHORITY,
  OTHER_DEPARTMENT,
  ZHANGSAN,
  zhangsanKey,
} from '../doubles.ts';
import { type Answer, type LicenseHouse, startLicense } from './license-house.ts';
import { openBrowser } from './page-browser.ts';

const SCOPES = 'license:issue license:change license:revoke';
const LIST = `/desk/${AUTHORITY.code}/licenses`;
const NUMBER = '示例健证（2026）第000001号';
const CASE = 'CASE-2026-000001';
const ALL = ['*'];

async function start(t: ExecutionContext) {
  const house = await startLicense(t);
  const { license } = await issueAs(house.deps, DEPARTMENT, makeRequest());
  return { house, identifier: license.content.identifier, licenseId: license.head.licenseId };
}
type Started = Awaited<ReturnType<typeof start>>;

/** Oldest first, opened. */
async function readings({ house: { deps }, identifier, licenseId }: Started) {
  const { dataKey } = await getLicense(deps, identifier);
  const choice = { licenseIds: [licenseId], kinds: ['read', 'file-read'] as const, before: null, limit: 100 };
  return (await listEvents(deps.db, choice)).toReversed().map(({ eventId, detailBox, ...event }) => ({
    ...event,
    detail: detailBox && openEventDetail(dataKey, eventId, detailBox),
  }));
}

const listOfHolder = async ({ house, identifier }: Started): Promise<string> => {
  const holder = openBrowser(house, await house.session(zhangsanKey));
  return (await holder.get(`/licenses/${identifier}`)).text;
};

async function clerkOf(house: LicenseHouse, org = AUTHORITY.code) {
  const roles = [{ org, unit: '政务服务科', role: 'license-clerk' }] as const;
  return openBrowser(house, await house.session(new Uint8Array(32), { sub: 'sub-clerk', roles }));
}

/** Without the head, which names the clerk. */
const mainOf = ({ text }: Answer): string => text.slice(text.indexOf('<main'));

test('a system that opens a license, its file, its versions or its record leaves one event each, which the holder sees', async (t) => {
  const started = await start(t);
  const { house, identifier, licenseId } = started;
  const token = await house.token(DEPARTMENT, SCOPES);
  const open = (part: string) => {
    house.pass(1);
    const headers = { 'X-Request-Id': `req-open${part.replace('/', '-')}` };
    return house.call('GET', `/v1/licenses/${identifier}${part}`, { token, headers });
  };
  t.deepEqual(await readings(started), []);
  for (const part of ['', '/file', '/versions', '/events']) t.is((await open(part)).status, 200, part);
  const told = (kind: string, fields: readonly string[], requestId: string) => ({
    kind,
    licenseId,
    identifier,
    actor: DEPARTMENT,
    organisation: AUTHORITY.code,
    basis: 'authority',
    requestId,
    detail: { organisation_name: AUTHORITY.name, fields },
  });
  t.deepEqual(
    (await readings(started)).map(({ at: _, ...event }) => event),
    [
      told('read', ALL, 'req-open'),
      told('file-read', [], 'req-open-file'),
      told('read', ['versions'], 'req-open-versions'),
      told('read', ['record'], 'req-open-events'),
    ],
  );
  t.is((await open('')).status, 200);
  t.is((await readings(started)).length, 5, 'once for each opening');
  const list = await listOfHolder(started);
  for (const words of ['读取了：全部照面信息', '查看了证照文件', '读取了：历次版本', '读取了：办理和使用记录'])
    t.true(list.includes(`${AUTHORITY.name}${words}`), words);
  t.true(list.includes('颁发机构依职权'));
});

test('what a system’s own act answers is no reading, and who is refused has read nothing', async (t) => {
  const started = await start(t);
  const { house, identifier } = started;
  const path = `/v1/licenses/${identifier}`;
  const token = await house.token(DEPARTMENT, SCOPES);
  const again = await house.call('POST', '/v1/licenses', { token, json: makeRequest() });
  t.is(licenseDocument.parse(again.json).identifier, identifier);
  const headers = { 'Idempotency-Key': 'act-suspend-1' };
  for (const status of [201, 200])
    t.is(
      (await house.call('POST', `${path}/acts`, { token, headers, json: { act: 'suspend', reason: '复检' } })).status,
      status,
    );
  const stranger = await house.token(OTHER_DEPARTMENT, SCOPES);
  const weak = await house.token(DEPARTMENT, 'license:redeem');
  for (const part of ['', '/file', '/versions', '/events']) {
    t.is((await house.call('GET', path + part, { token: stranger })).code, 'license-not-found', part);
    t.is((await house.call('GET', path + part, { token: weak })).status, 403, part);
    t.is((await house.call('GET', path + part)).status, 401, part);
    t.is((await house.call('GET', `${path.slice(0, -1)}*${part}`, { token })).status, 422, part);
  }
  t.is((await house.call('GET', `${path}/events?limit=0`, { token })).code, 'invalid-request');
  house.deps.files.get = () => Promise.reject(new TrustError('file-store-unavailable', 'the store is away'));
  t.is((await house.call('GET', `${path}/file`, { token })).code, 'file-store-unavailable');
  t.deepEqual(await readings(started), []);
});

test('a clerk who finds a license by number, identifier or case and opens it leaves one event; the search shows no whole name', async (t) => {
  const started = await start(t);
  const { house, identifier } = started;
  const browser = await clerkOf(house);
  for (const [count, words] of [identifier, NUMBER, CASE].entries()) {
    house.pass(1);
    const found = mainOf(await browser.get(`${LIST}?${new URLSearchParams({ words })}`));
    t.true(found.includes('张*'), words);
    t.false(found.includes(ZHANGSAN.name), words);
    t.is((await readings(started)).length, count, 'nothing was opened yet');
    const [path = ''] = new RegExp(`${LIST}/[^"]+`).exec(found) ?? [];
    const opened = mainOf(await browser.get(path));
    t.true(opened.includes(ZHANGSAN.name) && opened.includes(ZHANGSAN.code), words);
    t.is((await readings(started)).length, count + 1, words);
  }
  house.pass(1);
  t.is((await browser.get(`${LIST}/${identifier}/file`)).status, 200);
  const clerk = { actor: 'sub-clerk', organisation: AUTHORITY.code, basis: 'authority', identifier };
  const [first, , , file] = await readings(started);
  t.like(first, { ...clerk, kind: 'read', detail: { fields: [...ALL, 'versions', 'record'] } });
  t.like(file, { ...clerk, kind: 'file-read', detail: { organisation_name: AUTHORITY.name } });
  const list = await listOfHolder(started);
  t.true(list.includes(`${AUTHORITY.name}读取了：全部照面信息、历次版本、办理和使用记录`));
  t.true(list.includes(`${AUTHORITY.name}查看了证照文件`));
});

test('a clerk’s question, its refusal and his act are no reading and name nobody; another authority’s clerk reads nothing', async (t) => {
  const started = await start(t);
  const { house, identifier } = started;
  const path = `${LIST}/${identifier}`;
  const browser = await clerkOf(house);
  const question = await browser.get(`${path}/acts/suspend`);
  const empty = await browser.send(question, `${path}/acts/suspend`, { reason: ' ' });
  t.deepEqual([question.status, empty.status], [200, 422]);
  for (const text of [question, empty].map(mainOf)) {
    t.true(text.includes('张*') && text.includes(NUMBER));
    t.false(text.includes(ZHANGSAN.name));
  }
  t.is((await browser.send(question, `${path}/acts/suspend`, { reason: '复检' })).status, 303);
  const other = await clerkOf(house, OTHER_AUTHORITY.code);
  for (const place of ['', '/file', '/acts/revoke']) {
    t.is((await other.get(path + place)).status, 403, place);
    t.is((await other.get(path.replace(AUTHORITY.code, OTHER_AUTHORITY.code) + place)).status, 404, place);
  }
  t.deepEqual(await readings(started), []);
  t.true((await listOfHolder(started)).includes('还没有单位读取过'));
});

test('a draft that is saved unseen, and the face of a next version, are readings too', async (t) => {
  const started = await start(t);
  const { house, identifier } = started;
  const browser = await clerkOf(house);
  const action = `${LIST}/${identifier}/versions/change`;
  const count = async () => (await readings(started)).length;
  const form = await browser.get(action);
  t.is((await browser.upload(form, action, { act: 'save', occupation: '' })).status, 303);
  t.is(await count(), 2);
  t.is((await browser.upload(form, action, { act: 'review', occupation: '' })).status, 422);
  t.is(await count(), 2);
  const sent = await browser.upload(form, action, { act: 'review', occupation: '公共场所服务' });
  const draft = sent.headers.get('Location') ?? '';
  t.is((await browser.get(`${draft}/preview`)).status, 200);
  t.is(await count(), 3);
  await browser.upload(form, action, { act: 'save', occupation: '' });
  t.is((await browser.get(`${draft}/preview`)).status, 303, 'a draft with faults has no face');
  t.is(await count(), 3);
  const other = await clerkOf(house, OTHER_AUTHORITY.code);
  t.is((await other.get(`${draft}/preview`)).status, 403);
  t.is(await count(), 3);
});

test('the form of a next version and its review are readings; of what is sent, only what nobody opened before', async (t) => {
  const started = await start(t);
  const { house, identifier } = started;
  const browser = await clerkOf(house);
  const action = `${LIST}/${identifier}/versions/change`;
  const count = async () => (await readings(started)).length;
  const form = await browser.get(action);
  t.true(form.text.includes(ZHANGSAN.code));
  t.is(await count(), 1);
  const wrong = { act: 'review', examined_on: 'soon', case_id: 'CASE-CHANGE-1' };
  t.is((await browser.upload(form, action, wrong)).status, 422);
  t.is(await count(), 2, 'a draft that was not there');
  const faulty = await browser.upload(form, action, wrong);
  t.is(faulty.status, 422);
  const sent = await browser.upload(form, action, { ...wrong, examined_on: '2026-11-20', occupation: '公共场所服务' });
  t.is(sent.status, 303, sent.text);
  t.is(await count(), 2, 'of the same draft nothing new is told');
  const draft = sent.headers.get('Location') ?? '';
  const review = await browser.get(draft);
  t.is(await count(), 3);
  t.is((await browser.get(`${draft}/edit`)).status, 200);
  t.is(await count(), 4);
  t.is((await browser.send(review, `${draft}/issue`)).status, 303);
  t.is((await browser.get(action)).status, 409, 'refused: a newer version is there');
  t.is(await count(), 4);
  t.true((await readings(started)).every(({ basis, detail }) => basis === 'authority' && detail?.fields?.[0] === '*'));
});
