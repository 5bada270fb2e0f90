// Issuing a license over HTTP, from the department's request to its answer: two rooms, their database, the file on disk.
// Floor: what the sealing of a document of that size must compute (see sealing.ts) and one committed row.
// CPU time is that of client, rooms and PostgreSQL together.
import { randomBytes } from 'node:crypto';
import { call } from '../bin/demo/api.ts';
import { CITIZENS, ISSUING_DEPARTMENT, LICENSE_TYPE } from '../bin/seed/values.ts';
import { connect } from '../common/db/connect.ts';
import { startBenchHouse } from './house.ts';
import { type Benchmark, measure } from './measure.ts';
import { makeSealKit } from './seal-kit.ts';
import { makeFloor } from './sealing.ts';

const FACE_BYTES = 58_000;

export const issuing: Benchmark = {
  name: 'issuing',
  run: async () => {
    const house = await startBenchHouse();
    const db = connect(house.ownerUrl, { applicationName: 'bench', poolMax: 1 });
    try {
      await db.raw('create table public.bench_row (id bigserial primary key, content bytea not null)');
      const compute = makeFloor(randomBytes(FACE_BYTES + 30_000), await makeSealKit(new Date()), FACE_BYTES);
      const token = house.world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
      let number = 0;
      const variants = {
        floor: async () => {
          compute();
          await db.raw('insert into public.bench_row (content) values (?)', [randomBytes(1000)]);
        },
        house: async () => {
          const answer = await call('POST', `${house.world.licenseUrl}/v1/licenses`, {
            token,
            json: requestOf(++number),
          });
          if (answer.status !== 201) throw new Error(`issuing answered ${answer.status}`);
        },
      };
      return [
        await measure('Issuing a license', 'one license over HTTP, one client', variants, {
          rounds: 15,
          times: 10,
          cpuMs: house.cpuMs,
        }),
      ];
    } finally {
      await db.destroy();
      await house.stop();
    }
  },
};

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
