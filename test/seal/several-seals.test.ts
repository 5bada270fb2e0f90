import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { PDFDocument } from '@cantoo/pdf-lib';
import test from 'ava';
import { equalBytes } from '../../common/bytes.ts';
import { Sm3 } from '../../common/crypto/sm3.ts';
import { sealInTurn } from '../../seal/flow/seal-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { ES_ID, startRoom, type TestRoom } from './room.ts';
import { makePdf, party, say, signer, verifyBytes } from './world.ts';

const pdf = await makePdf({ pages: 3, withForm: true });
const ORDERS = [
  { seal: ES_ID, page: 1, x_mm: 20, y_mm: 30, date: true, level: 'B' },
  { seal: ES_ID, page: 2, reason: '核发' },
  { seal: ES_ID, pages: '1-3', straddle: 'all', level: 'B', mode: 'ses' },
] as const;
/** A document that does not compress. */
async function makeLarge(size: number): Promise<Uint8Array> {
  const document = await PDFDocument.load(pdf);
  await document.attach(randomBytes(size), 'bulk.bin');
  return document.save();
}

let room: TestRoom;
test.before(async () => {
  room = await startRoom();
});
test.after.always(() => room.close());

async function post(
  key: string,
  orders: unknown,
  document: Uint8Array | null = pdf,
  { path = '/v1/sealings', as = 'license' } = {},
): Promise<Response> {
  const form = new FormData();
  form.set('sealings', new Blob([JSON.stringify(orders)], { type: 'application/json' }));
  if (document) form.set('document', new Blob([Buffer.from(document)], { type: 'application/pdf' }));
  const headers = { Authorization: `Bearer ${await room.token({ clientId: as })}`, 'Idempotency-Key': key };
  return fetch(new URL(path, room.url), { method: 'POST', headers, body: form });
}
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

test.serial(
  'Three seals in one call are three revisions, three acts and three rows; all pass, the input stays',
  async (t) => {
    const response = await post('three-at-once', ORDERS);
    t.is(response.status, 201);
    const sealed = await bytesOf(response);
    t.true(equalBytes(sealed.subarray(0, pdf.length), pdf));
    const report = verifyBytes(sealed);
    t.is(report.indication, 'TOTAL-PASSED', report.summary);
    t.is(report.signatures.length, 3);
    const ids = response.headers.get('Sealing-Id')!.split(', ');
    t.is(response.headers.get('Sealing-Verified'), 'TOTAL-PASSED');
    const rows = await room.db('seal.sealings').where({ idempotency_key: 'three-at-once' }).orderBy('number');
    t.deepEqual(
      rows.map(({ sealing_id: id, state }) => `${id} ${state}`),
      ids.map((id) => `${id} released`),
    );
    const uses = await room.db('seal.audit_entries').orderBy('number', 'desc').limit(3);
    t.deepEqual(
      uses.reverse().map(({ kind, detail }) => [kind, detail.number, detail.sealing_id, detail.mode]),
      ids.map((id, i) => ['sealing.released', i + 1, id, i === 2 ? 'ses' : 'dual']),
    );
  },
);

judge(test.serial, 'qpdf')('Three seals in one call leave a file that qpdf finds nothing wrong with', async (t) => {
  const sealed = await bytesOf(await post('three-for-qpdf', ORDERS));
  t.regex(await say('qpdf', sealed, '--check'), /No syntax or stream encoding errors found/);
});

test.serial(
  'The repetition of such a call gives the same bytes; other seals, fewer or another order are a conflict',
  async (t) => {
    const first = await bytesOf(await post('three-again', ORDERS));
    const used = room.signatures();
    const again = await room.restart();
    t.true(equalBytes(await bytesOf(await post('three-again', ORDERS)), first));
    await again.stop();
    t.is(room.signatures(), used);
    for (const other of [ORDERS.slice(1), ORDERS.slice(0, 1), ORDERS.toReversed(), [...ORDERS, ORDERS[0]]])
      t.is(await codeOf(await post('three-again', other)), 'idempotency-conflict');
  },
);

test.serial(
  'All or none: when one seal cannot be put on, nothing is sealed, and each is a refusal in the log',
  async (t) => {
    const used = room.signatures();
    for (const [bad, code] of [
      [{ seal: ES_ID, page: 9 }, 'placement-invalid'],
      [{ seal: '36010000000099' }, 'seal-not-found'],
      [{ seal: ES_ID, certify: 2 }, 'signature-forbidden'],
    ] as const) {
      const response = await post(`none-${code}-of-them`, [ORDERS[0], bad, ORDERS[1]]);
      t.is(await codeOf(response), code);
      const uses = await room.db('seal.audit_entries').orderBy('number', 'desc').limit(3);
      t.deepEqual(
        uses.map(({ kind, detail }) => `${kind} ${detail.result}`),
        Array(3).fill(`sealing.refused ${code}`),
      );
    }
    t.is(room.signatures(), used);
    t.is(await codeOf(await post('not-for-this-one', ORDERS, pdf, { as: 'business-a' })), 'seal-not-granted');
    room.breakKey(true);
    t.is(await codeOf(await post('broken-in-the-middle', ORDERS)), 'internal');
    room.breakKey(false);
    const rows = await room.db('seal.sealings').where({ idempotency_key: 'broken-in-the-middle' });
    t.deepEqual(
      rows.map(({ state }) => state),
      ['intended', 'intended', 'intended'],
    );
    const sealed = await bytesOf(await post('broken-in-the-middle', ORDERS));
    t.is(verifyBytes(sealed).signatures.length, 3, 'its repetition finishes it');
  },
);

test.serial('What is not such a call is refused with what is wrong', async (t) => {
  t.is(await codeOf(await post('empty-list', [])), 'invalid-request');
  t.is(await codeOf(await post('too-many-of-them', Array(51).fill(ORDERS[0]))), 'invalid-request');
  t.is(await codeOf(await post('unknown-name', [{ ...ORDERS[0], colour: 'red' }])), 'invalid-request');
  t.is(await codeOf(await post('no-document', ORDERS, null)), 'invalid-request');
  t.is(await codeOf(await post('query-beside-it', ORDERS, pdf, { path: '/v1/sealings?page=1' })), 'invalid-request');
  const twisted = new FormData();
  twisted.set('document', new Blob([Buffer.from(pdf)], { type: 'application/pdf' }));
  twisted.set('sealings', new Blob(['[]'], { type: 'application/json' }));
  const headers = { Authorization: `Bearer ${await room.token()}`, 'Idempotency-Key': 'twisted-order' };
  t.is(
    await codeOf(await fetch(new URL('/v1/sealings', room.url), { method: 'POST', headers, body: twisted })),
    'invalid-request',
  );
});

test.serial(
  'A large document lies on disk without a name while it is sealed; too large, too many and who hangs up leave nothing',
  async (t) => {
    const large = await makeLarge(3_000_000);
    const response = await post('large-one', ORDERS, large);
    t.is(response.status, 201);
    const sealed = await bytesOf(response);
    t.true(equalBytes(sealed.subarray(0, large.length), large));
    t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
    t.deepEqual(await readdir(room.uploads), []);
    t.is(await codeOf(await post('too-large-one', ORDERS, new Uint8Array(9_000_000))), 'body-too-large');
    const headers = { Authorization: `Bearer ${await room.token()}`, 'Idempotency-Key': 'hung-up' };
    const leaving = new AbortController();
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(large.subarray(0, 2_000_000)),
      pull: () => leaving.abort(),
    });
    const request = {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/pdf' },
      body,
      signal: leaving.signal,
      duplex: 'half',
    } as const;
    await t.throwsAsync(fetch(new URL(`/v1/sealings?seal=${ES_ID}`, room.url), request));
    const all = await Promise.all(Array.from({ length: 5 }, (_, i) => post(`many-large-${i}`, ORDERS, large)));
    const statuses = all.map(({ status }) => status);
    t.true(
      statuses.every((status) => status === 201 || status === 429),
      `${statuses}`,
    );
    for (const response of all) if (response.status === 429) t.is(response.headers.get('Retry-After'), '10');
    t.is((await post('after-all-that', ORDERS, large)).status, 201);
  },
);

test('Twenty seals on one document hash the input once', async (t) => {
  const document = await makeLarge(1_000_000);
  const source = memorySource(document);
  let read = 0;
  const counted = {
    size: source.size,
    read: (at: number, length: number) => {
      read += length;
      return source.read(at, length);
    },
  };
  const orders = Array.from({ length: 20 }, (_, i) => ({
    party,
    placement: { xMm: 5 + 5 * i, yMm: 20 },
    time: AT,
    tools: { signer },
  }));
  const made = await sealInTurn({ source: counted, inputHash: new Sm3().update(document) }, orders);
  t.true(read < document.length / 2, `${read} bytes of ${document.length} were read`);
  const report = verifyBytes(new Uint8Array(Buffer.concat([document, ...made.map(({ appended }) => appended)])));
  t.is(report.signatures.length, 20);
  t.is(report.indication, 'TOTAL-PASSED');
});
