import test from 'ava';
import { concatBytes, equalBytes, toHex } from '../../common/bytes.ts';
import { makeSealClient, type SealClient } from '../../common/client/seal-client.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { type Completion, completeDocument, prepareDocument, readSealFace } from '../../seal/flow/prepare-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { ES_ID, startRoom, type TestRoom } from './room.ts';
import { flip, makePdf, qpdf, say, seal, verifyBytes } from './world.ts';

const pdf = await makePdf({ pages: 2, objectStreams: true });
const face = await readSealFace(seal.raw);
let room: TestRoom;
let client: SealClient;
test.before(async () => {
  room = await startRoom();
  client = makeSealClient({ baseUrl: room.url, getToken: room.token });
});
test.after.always(() => room.close());

const order = { face, mode: 'dual', placement: { pages: 'all' }, time: AT } as const;
const prepared = (document = pdf, overrides = {}) => {
  const { appended, digest } = prepareDocument(memorySource(document), { ...order, ...overrides });
  return { bytes: concatBytes(document, appended), digest: toHex(digest) };
};
const patched = (bytes: Uint8Array, { at, hex }: Completion) => {
  const whole = Uint8Array.from(bytes);
  whole.set(hex, at);
  return whole;
};

for (const mode of ['dual', 'ses', 'cms'] as const)
  for (const level of ['B', 'T'] as const)
    test.serial(`A digest is sealed in mode ${mode} at level ${level}; put into the document it passes`, async (t) => {
      const { bytes, digest } = prepared(pdf, { mode });
      const { der, sealingId } = await client.sealDigest(
        { seal: ES_ID, digest, mode, level },
        `digest-${mode}-${level}`,
      );
      t.true(der.length < face.contentsBytes);
      const whole = patched(bytes, completeDocument(memorySource(bytes), der));
      t.true(equalBytes(whole.subarray(0, pdf.length), pdf));
      const report = verifyBytes(whole);
      t.is(report.indication, 'TOTAL-PASSED', report.summary);
      t.is(report.signatures[0]!.container, mode);
      t.is(report.signatures[0]!.time_source, level === 'T' ? 'time_stamp' : mode === 'cms' ? null : 'claimed');
      const row = await room.db('seal.sealings').where({ sealing_id: sealingId }).first();
      t.like(row, { form: 'digest', input_sm3: digest, data_sm3: digest, input_size: 0, state: 'released', field: '' });
      const [use] = await room.db('seal.audit_entries').orderBy('number', 'desc').limit(1);
      t.like(use.detail, { result: 'sealed', digest, level, mode, update_sm3: toHex(sm3(der)) });
    });

test.serial(
  'The same digest under the same key gives the same bytes without key; another digest, mode or level is a conflict',
  async (t) => {
    const { digest } = prepared();
    const request = { seal: ES_ID, digest, mode: 'dual', level: 'T' } as const;
    const first = await client.sealDigest(request, 'digest-again');
    const used = room.signatures();
    const again = await room.restart();
    const other = makeSealClient({ baseUrl: again.url, getToken: room.token });
    t.true(equalBytes((await other.sealDigest(request, 'digest-again')).der, first.der));
    await again.stop();
    t.is(room.signatures(), used);
    for (const changed of [{ digest: '00'.repeat(32) }, { mode: 'ses' }, { level: 'B' }] as const)
      await t.throwsAsync(client.sealDigest({ ...request, ...changed }, 'digest-again'), {
        code: 'idempotency-conflict',
      });
    await t.throwsAsync(client.seal(pdf, { seal: ES_ID }, 'digest-again'), { code: 'idempotency-conflict' });
  },
);

test.serial('Grants, states and contract hold for digests too, and refusals are logged', async (t) => {
  const { digest } = prepared();
  const stranger = makeSealClient({ baseUrl: room.url, getToken: () => room.token({ clientId: 'business-a' }) });
  await t.throwsAsync(stranger.sealDigest({ seal: ES_ID, digest }, 'stranger-1'), { code: 'seal-not-granted' });
  const [use] = await room.db('seal.audit_entries').orderBy('number', 'desc').limit(1);
  t.like(use, { kind: 'sealing.refused', actor: 'business-a' });
  t.like(use.detail, { result: 'seal-not-granted', digest });
  await t.throwsAsync(client.sealDigest({ seal: '36010000000099', digest }, 'unknown-1'), { code: 'seal-not-found' });
  for (const bad of [digest.slice(2), digest.toUpperCase(), `${digest}00`])
    await t.throwsAsync(client.sealDigest({ seal: ES_ID, digest: bad }, 'malformed'), { code: 'invalid-request' });
});

test.serial(
  'A signature of another digest, a changed one, a changed document and one that was not prepared are refused',
  async (t) => {
    const { bytes, digest } = prepared();
    const { der } = await client.sealDigest({ seal: ES_ID, digest, level: 'B' }, 'to-be-mixed-up');
    const foreign = await client.sealDigest({ seal: ES_ID, digest: '11'.repeat(32), level: 'B' }, 'another-digest');
    const put = (document: Uint8Array, signature: Uint8Array) => () =>
      completeDocument(memorySource(document), signature);
    t.notThrows(put(bytes, der));
    t.throws(put(bytes, foreign.der), { code: 'signature-not-for-document' });
    t.throws(put(bytes, flip(der, der.length - 40)), { code: 'signature-not-for-document' });
    t.throws(put(bytes, der.subarray(0, 200)), { code: 'signature-not-for-document' });
    t.throws(put(flip(bytes, 400), der));
    t.throws(put(pdf, der), { code: 'not-prepared' });
    const whole = patched(bytes, completeDocument(memorySource(bytes), der));
    t.throws(put(whole, der), { code: 'not-prepared' });
    const small = prepared(pdf, { face: { ...face, contentsBytes: 1000 } });
    t.throws(put(small.bytes, der), { code: 'not-prepared', message: /room for 1000/ });
    await t.throwsAsync(readSealFace(flip(seal.raw, seal.raw.length - 20)), { code: 'seal-not-usable' });
  },
);

judge(test.serial, 'qpdf')('A completed document, also an encrypted one, is clean for qpdf', async (t) => {
  const password = 'geheim';
  const closed = await qpdf(pdf, '--encrypt', password, password, '256', '--');
  const { bytes, digest } = prepared(closed, { password });
  const { der } = await client.sealDigest({ seal: ES_ID, digest }, 'encrypted-one');
  const whole = patched(bytes, completeDocument(memorySource(bytes), der, { password }));
  t.regex(await say('qpdf', whole, `--password=${password}`, '--check'), /No syntax or stream encoding errors found/);
});
