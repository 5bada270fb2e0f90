import { mkdtemp, readdir, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { concatBytes, toHex } from '../../../common/bytes.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { placeSource } from '../../../common/files/place-source.ts';
import { type Intake, makeSpool, type Upload } from '../../../common/files/spool.ts';

const folder = async () => join(await mkdtemp(join(tmpdir(), 'xinji-spool-')), 'made');
async function* chunksOf(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const patterned = (length: number) => new Uint8Array(length).map((_, i) => (i * 31) >> 3);
/** Files of this process that lie in a folder; they have no name there any more. */
async function openFiles(folder: string): Promise<readonly string[]> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((target) => target.startsWith(folder));
}

/** Hashes where the bytes lie, as a thread does; a file is looked at while it grows. */
function intake(): Intake & { readonly steps: () => number } {
  let steps = 0;
  return {
    arrived: () => {
      steps += 1;
    },
    finish: async (place, size) => sm3(placeSource(place, size).read(0, size)),
    leave: async () => undefined,
    steps: () => steps,
  };
}

async function drain(upload: Upload): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of upload.stream()) chunks.push(chunk.slice());
  return concatBytes(...chunks);
}

for (const [where, size] of [
  ['in memory', 9_000],
  ['on disk', 90_500],
  ['of nothing', 0],
] as const)
  test(`An upload ${where} is hashed while it arrives and can be read anywhere, again and again`, async (t) => {
    const path = await folder();
    const bytes = patterned(size);
    const upload = await makeSpool({ folder: path, memoryBytes: 10_000, bytesPerCaller: 1e6, open: intake }).receive(
      'a',
      chunksOf(bytes),
    );
    t.is(upload.size, size);
    t.is(toHex(upload.sm3), toHex(sm3(bytes)));
    t.is(upload.intake.steps() > 0, size > 10_000, 'it is told while a file grows');
    t.is(upload.bytes === null, size > 10_000);
    t.deepEqual(Buffer.from(await drain(upload)), Buffer.from(bytes));
    t.deepEqual(Buffer.from(await drain(upload)), Buffer.from(bytes));
    if (size > 0) t.deepEqual(Buffer.from(upload.read(size - 7, 7)), Buffer.from(bytes.subarray(size - 7)));
    t.throws(() => upload.read(size, 1), { instanceOf: RangeError });
    if (size > 10_000) t.deepEqual(await readdir(path), [], 'the file has no name: a crash leaves nothing');
    await upload.close();
  });

test.serial('What is over, broken off or too much gives disk and allowance back', async (t) => {
  const path = await folder();
  const spool = makeSpool({ folder: path, memoryBytes: 100, bytesPerCaller: 50_000, open: intake });
  const first = await spool.receive('a', chunksOf(patterned(30_000)));
  await t.throwsAsync(spool.receive('a', chunksOf(patterned(30_000))), { code: 'too-many-requests' });
  const other = await spool.receive('b', chunksOf(patterned(30_000)));
  await first.close();
  await first.close();
  t.is((await openFiles(path)).length, 1, 'b still holds its file');
  const again = await spool.receive('a', chunksOf(patterned(50_000)));
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield patterned(20_000);
    throw new Error('hung up');
  }
  await t.throwsAsync(spool.receive('c', breaking()), { message: 'hung up' });
  await (await spool.receive('c', chunksOf(patterned(50_000)))).close();
  await Promise.all([again.close(), other.close()]);
  t.deepEqual(await openFiles(path), []);
});
