// Memory and time for a document of 1 GB that nobody holds: sealed in process, sealed and verified by the command line with the
// start of the process, sealed by upload to a room with the work of the client, which reads the file, sends it and reads it
// back. In turns, medians of the rounds; MB is the highest resident set of all rounds, for the room what it grew above its idle
// size. Floor: one SM3 pass over the file.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeOfflineSeal, OFFLINE_SEAL } from '../bin/demo/offline-seal.ts';
import { LICENSE_CLIENT, SEAL } from '../bin/seed/values.ts';
import { KEYS_DEV } from '../bin/serve/keys.ts';
import { makeTokenSource } from '../common/client/token-source.ts';
import { openFileSource } from '../common/files/file-source.ts';
import { hashSource } from '../seal/flow/seal-document.ts';
import { startBenchHouse } from './house.ts';
import { writeLargePdf } from './large-pdf.ts';
import { type Benchmark, median, type Result, type Row } from './measure.ts';

const SIZE = 1_000_000_000;
const ROUNDS = 3;
const XINJI = new URL('../bin/xinji.ts', import.meta.url).pathname;

export const memory: Benchmark = {
  name: 'memory',
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'xinji-bench-memory-'));
    const house = await startBenchHouse({ XINJI_SEAL_UPLOAD_MB: '1100' });
    try {
      const input = join(folder, 'in.pdf');
      await writeLargePdf(input, SIZE);
      await writeFile(join(folder, 's.esl'), await makeOfflineSeal(new Date()));
      const output = join(folder, 'out.pdf');
      const own = (name: string): string => join(KEYS_DEV, `seal/${name}`);
      const party = [
        '--seal',
        join(folder, 's.esl'),
        '--key',
        own(`${OFFLINE_SEAL.signer}.key.pem`),
        '--cert',
        own(`${OFFLINE_SEAL.signer}.crt.pem`),
      ];
      const rounds: (readonly Measured[])[] = [];
      for (let round = 0; round < ROUNDS; round++)
        rounds.push([
          await timed('floor', () => hashFile(input), 0),
          await inProcess([input, ...party.filter((_, i) => i % 2 === 1)]),
          await command('xinji seal', ['seal', input, '-o', output, ...party]),
          await command('xinji verify', ['verify', output], [0, 3]),
          await upload(house, input, round),
        ]);
      return [finish(mediansOf(rounds))];
    } finally {
      await house.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

type Measured = { readonly variant: string; readonly wall: number; readonly cpu: number; readonly rssMb: number };

function finish(rows: readonly Measured[]): Result {
  const [floor] = rows;
  const round = (value: number): number => Number(value.toPrecision(3));
  const shown: Row[] = rows.map(({ variant, wall, cpu, rssMb }) => ({
    variant: rssMb > 0 ? `${variant}, ${Math.round(rssMb)} MB` : variant,
    wall_ms: round(wall),
    cpu_ms: round(cpu),
    wall_ratio: round(wall / floor!.wall),
    cpu_ratio: round(cpu / floor!.cpu),
  }));
  return {
    benchmark: 'One gigabyte',
    unit: 'a document of 1 GB; MB: highest resident set',
    rounds: ROUNDS,
    rows: shown,
  };
}

function mediansOf(rounds: readonly (readonly Measured[])[]): readonly Measured[] {
  return rounds[0]!.map(({ variant }, i) => {
    const all = rounds.map((rows) => rows[i]!);
    const [wall, cpu] = [median(all.map((row) => row.wall)), median(all.map((row) => row.cpu))];
    return { variant, wall, cpu, rssMb: Math.max(...all.map((row) => row.rssMb)) };
  });
}

/** In a process of its own, whose start does not count. */
async function inProcess(files: readonly string[]): Promise<Measured> {
  const program = new URL('./seal-in-process.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...files]);
  return { variant: 'sealing in process', ...(JSON.parse(stdout) as Omit<Measured, 'variant'>) };
}

function hashFile(path: string): void {
  const source = openFileSource(path);
  hashSource(source).digest();
  source.close();
}

async function timed(variant: string, act: () => unknown, rssMb: number): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await act();
  const used = process.cpuUsage(cpu);
  return { variant, wall: performance.now() - start, cpu: (used.user + used.system) / 1000, rssMb };
}

async function command(variant: string, args: readonly string[], good: readonly number[] = [0]): Promise<Measured> {
  const start = performance.now();
  const child = spawn(process.execPath, [XINJI, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const peak = watch(child);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (!good.includes(code ?? -1)) throw new Error(`${variant} ended with ${code}`);
  const { rssMb, cpu } = peak();
  return { variant, wall: performance.now() - start, cpu, rssMb };
}

/** Looks at a process while it runs; its last values are those shortly before its end. */
function watch(child: ChildProcess): () => { readonly rssMb: number; readonly cpu: number } {
  let last = { rssMb: 0, cpu: 0 };
  const timer = setInterval(() => {
    const now = child.pid === undefined ? null : look(child.pid);
    if (now) last = now;
  }, 20);
  return () => {
    clearInterval(timer);
    return last;
  };
}

function look(pid: number): { readonly rssMb: number; readonly cpu: number } | null {
  try {
    const high = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return high === undefined
      ? null
      : { rssMb: Number(high) / 1000, cpu: (Number(fields[11]) + Number(fields[12])) * 10 };
  } catch {
    return null; // it has ended
  }
}

async function upload(
  { world }: Awaited<ReturnType<typeof startBenchHouse>>,
  path: string,
  round: number,
): Promise<Measured> {
  const getToken = makeTokenSource({
    issuer: world.identityUrl,
    clientId: LICENSE_CLIENT.clientId,
    keyPem: await readFile(join(KEYS_DEV, 'license/client.key.pem'), 'utf8'),
    resource: world.sealUrl,
    scope: 'seal:use',
    allowHttp: true,
    clock: () => new Date(),
  });
  const token = await getToken();
  const room = roomPid(world.sealUrl);
  // A room at work: threads are started, the seal is prepared. Then it rests.
  const small = `${path}.small`;
  await writeLargePdf(small, 1000);
  for (let i = 0; i < 20; i++) await send(world.sealUrl, small, token, `warm-${round}-${i}`);
  await sleep(2000);
  writeFileSync(`/proc/${room}/clear_refs`, '5'); // the highest resident set counts from here
  const before = look(room)!;
  const start = performance.now();
  await send(world.sealUrl, path, token, `large-${round}`);
  const after = look(room)!;
  const wall = performance.now() - start;
  return { variant: 'upload to the room', wall, cpu: after.cpu - before.cpu, rssMb: after.rssMb - before.rssMb };
}

function roomPid(url: string): number {
  const port = new URL(url).port;
  const found = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [line, env] = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`, 'utf8'));
      return line!.includes('seal/main.ts') && env!.includes(`XINJI_SEAL_PORT=${port}`);
    } catch {
      return false;
    }
  });
  if (!found) throw new Error('the seal room is not among the processes');
  return Number(found);
}

function send(baseUrl: string, path: string, token: string, key: string): Promise<void> {
  const url = new URL(`/v1/sealings?seal=${SEAL.esID}&class=license&level=B`, baseUrl);
  const headers = {
    Authorization: `Bearer ${token}`,
    'Idempotency-Key': `bench-memory-${process.pid}-${key}`,
    'Content-Type': 'application/pdf',
  };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 201 ? resolve() : reject(new Error(`sealing answered ${answer.statusCode}`)),
      );
    });
    call.on('error', reject);
    createReadStream(path, { highWaterMark: 1 << 20 }).pipe(call);
  });
}
