// Issuing a license over HTTP, from the department's request to its answer: two rooms, their database, the file on disk.
// Floor: what nobody can do without: three SM2 signatures (seal, CMS, time stamp) with their verifications, the SM3 of what is
// signed and of the file, its encryption at rest, and the two statements of an issue. CPU time is that of client, rooms and
// PostgreSQL together; CPU per license must stay within 3 × the floor of the same run. Then the rate that eight case systems
// reach at once, and how long a license takes, 99 of 100, at half that rate.
import { createHash, createSign, createVerify, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../bin/demo/api.ts';
import { CITIZENS, ISSUING_DEPARTMENT, LICENSE_TYPE } from '../bin/seed/values.ts';
import { closeBox, makeBoxKey } from '../common/crypto/sealed-box.ts';
import { connect } from '../common/db/connect.ts';
import { startBenchHouse } from './house.ts';
import { issueInTables } from './issue-statement.ts';
import { type Benchmark, measure, type Result } from './measure.ts';
import { makeSealKit, type SealKit } from './seal-kit.ts';
import { makeFloor } from './sealing.ts';

const FACE_BYTES = 110_000;
const FILE_BYTES = 131_000;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 15);
const AT_ONCE = 8;
const RATED = Number(process.env['BENCH_ISSUES'] ?? 400);

export const issuing: Benchmark = {
  name: 'issuing',
  run: async () => {
    const house = await startBenchHouse();
    const db = connect(house.ownerUrl, { applicationName: 'bench', poolMax: 1 });
    try {
      const compute = await makeComputation();
      const token = house.world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
      let number = 0;
      const issue = async (): Promise<void> => {
        const json = requestOf(++number);
        const answer = await call('POST', `${house.world.licenseUrl}/v1/licenses`, { token, json });
        if (answer.status !== 201) throw new Error(`issuing answered ${answer.status}`);
      };
      const variants = {
        floor: async () => {
          compute();
          await issueInTables(db);
        },
        house: issue,
      };
      const one = await measure('Issuing a license', 'one license over HTTP, one client', variants, {
        rounds: ROUNDS,
        times: 10,
        cpuMs: house.cpuMs,
      });
      return [one, await measureRate(issue)];
    } finally {
      await db.destroy();
      await house.stop();
    }
  },
};

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

/** Wall milliseconds a license when eight ask at once, and of one license at half that rate: median and 99 of 100. */
async function measureRate(issue: () => Promise<void>): Promise<Result> {
  const started = performance.now();
  let left = RATED;
  const work = async (): Promise<void> => {
    while (left-- > 0) await issue();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
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
