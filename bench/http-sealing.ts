// Sealing 100 KB over HTTP as a business system does it: token, grant, intent, dual container with the picture of the seal,
// verified before release, row of the usage log committed before the answer. Load generator, room, identity room and
// PostgreSQL (fsync on) share the machine. 16 callers at once.
// Floor: the same sealings in process, by the same code with as many signing threads. Naive: pdf-lib and sm-crypto in process.
// CPU time is that of all processes together.
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import smCrypto from 'sm-crypto';
import { LICENSE_CLIENT, SEAL } from '../bin/seed/values.ts';
import { KEYS_DEV } from '../bin/serve/keys.ts';
import { makeTokenSource } from '../common/client/token-source.ts';
import { makeSignerPool } from '../common/keys/signer-pool.ts';
import { sealDocument } from '../seal/flow/seal-document.ts';
import { memorySource } from '../seal/pdf/byte-source.ts';
import { type BenchHouse, startBenchHouse } from './house.ts';
import { type Benchmark, measure, type Result } from './measure.ts';
import { makePdfOfSize, makeSealKit } from './seal-kit.ts';
import { makeFloor, sealNaively, signedBytes } from './sealing.ts';

const CALLERS = 16;
const SEALINGS = 160;
const WORKERS = 2;

export const httpSealing: Benchmark = {
  name: 'http-sealing',
  run: async () => {
    const house = await startBenchHouse({ XINJI_SEAL_WORKERS: `${WORKERS}` });
    const now = new Date();
    const kit = await makeSealKit(now);
    const pool = makeSignerPool(new Map([['signer-1', kit.key]]), WORKERS);
    const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
    try {
      const pdf = await makePdfOfSize(100_000);
      const getToken = await tokenSource(house);
      const order = { source: memorySource(pdf), party: kit.party, page: 1, placement: {}, time: now };
      const compute = makeFloor(await signedBytes(pdf, kit, now), kit, pdf.length);
      const naiveKey = smCrypto.sm2.generateKeyPairHex();
      let number = 0;
      const overHttp = async (): Promise<void> => {
        const token = await getToken();
        await seal(agent, house.world.sealUrl, pdf, token, `bench-${process.pid}-${++number}`);
      };
      const variants = {
        floor: () => atOnce(() => sealDocument({ signer: pool }, order)),
        http: () => atOnce(overHttp),
        'computation alone': async () => {
          for (let i = 0; i < SEALINGS; i++) compute();
        },
        'pdf-lib + sm-crypto': async () => {
          for (let i = 0; i < SEALINGS / 32; i++) await sealNaively(pdf, kit.party, kit.picturePng, naiveKey);
        },
      };
      const title = 'Sealing 100 KB over HTTP';
      const result = await measure(title, `${SEALINGS} sealings`, variants, { rounds: 5, cpuMs: house.cpuMs });
      return [perSealing(result)];
    } finally {
      agent.destroy();
      await pool.close();
      await house.stop();
    }
  },
};

/** The naive way is measured on fewer sealings. */
function perSealing(result: Result): Result {
  const [floor] = result.rows;
  const rows = result.rows.map((row) => {
    const count = row.variant.startsWith('pdf-lib') ? SEALINGS / 32 : SEALINGS;
    const [wall, cpu] = [row.wall_ms / count, row.cpu_ms / count];
    const round = (value: number): number => Number(value.toPrecision(3));
    return {
      variant: row.variant,
      wall_ms: round(wall),
      cpu_ms: round(cpu),
      wall_ratio: round((wall * SEALINGS) / floor!.wall_ms),
      cpu_ratio: round((cpu * SEALINGS) / floor!.cpu_ms),
    };
  });
  return { ...result, unit: `one sealing, ${CALLERS} callers at once, dual container, verified before release`, rows };
}

async function atOnce(act: () => Promise<unknown>): Promise<void> {
  let left = SEALINGS;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (left-- > 0) await act();
    }),
  );
}

async function tokenSource({ world }: BenchHouse): Promise<() => Promise<string>> {
  return makeTokenSource({
    issuer: world.identityUrl,
    clientId: LICENSE_CLIENT.clientId,
    keyPem: await readFile(join(KEYS_DEV, 'license/client.key.pem'), 'utf8'),
    resource: world.sealUrl,
    scope: 'seal:use',
    allowHttp: true,
    clock: () => new Date(),
  });
}

function seal(agent: Agent, baseUrl: string, pdf: Uint8Array, token: string, key: string): Promise<void> {
  const path = `/v1/sealings?seal=${SEAL.esID}&class=license&level=B&x_mm=120&y_mm=30`;
  const headers = {
    Authorization: `Bearer ${token}`,
    'Idempotency-Key': key,
    'Content-Type': 'application/pdf',
    'Content-Length': pdf.length,
  };
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, baseUrl), { method: 'POST', agent, headers }, (answer) => {
      answer.on('error', reject);
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 201 ? resolve() : reject(new Error(`sealing answered ${answer.statusCode}`)),
      );
    });
    call.on('error', reject);
    call.end(pdf);
  });
}
