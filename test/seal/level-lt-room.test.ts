// Levels LT and LTA at the room: asked for, preserved later, and never promised on what does not suffice.
import test from 'ava';
import { makeSealClient } from '../../common/client/seal-client.ts';
import type { EvidenceSource } from '../../seal/flow/preserve-document.ts';
import { evidence, evidenceOf, levels, lists, sealAt, verify } from './evidence-world.ts';
import { ES_ID, startRoom } from './room.ts';
import { flip, makePdf } from './world.ts';

const pdf = await makePdf();

test('The room seals at levels LT and LTA, and preserves what was sealed before; a document that does not verify it does not', async (t) => {
  const room = await startRoom({ evidence });
  const poor = await startRoom();
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    const sealed = (await client.seal(pdf, { seal: ES_ID, level: 'LTA' }, 'level-lta-act')).pdf;
    t.deepEqual(levels(verify(sealed)), ['LTA', null]);
    const uses = room.signatures();
    t.deepEqual((await client.seal(pdf, { seal: ES_ID, level: 'LTA' }, 'level-lta-act')).pdf, sealed, 'the same bytes');
    t.is(room.signatures(), uses);
    const headers = { Authorization: `Bearer ${await room.token()}` };
    const renew = (document: Uint8Array, query = '') => room.post(`/v1/renewals${query}`, document, headers);
    const plain = (await client.seal(pdf, { seal: ES_ID, level: 'B' }, 'level-b-act')).pdf;
    const answer = await renew(plain);
    t.is(answer.status, 200);
    const renewed = new Uint8Array(await answer.arrayBuffer());
    t.deepEqual(renewed.subarray(0, plain.length), plain);
    t.deepEqual(levels(verify(renewed)), ['LTA', null]);
    const kept = new Uint8Array(await (await renew(await sealAt(pdf, 'T', { minute: -2 }), '?level=LT')).arrayBuffer());
    t.deepEqual(levels(verify(kept)), ['LT']);
    t.is(room.signatures(), uses + 2, 'renewing uses no seal');
    const refusals: readonly (readonly [Response, string])[] = [
      [await renew(flip(plain, 30)), 'document-not-genuine'],
      [await renew(pdf), 'document-not-genuine'],
      [await renew(plain, '?level=T'), 'invalid-request'],
      [await room.post('/v1/renewals', plain), 'token-missing'],
      [
        await poor.post('/v1/renewals', plain, { Authorization: `Bearer ${await poor.token()}` }),
        'validation-data-unavailable',
      ],
    ];
    for (const [response, code] of refusals) {
      t.regex(((await response.json()) as { type: string }).type, new RegExp(`${code}$`));
    }
    const other = makeSealClient({ baseUrl: poor.url, getToken: poor.token });
    await t.throwsAsync(other.seal(pdf, { seal: ES_ID, level: 'LT' }, 'level-lt-act'), {
      code: 'validation-data-unavailable',
    });
    t.is(poor.signatures(), 0);
  } finally {
    await room.close();
    await poor.close();
  }
});

test('Evidence is kept while seals are used at level T, for a document whose authorities answer no more', async (t) => {
  let isGone = false;
  const failing: EvidenceSource = {
    collect: async (chain, at) => (isGone ? evidenceOf([]) : evidence).collect(chain, at),
  };
  const [room, late] = [await startRoom({ evidence: failing }), await startRoom({ evidence: evidenceOf([]) })];
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    const before = (await client.seal(pdf, { seal: ES_ID, level: 'T' }, 'level-t-kept-1')).pdf;
    isGone = true;
    const after = (await client.seal(pdf, { seal: ES_ID, level: 'T' }, 'level-t-kept-2')).pdf;
    t.is(
      (await room.db('seal.revocation_evidence').select('certificate_sm3')).length,
      3,
      'signer, maker and authority',
    );
    for (const document of [before, after]) {
      const answer = await room.post('/v1/renewals?level=LT', document, {
        Authorization: `Bearer ${await room.token()}`,
      });
      t.is(answer.status, 200);
      t.deepEqual(levels(verify(new Uint8Array(await answer.arrayBuffer()))), ['LT']);
    }
    // Refused sibling: a room that could keep nothing seals at level T, and cannot preserve.
    const other = makeSealClient({ baseUrl: late.url, getToken: late.token });
    const bare = (await other.seal(pdf, { seal: ES_ID, level: 'T' }, 'level-t-bare')).pdf;
    t.deepEqual(await late.db('seal.revocation_evidence').select('certificate_sm3'), []);
    const refused = await late.post('/v1/renewals?level=LT', bare, { Authorization: `Bearer ${await late.token()}` });
    t.regex(((await refused.json()) as { type: string }).type, /validation-data-unavailable$/);
  } finally {
    await room.close();
    await late.close();
  }
});

test('Level LT is not promised on evidence that does not suffice, before the key is used', async (t) => {
  const room = await startRoom({ evidence: evidenceOf([lists[1]!]) });
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    await t.throwsAsync(client.seal(pdf, { seal: ES_ID, level: 'LT' }, 'level-lt-act'), {
      code: 'validation-data-unavailable',
      message: /was revoked is not known/,
    });
    t.is(room.signatures(), 0);
  } finally {
    await room.close();
  }
});
