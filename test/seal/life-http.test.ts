// The life of a seal over HTTP: persons by token, every answer by its contract, the seal used with the key that the room made.
import test from 'ava';
import { makeSealClient } from '../../common/client/seal-client.ts';
import {
  sealApplication,
  sealApplicationList,
  sealGrant,
  sealGrantList,
  sealHistory,
  sealNoticeList,
  sealUsage,
} from '../../common/contract/seal-life.ts';
import { makeSignerPool } from '../../common/keys/signer-pool.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import type { Duty } from '../../seal/domain/seal-life.ts';
import { makeSealKeyring } from '../../seal/flow/seal-keyring.ts';
import { AT } from '../_harness/pki.ts';
import { OWNER, person } from './active-seal.ts';
import { APPLICATION, certify, type LifeWorld, MASTER_KEY, makeLifeWorld } from './life-world.ts';
import { startRoom, type TestRoom } from './room.ts';
import { makePdf, verifyBytes } from './world.ts';

const SCOPES = {
  applicant: 'seal:apply',
  approver: 'seal:approve',
  maker: 'seal:make seal:file',
  keeper: 'seal:keep',
} as const satisfies Record<Duty, string>;

let room: TestRoom;
let url: string;
let world: LifeWorld;
let close: () => Promise<void>;
let lastKey = 0;

test.before(async () => {
  room = await startRoom();
  const signer = makeSignerPool(new Map(), 1);
  const keyring = makeSealKeyring({ db: room.db, signer, rootSecret: MASTER_KEY, certificates: new Map() });
  world = makeLifeWorld(room.db);
  const again = await room.restart({ signer, keyring, life: { ...world.deps, keyring } });
  url = again.url;
  close = async () => {
    await again.stop();
    await signer.close();
    await room.close();
  };
});
test.after.always(() => close());

type Who = { readonly subject?: string; readonly org?: string; readonly scope?: string };

async function tokenOf(duty: Duty | 'auditor', who: Who = {}): Promise<string> {
  const roles =
    duty === 'auditor'
      ? [{ org: '11360100MB0D000533', unit: '审计室', role: 'seal-auditor' as const }]
      : person(duty, undefined, who.org).roles;
  const scope = who.scope ?? (duty === 'auditor' ? 'seal:audit' : SCOPES[duty]);
  return room.token({ clientId: 'xinji-cli', subject: who.subject ?? `${duty}-1`, roles, scope });
}

async function call(token: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  lastKey += 1;
  const isText = typeof body === 'string';
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(method === 'POST' ? { 'Idempotency-Key': `http-act-${lastKey}` } : {}),
      ...(body === undefined || isText ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: () => JSON.parse(text) };
}

const as = async (duty: Duty, method: string, path: string, body?: unknown) =>
  call(await tokenOf(duty), method, path, body);

test.serial('From the application to a sealed document with the key that the room made', async (t) => {
  const applied = await as('applicant', 'POST', '/v1/seal-applications', { ...APPLICATION, show_code: true });
  t.is(applied.status, 201, applied.text);
  const { application_id: id, esID } = sealApplication.parse(applied.json());
  const at = `/v1/seal-applications/${id}`;
  for (const [duty, act, body] of [
    ['approver', 'approval', { reason: '材料齐全' }],
    ['maker', 'making', {}],
    ['maker', 'filing', { filing_number: '赣公备〔2026〕00001号' }],
    ['keeper', 'activation', {}],
  ] as const) {
    const done = await as(duty, 'POST', `${at}/${act}`, body);
    t.is(done.status, 200, done.text);
    sealApplication.parse(done.json());
  }
  t.like(await (await fetch(new URL(`/v1/seals/${esID}`, url))).json(), { esID, state: 'active' });
  const client = makeSealClient({ baseUrl: url, getToken: () => room.token({ clientId: 'contracts' }) });
  const pdf = await makePdf();
  const place = { seal: esID, documentClass: 'contract', level: 'B' } as const;
  await t.throwsAsync(client.seal(pdf, place, 'not-granted-yet'), { code: 'seal-not-granted' });
  const wanted = {
    client_id: 'contracts',
    document_class: 'contract',
    count: 2,
    valid_to: new Date(AT.getTime() + 86_400_000).toISOString(),
  };
  const grant = sealGrant.parse((await as('keeper', 'POST', `/v1/seals/${esID}/grants`, wanted)).json());
  const { pdf: sealed } = await client.seal(pdf, place, 'granted-at-last');
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
  t.is((await client.verify(sealed)).indication, 'TOTAL-PASSED');
  const grants = sealGrantList.parse((await as('keeper', 'GET', `/v1/seals/${esID}/grants`)).json());
  t.like(grants.grants[0], { grant_id: grant.grant_id, count: 2, used: 1 });
  t.is((await as('keeper', 'POST', `/v1/seals/${esID}/suspension`, { reason: '保管人员变动' })).status, 200);
  await t.throwsAsync(client.seal(pdf, place, 'while-suspended'), { code: 'seal-not-usable' });
  t.is((await as('keeper', 'POST', `/v1/seals/${esID}/resumption`, { reason: '交接完毕' })).status, 200);
  t.is((await as('keeper', 'POST', `/v1/seals/${esID}/re-making`, { reason: '换证' })).json().version, 2);
  const withdrawal = await as('keeper', 'POST', `/v1/seals/${esID}/grants/${grant.grant_id}/withdrawal`, {
    reason: '停用',
  });
  t.is(withdrawal.json().withdrawn_reason, '停用');
  await t.throwsAsync(client.seal(pdf, place, 'after-withdrawal'), { code: 'seal-not-granted' });
  t.is(
    (await as('keeper', 'POST', `/v1/seals/${esID}/cancellation`, { reason: '机构撤销' })).json().state,
    'cancelled',
  );
  await t.throwsAsync(client.seal(pdf, place, 'after-cancellation'), { code: 'seal-not-granted' });

  const used = sealUsage.parse((await as('keeper', 'GET', `/v1/seals/${esID}/usage?limit=2`)).json());
  const older = sealUsage.parse(
    (await as('keeper', 'GET', `/v1/seals/${esID}/usage?limit=50&cursor=${used.next}`)).json(),
  );
  t.deepEqual(
    [...used.entries, ...older.entries].map(({ kind, actor, detail }) => [kind, actor, detail['result']]),
    [
      ['sealing.refused', 'contracts', 'seal-not-granted'],
      ['sealing.refused', 'contracts', 'seal-not-granted'],
      ['sealing.refused', 'contracts', 'seal-not-usable'],
      ['sealing.released', 'contracts', 'sealed'],
      ['sealing.refused', 'contracts', 'seal-not-granted'],
    ],
  );
  t.is(older.next, null);
  t.is((await as('applicant', 'GET', `/v1/seals/${esID}/usage`)).status, 403);
  t.is((await as('keeper', 'GET', `/v1/seals/${esID}/usage?cursor=2026`)).status, 400);

  const first = sealHistory.parse((await as('applicant', 'GET', `/v1/seals/${esID}/history?limit=6`)).json());
  const rest = sealHistory.parse(
    (await as('applicant', 'GET', `/v1/seals/${esID}/history?limit=6&cursor=${first.next}`)).json(),
  );
  t.deepEqual(
    [...first.steps, ...rest.steps].map(({ step }) => step),
    ['apply', 'approve', 'make', 'file', 'activate', 'suspend', 'resume', 'renew', 'cancel', 'cancel'],
  );
  t.is(rest.next, null);
  const notices = sealNoticeList.parse((await as('keeper', 'GET', '/v1/seal-notices')).json());
  t.true(notices.notices.every(({ duty }) => duty === 'keeper'));
  t.true(notices.notices.some(({ detail }) => detail['step'] === 'cancel'));
});

test.serial('Who has no scope, no role at the owner, or another duty is refused; a machine has no duty', async (t) => {
  const { application_id: id } = (await as('applicant', 'POST', '/v1/seal-applications', APPLICATION)).json();
  const approval = `/v1/seal-applications/${id}/approval`;
  const problem = async (token: string, path: string, body: unknown): Promise<string> =>
    (await call(token, 'POST', path, body)).json().code;
  t.is(await problem(await tokenOf('applicant'), approval, {}), 'scope-missing');
  t.is(await problem(await room.token({ scope: 'seal:approve' }), approval, {}), 'scope-missing', 'a machine');
  t.is(
    await problem(await tokenOf('applicant', { scope: 'seal:approve' }), approval, {}),
    'scope-missing',
    'a scope without its role',
  );
  t.is(await problem(await tokenOf('approver', { subject: 'applicant-1' }), approval, {}), 'duty-conflict');
  const foreign = await tokenOf('applicant', { subject: 'foreign-1', org: '11360100MB0D00029J' });
  t.is(await problem(foreign, '/v1/seal-applications', APPLICATION), 'role-missing');
  t.is((await call(foreign, 'GET', `/v1/seal-applications/${id}`)).status, 404, 'nor does it see what is not its own');
  t.deepEqual((await call(foreign, 'GET', '/v1/seal-applications')).json().applications, []);
  t.is((await fetch(new URL('/v1/seal-applications', url))).status, 401);
  t.is((await call(await tokenOf('auditor'), 'GET', `/v1/seal-applications/${id}`)).status, 200);
  t.is(await problem(await tokenOf('auditor'), approval, {}), 'scope-missing');
  t.is(await problem(await tokenOf('approver'), approval, { why: 'x' }), 'invalid-request');
  t.is(
    (await call(await tokenOf('approver'), 'POST', approval, {}, { 'Idempotency-Key': '' })).json().code,
    'idempotency-key-missing',
  );
  const same = { 'Idempotency-Key': 'http-the-same-act' };
  const one = await call(await tokenOf('approver'), 'POST', approval, {}, same);
  t.is((await call(await tokenOf('approver'), 'POST', approval, {}, same)).text, one.text);
  t.is(
    (await call(await tokenOf('approver'), 'POST', approval, { reason: 'x' }, same)).json().code,
    'idempotency-conflict',
  );
});

test.serial('Applications are listed in pages, newest first, by state and owner', async (t) => {
  const token = await tokenOf('approver');
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const path: string = `/v1/seal-applications?limit=1${next === null ? '' : `&cursor=${next}`}`;
    const page = sealApplicationList.parse((await call(token, 'GET', path)).json());
    seen.push(...page.applications.map(({ application_id }) => application_id));
    next = page.next;
  } while (next !== null && seen.length < 50);
  t.is(new Set(seen).size, seen.length);
  t.true(seen.length >= 4);
  const approved = (
    await call(token, 'GET', `/v1/seal-applications?state=approved&owner_code=${OWNER.ownerCode}`)
  ).json();
  t.true(approved.applications.every(({ state }: { state: string }) => state === 'approved'));
  t.is((await call(token, 'GET', '/v1/seal-applications?limit=0')).status, 400);
  t.is((await call(token, 'GET', '/v1/seal-applications?cursor=x')).status, 400);
});

test.serial('A certificate by file: PKCS#10 out, PEM in, then the making is repeated with its key', async (t) => {
  const { application_id: id } = (await as('applicant', 'POST', '/v1/seal-applications', APPLICATION)).json();
  const at = `/v1/seal-applications/${id}`;
  await as('approver', 'POST', `${at}/approval`, {});
  world.authority.byFile = true;
  const maker = await tokenOf('maker');
  t.is((await call(maker, 'GET', `${at}/certificate-request`)).json().code, 'seal-state-forbids');
  const making = { 'Idempotency-Key': 'http-making-by-file' };
  t.is((await call(maker, 'POST', `${at}/making`, {}, making)).json().code, 'certificate-pending');
  const { text } = await call(maker, 'GET', `${at}/certificate-request`);
  const pkcs10 = new Uint8Array(Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
  const certificate = await certify({ pkcs10, notBefore: AT, notAfter: new Date('2031-06-01T08:00:00Z') });
  const pem = { 'Content-Type': 'application/x-pem-file' };
  const bring = async (token: string, body: string) => call(token, 'POST', `${at}/certificate`, body, pem);
  t.is((await bring(maker, 'no certificate')).json().code, 'certificate-malformed');
  t.is(
    (await bring(await tokenOf('maker', { subject: 'approver-1' }), certificatePem(certificate))).json().code,
    'duty-conflict',
  );
  t.is((await bring(maker, certificatePem(certificate))).status, 200);
  t.is((await call(maker, 'POST', `${at}/making`, {}, making)).json().state, 'made');
  world.authority.byFile = false;
});

test.serial('OpenAPI tells every route with an example, and that one of several scopes is enough', async (t) => {
  const document = (await (await fetch(new URL('/openapi.json', url))).json()) as {
    paths: Record<
      string,
      Record<string, { security?: unknown[]; requestBody?: { content: Record<string, { example?: unknown }> } }>
    >;
  };
  const paths = Object.keys(document.paths).filter((path) =>
    /seal-applications|seal-notices|seals\/\{esID\}\/[a-eg-z]/.test(path),
  );
  t.true(paths.length >= 15, paths.join(' '));
  t.is(document.paths['/v1/seal-applications']!['get']!.security!.length, 6);
  for (const path of paths) {
    const body = document.paths[path]!['post']?.requestBody?.content['application/json'];
    if (body) t.truthy(body.example, path);
  }
});
