// Uploads are judged in threads: a document that never ends is ended, and the room goes on.
import test from 'ava';
import { isTrustError } from '../../common/errors.ts';
import type { Timer } from '../../common/threads/bounded-pool.ts';
import { openJudge } from '../../seal/verification-worker/open-judge.ts';
import { startRoom } from './room.ts';
import { ascii, makePdf, pki, sealBytes } from './world.ts';

const plain = await makePdf();
const HOSTILE = ascii('%PDF-1.7 stall');

/** The real thread, but for one document that it never finishes; the test says when the deadline has passed. */
function openStallingJudge() {
  const fires = new Set<() => void>();
  let begun = (): void => {};
  const stalled = new Promise<() => void>((resolve) => {
    begun = () => resolve([...fires].at(-1)!);
  });
  const timer: Timer = (fire) => {
    fires.add(fire);
    return () => void fires.delete(fire);
  };
  const opened = openJudge({
    trust: pki.trust,
    threads: 1,
    deadlineSeconds: 20,
    queue: 1,
    timer,
    entry: new URL('./stalling-thread.ts', import.meta.url),
  });
  const judge: typeof opened.judge = (question) => {
    const report = opened.judge(question);
    if (question.kind === 'document' && question.bytes.length === HOSTILE.length) begun();
    return report;
  };
  return { ...opened, judge, stalled };
}

test('a document that stalls its thread is document-too-costly; others wait, are told that it is busy, and go on', async (t) => {
  const { judge, close, stalled } = openStallingJudge();
  const room = await startRoom({ judge });
  t.teardown(async () => {
    await room.close();
    await close();
  });
  const sealed = await sealBytes(plain);
  const hostile = room.post('/v1/verifications', HOSTILE);
  const passDeadline = await stalled;
  const waiting = [room.post('/v1/verifications', sealed), room.post('/v1/verifications', sealed)];
  const refused = await Promise.race(waiting);
  t.is(refused.status, 503);
  t.is(refused.headers.get('Retry-After'), '5');
  t.is(((await refused.json()) as { code: string }).code, 'busy');
  t.is((await fetch(new URL('/readyz', room.url))).status, 200, 'the room itself never stalls');
  passDeadline();
  t.is((await hostile).status, 422);
  t.is(((await (await hostile).json()) as { code: string }).code, 'document-too-costly');
  t.deepEqual((await Promise.all(waiting)).map(({ status }) => status).sort(), [200, 503]);
});

test('the thread says of a file what the engine says, by code and hint', async (t) => {
  const { judge, close } = openJudge({ trust: pki.trust, threads: 1, deadlineSeconds: 60 });
  t.teardown(close);
  const error = await t.throwsAsync(judge({ kind: 'document', bytes: ascii('nothing'), now: new Date() }));
  t.true(isTrustError(error, 'not-a-pdf'));
});
