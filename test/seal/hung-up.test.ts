// Who hangs up, whenever it may be, leaves nothing: the thread lets go of his document, and its memory or file is given back.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PDFDocument } from '@cantoo/pdf-lib';
import test from 'ava';
import { openSealingThreads } from '../../seal/sealing-worker/open-sealing-threads.ts';
import { ES_ID, startRoom } from './room.ts';
import { makePdf, signer, verifyBytes } from './world.ts';

const threads = openSealingThreads(new Map(), 1);
let here = 0;
let signed = Promise.withResolvers<void>();
let held = Promise.withResolvers<void>();
const room = await startRoom({
  lodge: () => {
    here += 1;
    const lodged = threads.lodge();
    return { ...lodged, leave: () => lodged.leave().finally(() => (here -= 1)) };
  },
  signer: {
    sign: async (keyRef, message) => {
      signed.resolve();
      await held.promise;
      return signer.sign(keyRef, message);
    },
  },
});
test.after.always(async () => {
  await room.close();
  await threads.close();
});

async function nothingIsHere(): Promise<void> {
  while (here > 0) await delay(5);
}

async function post(
  key: string,
  body: Uint8Array<ArrayBuffer> | ReadableStream,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(new URL(`/v1/sealings?seal=${ES_ID}&level=B`, room.url), {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await room.token()}`,
      'Idempotency-Key': key,
      'Content-Type': 'application/pdf',
    },
    body,
    duplex: 'half',
    ...(signal ? { signal } : {}),
  } satisfies RequestInit & { duplex: 'half' });
}

const small = new Uint8Array(await makePdf());
/** With something in it that does not compress. */
async function makeLarge(): Promise<Uint8Array<ArrayBuffer>> {
  const document = await PDFDocument.load(small);
  await document.attach(randomBytes(3_000_000), 'bulk.bin');
  return new Uint8Array(await document.save());
}
const large = await makeLarge();

for (const [kind, pdf] of [
  ['in memory', small],
  ['on disk', large],
] as const) {
  test.serial(
    `A caller hangs up while his document, ${kind}, is sealed: it is sealed, and he can have it later`,
    async (t) => {
      signed = Promise.withResolvers();
      held = Promise.withResolvers();
      const leaving = new AbortController();
      const key = `hung-up-${pdf.length}`;
      const request = t.throwsAsync(post(key, pdf, leaving.signal));
      await signed.promise;
      t.is(here, 1);
      leaving.abort();
      await request;
      held.resolve();
      await nothingIsHere();
      const again = await post(key, pdf);
      t.is(again.status, 201);
      const sealed = new Uint8Array(await again.arrayBuffer());
      t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
      await nothingIsHere();
    },
  );
}

test.serial('A caller hangs up while he sends, or sends what cannot be sealed', async (t) => {
  const leaving = new AbortController();
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(large.subarray(0, 2_000_000)),
    pull: () => leaving.abort(),
  });
  await t.throwsAsync(post('hung-up-sending', body, leaving.signal));
  t.is((await post('no-pdf-at-all', Buffer.from('no PDF at all'))).status, 422);
  await nothingIsHere();
  t.is(here, 0);
});
