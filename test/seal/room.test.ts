import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import sharp from 'sharp';
import { verifyAudit } from '../../common/audit/verify-audit.ts';
import { concatBytes, equalBytes, toHex, utf8 } from '../../common/bytes.ts';
import { makeSealClient, type SealClient } from '../../common/client/seal-client.ts';
import { verificationReport } from '../../common/contract/report.ts';
import { sealDocument as sealContract, sealingList, trustRoots } from '../../common/contract/seal.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { keepSeal } from './active-seal.ts';
import { ES_ID, startRoom, type TestRoom } from './room.ts';
import { makePdf, pki, qpdf, seal, verifyBytes } from './world.ts';

const pdf = await makePdf();
let room: TestRoom;
let client: SealClient;
const place = { seal: ES_ID, page: 1, xMm: 100, yMm: 30, reason: '核发' };

test.before(async () => {
  room = await startRoom();
  client = makeSealClient({ baseUrl: room.url, getToken: room.token });
});
test.after.always(() => room.close());

type Use = {
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  readonly request_id: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** The newest rows of the usage log, newest first. */
const lastUses = async (count: number): Promise<readonly Use[]> =>
  room.db('seal.audit_entries').where({ chain: 1 }).orderBy('number', 'desc').limit(count);

test.serial('A document is sealed, the intent stands before the release, the report passes', async (t) => {
  const { pdf: sealed, sealingId } = await client.seal(pdf, place, 'first-act');
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
  const row = await room.db('seal.sealings').where({ sealing_id: sealingId }).first();
  t.like(row, {
    state: 'released',
    client_id: 'license',
    es_id: ES_ID,
    attempt: 1,
    input_sm3: toHex(sm3(pdf)),
    reason: '核发',
  });
  t.true(row.created_at <= row.released_at);
  const [use] = await lastUses(1);
  t.like(use, { kind: 'sealing.released', subject: ES_ID, actor: 'license' });
  t.regex(use!.request_id, /^req_/);
  t.like(use!.detail, {
    result: 'sealed',
    sealing_id: sealingId,
    idempotency_key: 'first-act',
    input_sm3: toHex(sm3(pdf)),
    data_sm3: row.data_sm3,
    update_sm3: row.update_sm3,
    place: { page: 1, x_mm: 100, y_mm: 30, reason: '核发' },
  });
  const report = await client.verify(sealed);
  t.is(report.indication, 'TOTAL-PASSED');
  t.is(report.signatures[0]!.steps.at(-1)!.name, 'seal-state-online');
});

judge(test.serial, 'qpdf')(
  'An encrypted document is sealed and judged with its password in a header, which nobody logs',
  async (t) => {
    const closed = await qpdf(pdf, '--encrypt', '密码', 'owner', '256', '--');
    const path = `/v1/sealings?seal=${ES_ID}`;
    const headers = { Authorization: `Bearer ${await room.token()}`, 'Document-Password': encodeURIComponent('密码') };
    const without = await room.post(path, closed, {
      Authorization: headers.Authorization,
      'Idempotency-Key': 'closed-0',
    });
    t.like(await without.json(), { code: 'pdf-encrypted' });
    const answer = await room.post(path, closed, { ...headers, 'Idempotency-Key': 'closed-1' });
    t.is(answer.status, 201);
    const sealed = new Uint8Array(await answer.arrayBuffer());
    t.is(verifyBytes(sealed, pki.trust, '密码').indication, 'TOTAL-PASSED');
    const judged = await room.post('/v1/verifications', sealed, headers);
    t.like(await judged.json(), { indication: 'TOTAL-PASSED' });
    const wrong = await room.post('/v1/verifications', sealed, { 'Document-Password': 'owner%20' });
    t.like(await wrong.json(), { code: 'pdf-encrypted' });
    const odd = await room.post('/v1/verifications', sealed, { 'Document-Password': '%zz' });
    t.like(await odd.json(), { code: 'invalid-request' });
    t.false(JSON.stringify(await lastUses(5)).includes('密码'));
  },
);

test.serial('A seal by keyword over HTTP; what the page does not say is refused, also without a keyword', async (t) => {
  const anywhere = { seal: ES_ID };
  const { pdf: sealed } = await client.seal(
    pdf,
    { ...anywhere, keyword: 'Page 1', hit: 'last', dyMm: -60 },
    'keyword-1',
  );
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
  const again = await client.seal(pdf, { ...anywhere, keyword: 'Page 1', hit: 'last', dyMm: -60 }, 'keyword-1');
  t.true(equalBytes(again.pdf, sealed), 'a repetition looks again and finds the same');
  await t.throwsAsync(client.seal(pdf, { ...anywhere, keyword: '盖章处' }, 'keyword-2'), { code: 'keyword-not-found' });
  await t.throwsAsync(client.seal(pdf, { ...anywhere, hit: '2' }, 'keyword-3'), { code: 'invalid-request' });
  t.like((await lastUses(1))[0]!.detail, { result: 'invalid-request' });
});

test.serial(
  'A damaged document is sealed only when normalising is asked for; answer and log say both SM3',
  async (t) => {
    const damaged = pdf.subarray(0, Buffer.from(pdf).lastIndexOf('startxref'));
    const ask = async (query: string, key: string) => {
      const headers = { Authorization: `Bearer ${await room.token()}`, 'Idempotency-Key': key };
      return room.post(`/v1/sealings?seal=${ES_ID}${query}`, damaged, headers);
    };
    t.like(await (await ask('', 'normalise-0')).json(), { code: 'pdf-truncated' });
    const answer = await ask('&normalise=true', 'normalise-1');
    t.is(answer.status, 201);
    const said = /^from=([0-9a-f]{64}), to=([0-9a-f]{64})$/.exec(answer.headers.get('Normalised') ?? '');
    t.is(said?.[1], toHex(sm3(damaged)));
    const sealed = new Uint8Array(await answer.arrayBuffer());
    t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
    t.like((await lastUses(1))[0]!.detail, { result: 'sealed', input_sm3: said![2], normalised_from: said![1] });
    const again = await ask('&normalise=true', 'normalise-1');
    t.true(equalBytes(new Uint8Array(await again.arrayBuffer()), sealed));
    const whole = await room.post(`/v1/sealings?seal=${ES_ID}&normalise=true`, pdf, {
      Authorization: `Bearer ${await room.token()}`,
      'Idempotency-Key': 'normalise-2',
    });
    t.is(whole.headers.get('Normalised'), null);
    t.true(equalBytes(new Uint8Array(await whole.arrayBuffer()).subarray(0, pdf.length), pdf));
  },
);

test.serial('The same key and request give the same bytes, and the private key is not used again', async (t) => {
  const first = await client.seal(pdf, place, 'repeated-act');
  const used = room.signatures();
  const second = await client.seal(pdf, place, 'repeated-act');
  t.true(equalBytes(first.pdf, second.pdf));
  t.is(first.sealingId, second.sealingId);
  t.is(room.signatures(), used);
});

test.serial('The same key with another document or place is idempotency-conflict', async (t) => {
  await client.seal(pdf, place, 'conflict-act');
  await t.throwsAsync(client.seal(pdf, { ...place, xMm: 20 }, 'conflict-act'), { code: 'idempotency-conflict' });
  await t.throwsAsync(client.seal(await makePdf({ pages: 2 }), place, 'conflict-act'), {
    code: 'idempotency-conflict',
  });
});

test.serial('Of ten parallel equal requests one seals, all get the same bytes', async (t) => {
  const used = room.signatures();
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.seal(pdf, place, 'parallel-act')));
  t.true(answers.every((answer) => equalBytes(answer.pdf, answers[0]!.pdf)));
  t.is(room.signatures(), used + 2, 'two signatures: CMS and SES');
  const rows = await room.db('seal.sealings').where({ idempotency_key: 'parallel-act' });
  t.is(rows.length, 1);
});

test.serial('Parallel requests with one key and different documents: one is sealed, the other refused', async (t) => {
  const other = await makePdf({ pages: 2 });
  const answers = await Promise.allSettled([
    client.seal(pdf, place, 'racing-act'),
    client.seal(other, place, 'racing-act'),
  ]);
  t.deepEqual(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const refused = answers.find((answer) => answer.status === 'rejected');
  t.is(refused?.reason.code, 'idempotency-conflict');
});

test.serial('A sealing that broke off is taken over by its repetition, at once', async (t) => {
  room.breakKey(true);
  await t.throwsAsync(client.seal(pdf, place, 'broken-act'), { code: 'internal' });
  const row = await room.db('seal.sealings').where({ idempotency_key: 'broken-act' }).first();
  t.is(row.state, 'intended');
  room.breakKey(false);
  const { pdf: sealed, sealingId } = await client.seal(pdf, place, 'broken-act');
  t.is(sealingId, row.sealing_id);
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
});

test.serial(
  'After a crash the lease has to expire first; then the act is finished under its first intent',
  async (t) => {
    const { sealingId } = await client.seal(pdf, place, 'crashed-act');
    const undone = {
      state: 'intended',
      signed_at: null,
      field: null,
      data_sm3: null,
      update_sm3: null,
      update_size: null,
      released_at: null,
    };
    await room
      .db('seal.sealings')
      .where({ sealing_id: sealingId })
      .update({ ...undone, lease_until: new Date(AT.getTime() + 30_000) });
    room.setNow(new Date(AT.getTime() + 31_000));
    const again = await client.seal(pdf, place, 'crashed-act');
    t.is(again.sealingId, sealingId);
    t.is((await room.db('seal.sealings').where({ sealing_id: sealingId }).first()).attempt, 2);
    room.setNow(AT);
  },
);

test.serial('Requests that cannot be sealed leave no intent behind and say why', async (t) => {
  const before = await room.db('seal.sealings').count('* as n').first();
  await t.throwsAsync(client.seal(pdf, { ...place, page: 7 }, 'refused-act'), { code: 'placement-invalid' });
  await t.throwsAsync(client.seal(pdf, { ...place, xMm: 4000 }, 'refused-act'), { code: 'placement-invalid' });
  await t.throwsAsync(client.seal(new Uint8Array(Buffer.from('PK\x03\x04')), place, 'refused-act'), {
    code: 'not-a-pdf',
  });
  await t.throwsAsync(client.seal(pdf.subarray(0, 400), place, 'refused-act'), { code: 'pdf-truncated' });
  await t.throwsAsync(client.seal(pdf, { ...place, seal: '36010000000099' }, 'refused-act'), {
    code: 'seal-not-found',
  });
  await t.throwsAsync(client.seal(pdf, { ...place, seal: 'no seal code' }, 'refused-act'), { code: 'invalid-request' });
  await t.throwsAsync(client.seal(pdf, place, 'short'), { code: 'invalid-request' });
  const large = new Uint8Array(8_000_001);
  await t.throwsAsync(client.seal(large, place, 'refused-act'), { code: 'body-too-large' });
  t.deepEqual(await room.db('seal.sealings').count('* as n').first(), before);
  const results = (await lastUses(5)).map(({ kind, detail }) => `${kind} ${detail['result']}`).reverse();
  t.deepEqual(
    results,
    ['placement-invalid', 'placement-invalid', 'not-a-pdf', 'pdf-truncated', 'seal-not-found'].map(
      (code) => `sealing.refused ${code}`,
    ),
    'each is a row of the usage log; what never became a request for a seal is not',
  );
});

test.serial('Who has no grant, no scope, another audience or no token may not seal', async (t) => {
  const as = (claims: Parameters<TestRoom['token']>[0]) =>
    makeSealClient({ baseUrl: room.url, getToken: () => room.token(claims) });
  await t.throwsAsync(as({ clientId: 'business-a' }).seal(pdf, place, 'denied-act'), { code: 'seal-not-granted' });
  const [use] = await lastUses(1);
  t.like(use, { kind: 'sealing.refused', actor: 'business-a', subject: ES_ID });
  t.is(use!.detail['result'], 'seal-not-granted');
  await t.throwsAsync(as({ scope: 'license:issue' }).seal(pdf, place, 'denied-act'), { code: 'scope-missing' });
  await t.throwsAsync(as({ audience: 'http://license.test' }).seal(pdf, place, 'denied-act'), {
    code: 'token-invalid',
  });
  const bare = await room.post(`/v1/sealings?seal=${ES_ID}`, pdf, { 'Idempotency-Key': 'denied-act' });
  t.is(bare.status, 401);
});

test.serial(
  'A suspended and an expired seal are seal-not-usable; what it sealed before fails online until it is resumed',
  async (t) => {
    const { pdf: sealed } = await client.seal(pdf, place, 'before-suspension');
    await keepSeal(room.db, ES_ID, 'suspend', AT);
    await t.throwsAsync(client.seal(pdf, place, 'suspended-act'), { code: 'seal-not-usable' });
    const report = await client.verify(sealed);
    t.is(`${report.indication} ${report.sub_indication}`, 'TOTAL-FAILED REVOKED');
    t.is(report.signatures[0]!.seal_status.status, 'failed');
    t.is(report.signatures[0]!.integrity.status, 'passed');
    await keepSeal(room.db, ES_ID, 'resume', AT);
    room.setNow(new Date('2030-06-01T00:00:00Z'));
    const shown = (await (await fetch(new URL(`/v1/seals/${ES_ID}`, room.url))).json()) as { state: string };
    t.is(shown.state, 'expired');
    room.setNow(AT);
    t.is((await client.verify(sealed)).indication, 'TOTAL-PASSED');
  },
);

test.serial('POST /v1/verifications is public, answers 200 with a report, and says what cannot be read', async (t) => {
  const { pdf: sealed } = await client.seal(pdf, place, 'to-be-changed');
  const changed = Uint8Array.from(sealed);
  changed[sealed.indexOf(0x73, 300)]! ^= 1;
  const answer = await room.post('/v1/verifications', changed);
  t.is(answer.status, 200);
  t.is(verificationReport.parse(await answer.json()).indication, 'TOTAL-FAILED');
  const unreadable = await room.post('/v1/verifications', new Uint8Array(Buffer.from('nothing')));
  t.is(unreadable.status, 422);
  t.is(((await unreadable.json()) as { code: string }).code, 'not-a-pdf');
  t.is((await room.post('/v1/verifications', pdf, { 'Content-Type': 'text/plain' })).status, 415);
});

test.serial('GET /v1/seals/{esID} and /v1/trust-roots give what a verifier needs', async (t) => {
  const document = sealContract.parse(await (await fetch(new URL(`/v1/seals/${ES_ID}`, room.url))).json());
  t.like(document, { esID: ES_ID, state: 'active', owner_code: '11360100MB0D00010M', eseal_sm3: toHex(sm3(seal.raw)) });
  t.is(document.eseal, Buffer.from(seal.raw).toString('base64'));
  const file = await fetch(new URL(`/v1/seals/${ES_ID}/file`, room.url));
  t.regex(file.headers.get('Content-Disposition') ?? '', new RegExp(`filename="${ES_ID}\\.esl"`));
  t.deepEqual(Buffer.from(await file.arrayBuffer()), Buffer.from(seal.raw));
  for (const path of ['/v1/seals/36010000000099', '/v1/seals/36010000000099/file'])
    t.is((await fetch(new URL(path, room.url))).status, 404);
  const trusted = trustRoots.parse(await (await fetch(new URL('/v1/trust-roots', room.url))).json());
  t.deepEqual(Object.keys(trusted), ['makers', 'signers', 'time_stamping', 'revocation']);
  t.regex(trusted.makers[0]!.pem, /BEGIN CERTIFICATE/);
});

test.serial('The room describes itself and says that it is ready', async (t) => {
  const document = (await (await fetch(new URL('/openapi.json', room.url))).json()) as { paths: object };
  const { content } = (document.paths as Record<string, { post: { requestBody: { content: Record<string, Form> } } }>)[
    '/v1/sealings'
  ]!.post.requestBody;
  const form = content['multipart/form-data']!;
  t.deepEqual(Object.keys(form.schema.properties), ['sealings', 'document']);
  t.true(sealingList.safeParse(form.example.sealings).success, 'the example is one that is taken');
  t.deepEqual(Object.keys(document.paths), [
    '/v1/sealings',
    '/v1/digest-sealings',
    '/v1/renewals',
    '/v1/verifications',
    '/v1/seals/{esID}',
    '/v1/seals/{esID}/file',
    '/v1/trust-roots',
    '/v1/seal-pictures',
    '/v1/seal-applications',
    '/v1/seal-applications/{id}',
    '/v1/seal-applications/{id}/approval',
    '/v1/seal-applications/{id}/rejection',
    '/v1/seal-applications/{id}/making',
    '/v1/seal-applications/{id}/certificate-request',
    '/v1/seal-applications/{id}/certificate',
    '/v1/seal-applications/{id}/filing',
    '/v1/seal-applications/{id}/activation',
    '/v1/seals/{esID}/suspension',
    '/v1/seals/{esID}/resumption',
    '/v1/seals/{esID}/re-making',
    '/v1/seals/{esID}/cancellation',
    '/v1/seals/{esID}/history',
    '/v1/seals/{esID}/usage',
    '/v1/seals/{esID}/grants',
    '/v1/seals/{esID}/grants/{grantId}/withdrawal',
    '/v1/seal-notices',
    '/tsa',
  ]);
  t.is((await fetch(new URL('/reference', room.url))).status, 200);
  t.is((await fetch(new URL('/readyz', room.url))).status, 200);
});

test.serial('Who prefers it gets what belongs behind the document alone, with the SM3 of the document', async (t) => {
  const Authorization = `Bearer ${await room.token()}`;
  const ask = (Prefer: string) =>
    room.post(`/v1/sealings?seal=${ES_ID}`, pdf, { Authorization, Prefer, 'Idempotency-Key': 'appended-1' });
  const whole = await ask('respond-async');
  t.deepEqual([whole.status, whole.headers.get('preference-applied')], [201, null]);
  const bytes = new Uint8Array(await whole.arrayBuffer());
  const alone = await ask('wait=5, Appended-Only');
  t.deepEqual([alone.status, alone.headers.get('preference-applied')], [201, 'appended-only']);
  t.is(alone.headers.get('input-sm3'), toHex(sm3(pdf)));
  t.is(alone.headers.get('content-type'), 'application/octet-stream');
  t.is(alone.headers.get('sealing-id'), whole.headers.get('sealing-id'));
  t.deepEqual(concatBytes(pdf, new Uint8Array(await alone.arrayBuffer())), bytes);
});

test.serial(
  'The client puts together what it has and what came, and takes no other document for its own',
  async (t) => {
    const behind = utf8('%behind');
    const answers = (headers: Readonly<Record<string, string>>, body: Uint8Array) => async () => {
      const server = createServer((_, response) =>
        response.writeHead(201, { 'Sealing-Id': 'seal_1', ...headers }).end(body),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return makeSealClient({ baseUrl, getToken: async () => 'x' })
        .seal(pdf, place, 'some-key')
        .finally(() => server.close());
    };
    const applied = { 'Preference-Applied': 'appended-only' };
    const sealed = {
      pdf: concatBytes(pdf, behind),
      sm3: toHex(sm3(pdf, behind)),
      sealingId: 'seal_1',
      isVerified: false,
    };
    t.deepEqual(await answers({ ...applied, 'Input-Sm3': toHex(sm3(pdf)) }, behind)(), sealed);
    t.deepEqual(await answers({}, concatBytes(pdf, behind))(), sealed);
    for (const wrong of [
      answers({ ...applied, 'Input-Sm3': toHex(sm3(behind)) }, behind),
      answers(applied, behind),
      answers({ ...applied, 'Input-Sm3': toHex(sm3(pdf)) }, new Uint8Array()),
      answers({}, behind),
      answers({}, pdf),
    ])
      await t.throwsAsync(wrong, { code: 'seal-unavailable' });
  },
);

test.serial('The client turns silence and nonsense into seal-unavailable', async (t) => {
  const nowhere = makeSealClient({ baseUrl: 'http://127.0.0.1:9', getToken: async () => 'x' });
  await t.throwsAsync(nowhere.seal(pdf, place, 'unreachable'), { code: 'seal-unavailable' });
  await t.throwsAsync(nowhere.verify(pdf), { code: 'seal-unavailable' });
});

test.serial(
  'The usage log of all this is whole; a use that cannot be recorded is not answered with a sealed file',
  async (t) => {
    await room.usage.checkpoints.run();
    const request = { db: room.db, schema: 'seal', room: 'seal', copyFolder: room.copyFolder };
    const finding = await verifyAudit({ ...request, certificates: [pki.signer.certificate] });
    t.deepEqual(finding.faults, []);
    t.is(finding.chains[0]!.coveredByCopy, finding.chains[0]!.rows);
    const released = await room.db('seal.sealings').where({ state: 'released' }).select('sealing_id');
    const { rows } = await room.owner.raw<{ rows: { id: string }[] }>(
      `select distinct detail->>'sealing_id' as id from seal.audit_entries where kind = 'sealing.released'`,
    );
    t.deepEqual(rows.map(({ id }) => id).sort(), released.map(({ sealing_id }) => sealing_id).sort());

    await room.owner.raw('alter table seal.audit_entries rename to audit_entries_away');
    await t.throwsAsync(client.seal(pdf, place, 'unrecorded-act'), { code: 'internal' });
    await t.throwsAsync(client.seal(pdf, { ...place, page: 7 }, 'unrecorded-refusal'), { code: 'internal' });
    await room.owner.raw('alter table seal.audit_entries_away rename to audit_entries');
    t.is((await room.db('seal.sealings').where({ idempotency_key: 'unrecorded-act' }).first()).state, 'intended');
    const { pdf: sealed } = await client.seal(pdf, place, 'unrecorded-act');
    t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
    t.is((await lastUses(1))[0]!.kind, 'sealing.released');
  },
);

test.serial('Events cannot be changed, not even by the room', async (t) => {
  await t.throwsAsync(room.db('seal.events').update({ actor: 'nobody' }));
  await t.throwsAsync(room.db('seal.events').del());
});

type Form = { schema: { properties: object }; example: { sealings: unknown } };

test('An applicant sees what a picture will look like; machines and other roles do not', async (t) => {
  const role = { org: '11360100MB0D00010M', unit: '示例市卫生健康委员会', role: 'seal-applicant' } as const;
  const ask = async (spec: object, claims: object = {}, query = '') =>
    room.post(`/v1/seal-pictures${query}`, utf8(JSON.stringify(spec)), {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${await room.token({ subject: 'person', roles: [role], scope: 'seal:apply', ...claims })}`,
    });
  const spec = { source: 'drawn', rank: 'township', text: '示例乡人民政府' };
  const png = await ask(spec);
  t.is(png.status, 200);
  t.is(png.headers.get('content-type'), 'image/png');
  t.like(await sharp(await png.arrayBuffer()).metadata(), { format: 'png', density: 600, width: 993 });
  const svg = await ask(spec, {}, '?format=svg');
  t.is(svg.headers.get('content-type'), 'image/svg+xml');
  t.regex(await svg.text(), /^<svg .*width="42mm"/);
  t.like(await (await ask({ ...spec, width_mm: 45 })).json(), { code: 'invalid-request', pointer: '/width_mm' });
  t.like(await (await ask({ ...spec, text: '\u202e示例' })).json(), { code: 'invalid-request', pointer: '/text' });
  const bad = Buffer.from('<svg viewBox="0 0 9 9"><script/></svg>').toString('base64');
  const brought = { source: 'brought', media_type: 'image/svg+xml', content: bad, width_mm: 42, height_mm: 42 };
  t.like(await (await ask(brought)).json(), { status: 422, code: 'picture-refused' });
  t.is((await ask(spec, { subject: undefined, roles: undefined })).status, 403);
  t.is((await ask(spec, { roles: [{ ...role, role: 'seal-keeper' }] })).status, 403);
});
