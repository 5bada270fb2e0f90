// Issuing a license over HTTP, from the department's request to its answer: two rooms, their database, the file on disk.
// Floor: what nobody can do without: three SM2 signatures (seal, CMS, time stamp) with their verifications, the SM3 of what is
// signed and of the file, its encryption at rest, and the two statements of an issue. CPU time is that of the rooms and
// PostgreSQL together, warm; per license it must stay within 3 × the floor of the same run. What the case system costs is said
// beside it. Then the rate that eight case systems reach at once, and how long a license takes, 99 of 100, at half that rate.
import { createHash, createSign, createVerify, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../bin/demo/world.ts';
import { CITIZENS, ISSUING_DEPARTMENT, LICENSE_TYPE } from '../bin/seed/values.ts';
import { utf8 } from '../common/bytes.ts';
import { closeBox, makeBoxKey } from '../common/crypto/sealed-box.ts';
import { connect } from '../common/db/connect.ts';
import { startBenchHouse } from './house.ts';
import { issueInTables } from './issue-statement.ts';
import { type LeanClient, makeLeanClient } from './lean-client.ts';
import { type Benchmark, ownCpuMs, type Result } from './measure.ts';
import { measureSides } from './measure-sides.ts';
import { makeSealKit, type SealKit } from './seal-kit.ts';
import { makeFloor } from './sealing.ts';

const FACE_BYTES = 110_000;
const FILE_BYTES = 131_000;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 15);
const WARM_UP = 300;
const AT_ONCE = 8;
const RATED = Number(process.env['BENCH_ISSUES'] ?? 400);

export const issuing: Benchmark = {
  name: 'issuing',
  run: async () => {
    const house = await startBenchHouse();
    const db = connect(house.ownerUrl, { applicationName: 'bench', poolMax: 1 });
    const client = makeLeanClient(house.world.licenseUrl);
    try {
      const compute = await makeComputation();
      const issue = await makeIssue(house.world, client);
      await repeat(WARM_UP, issue);
      const { roomsCpuMs, postgresCpuMs } = house;
      const houseCpuMs = (): number => roomsCpuMs() + postgresCpuMs();
      const floor = async () => {
        compute();
        await issueInTables(db);
      };
      const variants = {
        floor: { act: (times: number) => repeat(times, floor), cpuMs: () => ownCpuMs() + postgresCpuMs() },
        house: { act: (times: number) => repeat(times, issue), cpuMs: houseCpuMs },
        [`house, ${AT_ONCE} at once`]: { act: (times: number) => atOnce(times, issue), cpuMs: houseCpuMs },
      };
      const options = { rounds: ROUNDS, times: 40, floor: ['floor'], postgresCpuMs };
      const one = await measureSides('Issuing a license', 'one license over HTTP', variants, options);
      return [one, await measureRate(issue)];
    } finally {
      client.close();
      await db.destroy();
      await house.stop();
    }
  },
};

async function makeIssue(world: World, client: LeanClient): Promise<() => Promise<void>> {
  const getToken = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  let number = 0;
  return async () => {
    const headers = { Authorization: `Bearer ${await getToken()}`, 'Content-Type': 'application/json' };
    const status = await client.post('/v1/licenses', headers, utf8(JSON.stringify(requestOf(++number))));
    if (status !== 201) throw new Error(`issuing answered ${status}`);
  };
}

async function repeat(times: number, act: () => Promise<void>): Promise<void> {
  for (let count = 0; count < times; count += 1) await act();
}

async function makeComputation(): Promise<() => void> {
  const kit = await makeSealKit(new Date());
  const seal = makeFloor(randomBytes(FILE_BYTES - 20_000), kit, FACE_BYTES);
  const file = randomBytes(FILE_BYTES);
  const key = makeBoxKey(randomBytes(32));
  return () => {
    seal();
    signOnce(kit);
    createHash('sm3').update(file).digest();
    createHash('sm3')
      .update(closeBox(key, file, 'file'))
      .digest();
  };
}

/** The token of the time-stamp authority: signed, and verified by who asked. */
function signOnce({ key, party }: SealKit): void {
  const message = randomBytes(250);
  const signature = createSign('sm3').update(message).sign(key.keyObject);
  createVerify('sm3').update(message).verify(party.signerCertificate.publicKey().keyObject, signature);
}

/** By as many case systems as AT_ONCE says. */
async function atOnce(times: number, act: () => Promise<void>): Promise<void> {
  let left = times;
  const work = async (): Promise<void> => {
    while (left-- > 0) await act();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Wall milliseconds a license when eight ask at once, and of one license at half that rate: median and 99 of 100. */
async function measureRate(issue: () => Promise<void>): Promise<Result> {
  const started = performance.now();
  await atOnce(RATED, issue);
  const each = (performance.now() - started) / RATED;
  const taken: number[] = [];
  const under: Promise<void>[] = [];
  for (let n = 0; n < RATED / 2; n++) {
    const begun = performance.now();
    under.push(issue().then(() => void taken.push(performance.now() - begun)));
    await sleep(each * 2);
  }
  await Promise.all(under);
  taken.sort((a, b) => a - b);
  const at = (share: number): number => Number(taken[Math.floor((taken.length - 1) * share)]!.toFixed(1));
  const row = (variant: string, wall: number) => ({ variant, wall_ms: wall, cpu_ms: 0, wall_ratio: 1, cpu_ratio: 0 });
  return {
    benchmark: 'Rate of issuing',
    unit: `ms a license, ${AT_ONCE} case systems at once, then single ones at half that rate`,
    rounds: 1,
    rows: [
      row(`${AT_ONCE} at once, a license each`, Number(each.toFixed(2))),
      row('half the rate, median', at(0.5)),
      row('half the rate, p99', at(0.99)),
    ],
  };
}

function requestOf(number: number): unknown {
  const { name, codeType, code } = CITIZENS[0];
  const today = new Date().toISOString().slice(0, 10);
  return {
    case_id: `BENCH-${number}`,
    license_type: LICENSE_TYPE,
    license_number: `示卫健证字第${number}号`,
    holders: [{ name, code_type: codeType, code }],
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: today,
      conclusion: '合格',
    },
  };
}
