// Sealing 100 KB over HTTP as a business system does it: token, grant, intent, dual container with the picture of the seal,
// verified before release, row of the usage log committed before the answer. Load generator, room, identity room and
// PostgreSQL (fsync on) share the machine. 32 callers at once; and 16, who leave the room less to do at a time.
// Floor: the same sealings in process, by the same threads of the same number. Naive: pdf-lib and sm-crypto in process. Ceiling:
// SM2 signatures and nothing else, by as many threads.
// CPU time is that of all processes together.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import smCrypto from 'sm-crypto';
import { LICENSE_CLIENT, SEAL } from '../bin/seed/values.ts';
import { KEYS_DEV } from '../bin/serve/keys.ts';
import { makeTokenSource } from '../common/client/token-source.ts';
import { once } from '../common/files/once.ts';
import { makeSpool, type Spool } from '../common/files/spool.ts';
import { makeSignerPool } from '../common/keys/signer-pool.ts';
import { noSignatures } from '../seal/flow/kept-signatures.ts';
import type { DocumentOrder, LodgedDocument } from '../seal/flow/lodged-document.ts';
import { openSealingThreads } from '../seal/sealing-worker/open-sealing-threads.ts';
import { type BenchHouse, startBenchHouse } from './house.ts';
import { type LeanClient, makeLeanClient } from './lean-client.ts';
import { type Benchmark, measure, type Result, type Variants } from './measure.ts';
import { makePdfOfSize, makeSealKit, type SealKit } from './seal-kit.ts';
import { makeFloor, sealNaively, signedBytes } from './sealing.ts';

const CALLERS = 32;
const FEWER = 16;
const SEALINGS = 640;
const WORKERS = 2;
/** The naive way is measured on fewer. */
const NAIVE = SEALINGS / 128;
const CEILING = 'SM2 signatures alone';
const HTTP_FEWER = `http, ${FEWER} callers`;

export const httpSealing: Benchmark = {
  name: 'http-sealing',
  run: async () => {
    const house = await startBenchHouse({ XINJI_SEAL_WORKERS: `${WORKERS}` });
    const folder = await mkdtemp(join(tmpdir(), 'xinji-bench-http-'));
    const kit = await makeSealKit(new Date());
    const keys = new Map([['signer-1', kit.key]]);
    const [threads, signers] = [openSealingThreads(keys, WORKERS), makeSignerPool(keys, WORKERS)];
    const spool = makeSpool({ folder, bytesPerCaller: 1e9, open: threads.lodge });
    const client = makeLeanClient(house.world.sealUrl);
    try {
      const pdf = await makePdfOfSize(100_000);
      const message = new Uint8Array(1024);
      const call = await makeCall(house, client, pdf);
      const variants = {
        floor: () => atOnce(CALLERS, () => sealInThread(spool, pdf, kit)),
        http: () => atOnce(CALLERS, call),
        ...(await inOneThread(pdf, kit)),
        [CEILING]: () => atOnce(CALLERS, () => signers.sign('signer-1', message)),
        [HTTP_FEWER]: () => atOnce(FEWER, call),
      };
      const options = { rounds: 9, cpuMs: house.cpuMs, slow: ['pdf-lib + sm-crypto'] };
      return [perSealing(await measure('Sealing 100 KB over HTTP', '', variants, options))];
    } finally {
      client.close();
      await Promise.all([threads.close(), signers.close()]);
      await house.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** What the room does with a document, without HTTP and database: into shared memory, hashed, sealed, verified. */
async function sealInThread(spool: Spool<LodgedDocument>, pdf: Uint8Array, { party }: SealKit): Promise<void> {
  const upload = await spool.receive('bench', once(pdf), pdf.length);
  const order: DocumentOrder = {
    party,
    partySm3: 'bench',
    means: { kind: 'fresh', isStamped: false, isPreserved: false },
    page: 1,
    placement: {},
    time: new Date(),
  };
  const signer = { sign: () => Promise.reject(new Error('the threads have the key')) };
  const outside = { signer, stamper: null, validation: null };
  await upload.intake.make({ orders: [order], password: undefined, outside, drawn: noSignatures() });
  await upload.close();
}

async function makeCall({ world }: BenchHouse, client: LeanClient, pdf: Uint8Array): Promise<() => Promise<void>> {
  const getToken = makeTokenSource({
    issuer: world.identityUrl,
    clientId: LICENSE_CLIENT.clientId,
    keyPem: await readFile(join(KEYS_DEV, 'license/client.key.pem'), 'utf8'),
    resource: world.sealUrl,
    scope: 'seal:use',
    allowHttp: true,
    clock: () => new Date(),
  });
  const path = `/v1/sealings?seal=${SEAL.esID}&class=license&level=B&x_mm=120&y_mm=30`;
  let number = 0;
  return async () => {
    const headers = {
      Authorization: `Bearer ${await getToken()}`,
      'Idempotency-Key': `bench-${process.pid}-${++number}`,
      'Content-Type': 'application/pdf',
    };
    const status = await client.post(path, headers, pdf);
    if (status !== 201) throw new Error(`sealing answered ${status}`);
  };
}

/** Beside the threads: what must be computed, and the naive way. */
async function inOneThread(pdf: Uint8Array, kit: SealKit): Promise<Omit<Variants, 'floor'>> {
  const compute = makeFloor(await signedBytes(pdf, kit, new Date()), kit, pdf.length);
  const naiveKey = smCrypto.sm2.generateKeyPairHex();
  return {
    'computation alone': () => {
      for (let i = 0; i < SEALINGS; i++) compute();
    },
    'pdf-lib + sm-crypto': async () => {
      for (let i = 0; i < NAIVE; i++) await sealNaively(pdf, kit.party, kit.picturePng, naiveKey);
    },
  };
}

function perSealing(result: Result): Result {
  const round = (value: number): number => Number(value.toPrecision(3));
  const each = result.rows.map(({ variant, wall_ms, cpu_ms }) => {
    const count = variant.startsWith('pdf-lib') ? NAIVE : SEALINGS;
    return { variant, wall: wall_ms / count, cpu: cpu_ms / count };
  });
  const [floor, http, , naive, ceiling, fewer] = each;
  const rows = each.map(({ variant, wall, cpu }) => ({
    variant,
    wall_ms: round(wall),
    cpu_ms: round(cpu),
    wall_ratio: round(wall / floor!.wall),
    cpu_ratio: round(cpu / floor!.cpu),
  }));
  const percent = (of: number, by: number): string => `${Math.round((100 * of) / by)} %`;
  const said = [
    `${percent(floor!.wall, http!.wall)} of the rate in process by wall, ${percent(floor!.cpu, http!.cpu)} by CPU`,
    `with ${FEWER} callers ${percent(floor!.wall, fewer!.wall)} and ${percent(floor!.cpu, fewer!.cpu)}`,
    `${percent(ceiling!.wall, http!.wall)} of the raw SM2 rate`,
    `${round(naive!.wall / http!.wall)} x the naive way by wall, ${round(naive!.cpu / http!.cpu)} by CPU`,
  ].join('; ');
  return { ...result, unit: `one sealing, ${CALLERS} callers at once, verified before release: ${said}`, rows };
}

async function atOnce(callers: number, act: () => Promise<unknown>): Promise<void> {
  let left = SEALINGS;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left-- > 0) await act();
    }),
  );
}
