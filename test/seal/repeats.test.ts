import test from 'ava';
import { equalBytes, toHex } from '../../common/bytes.ts';
import { makeSealClient, type SealClient } from '../../common/client/seal-client.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { AT } from '../_harness/pki.ts';
import { replaceSeal } from './active-seal.ts';
import { ES_ID, keyringOf, startRoom, type TestRoom } from './room.ts';
import { makePdf, makeTestSeal, pki, verifyBytes } from './world.ts';

const DAY_MS = 86_400_000;
const pdf = await makePdf({ objectStreams: true });
const place = { seal: ES_ID, pages: 'all', xMm: 100, yMm: 30, reason: '核发', date: true } as const;
let room: TestRoom;
let client: SealClient;

test.before(async () => {
  room = await startRoom();
  client = makeSealClient({ baseUrl: room.url, getToken: room.token });
});
test.after.always(() => room.close());

const clientOf = (url: string): SealClient => makeSealClient({ baseUrl: url, getToken: room.token });
const rowOf = (key: string) => room.db('seal.sealings').where({ idempotency_key: key }).first();

test.serial(
  'Of a sealing the row keeps signatures and token, the values of a repetition, and not the file',
  async (t) => {
    const { pdf: sealed } = await client.seal(pdf, place, 'what-is-kept');
    const row = await rowOf('what-is-kept');
    t.is(row.made.signatures.length, 2);
    t.is(row.made.tokens.length, 1);
    t.true(JSON.stringify(row).length < 4096, 'a few kilobytes, whatever the size of document and seal');
    t.is(row.update_sm3, toHex(sm3(sealed.subarray(pdf.length))));
  },
);

for (const level of ['B', 'T'] as const)
  test.serial(
    `The same bytes at level ${level} after a restart, and after seal, certificate and chain were renewed`,
    async (t) => {
      const key = `lasting-${level}`;
      const first = await client.seal(pdf, { ...place, level }, key);
      const used = room.signatures();
      const stamps = await room.db('seal.time_stamps').count('* as n').first();
      const again = await room.restart();
      const second = await clientOf(again.url).seal(pdf, { ...place, level }, key);
      await again.stop();
      t.true(equalBytes(second.pdf, first.pdf));

      const remade = await makeTestSeal(ES_ID, [pki.signer, pki.maker]);
      await replaceSeal(room.db, { eseal: remade.raw, keyRef: 'signer-1', since: AT });
      const keyring = keyringOf(room.db, pki.maker.certificate);
      const renewed = await room.restart({ keyring, chain: [] });
      const third = await clientOf(renewed.url).seal(pdf, { ...place, level }, key);
      await renewed.stop();
      t.true(equalBytes(third.pdf, first.pdf));
      t.is(third.sealingId, first.sealingId);
      t.is(verifyBytes(third.pdf).indication, 'TOTAL-PASSED');
      t.is(room.signatures(), used, 'the key was not used again');
      t.deepEqual(await room.db('seal.time_stamps').count('* as n').first(), stamps, 'nor the time-stamp authority');
    },
  );

test.serial('For 30 days; then it is answer-gone, which says when and as what it was sealed', async (t) => {
  const first = await client.seal(pdf, place, 'month-long');
  room.setNow(new Date(AT.getTime() + 30 * DAY_MS));
  const later = makeSealClient({
    baseUrl: room.url,
    getToken: () => room.token({ at: new Date(AT.getTime() + 30 * DAY_MS) }),
  });
  t.true(equalBytes((await later.seal(pdf, place, 'month-long')).pdf, first.pdf));
  room.setNow(new Date(AT.getTime() + 30 * DAY_MS + 1000));
  await t.throwsAsync(later.seal(pdf, place, 'month-long'), {
    code: 'answer-gone',
    message: new RegExp(`${AT.toISOString()} as ${first.sealingId}.*30 days`),
  });
  await t.throwsAsync(later.seal(pdf, { ...place, pages: '1' }, 'month-long'), { code: 'idempotency-conflict' });
  room.setNow(AT);
});

test.serial('A row that was changed, and one of an earlier version, give no other bytes but answer-gone', async (t) => {
  await client.seal(pdf, place, 'changed-values');
  const { made } = await rowOf('changed-values');
  const other = (await rowOf('what-is-kept')).made;
  const change = (value: unknown) =>
    room
      .owner('seal.sealings')
      .where({ idempotency_key: 'changed-values' })
      .update({ made: JSON.stringify(value) });
  for (const changed of [
    { ...made, signatures: other.signatures },
    { ...made, tokens: other.tokens },
    { ...made, tokenBytes: null },
    { ...made, tokenBytes: made.tokenBytes + 1 },
    { ...made, signatures: made.signatures.slice(1) },
    null,
  ]) {
    await change(changed);
    await t.throwsAsync(client.seal(pdf, place, 'changed-values'), { code: 'answer-gone' });
  }
  await change(made);
  await t.notThrowsAsync(client.seal(pdf, place, 'changed-values'));
});

test.serial(
  'Sixteen callers at once share their statements: each is sealed, logged and repeated by itself',
  async (t) => {
    const documents = await Promise.all(Array.from({ length: 16 }, (_, i) => makePdf({ pages: 1 + (i % 3) })));
    const all = () =>
      Promise.all(documents.map((document, i) => client.seal(document, { seal: ES_ID, level: 'B' }, `at-once-${i}`)));
    const sealed = await all();
    const refused = await Promise.allSettled(
      documents.map((document, i) =>
        client.seal(document, { seal: i % 2 ? ES_ID : '36010000000099' }, `mixed-once-${i}`),
      ),
    );
    t.deepEqual(
      refused.map(({ status }) => status),
      documents.map((_, i) => (i % 2 ? 'fulfilled' : 'rejected')),
    );
    t.true(sealed.every(({ pdf: one }) => verifyBytes(one).indication === 'TOTAL-PASSED'));
    t.is(new Set(sealed.map(({ sealingId }) => sealingId)).size, 16);
    const repeated = await all();
    t.true(repeated.every(({ pdf: one }, i) => equalBytes(one, sealed[i]!.pdf)));
  },
);
