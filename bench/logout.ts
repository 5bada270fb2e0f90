// 780 of 780: one citizen logs in once and crosses 780 systems, 20 at a time; one logout reaches all of them, with 5 % down
// for a while. Server, PostgreSQL, systems and browser share the machine. Floor: as many ES256 signatures and POSTs to the
// same listener, 64 at once, as the logout needs for the systems that are up.
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { type Browser, makeBrowser } from '../bin/demo/browser.ts';
import { connect } from '../common/db/connect.ts';
import { type BenchHouse, startBenchHouse } from './house.ts';
import type { Benchmark, Result, Row } from './measure.ts';
import { type RelyingParties, startRelyingParties } from './relying-parties.ts';

const SYSTEMS = 780;
const DOWN = 39;
const AT_ONCE = 20;
const DELIVERIES_AT_ONCE = 64;

export const logout: Benchmark = {
  name: 'logout',
  run: async () => {
    const house = await startBenchHouse({ XINJI_IDENTITY_LOGOUT_RETRY_SECONDS: '2,4,8,16,30,60,60,60' });
    const db = connect(house.ownerUrl, { applicationName: 'bench', poolMax: 4 });
    const systems = await startRelyingParties(db, house.world.identityUrl, SYSTEMS);
    try {
      return [await tell(house, db, systems)];
    } finally {
      systems.stop();
      await db.destroy();
      await house.stop();
    }
  },
};

async function tell(house: BenchHouse, db: Knex, systems: RelyingParties): Promise<Result> {
  const measure = async (variant: string, act: () => Promise<unknown>): Promise<Measured> => {
    const cpu = house.cpuMs();
    const start = performance.now();
    await act();
    return { variant, wall: performance.now() - start, cpu: house.cpuMs() - cpu };
  };
  const receipts = async (state: string): Promise<number> =>
    Number((await db('identity.logout_notices').where({ state }).count())[0]?.['count']);
  const until = async (delivered: number): Promise<void> => {
    while ((await receipts('delivered')) < delivered) await sleep(50);
  };

  const browser = makeBrowser();
  const crossing = await measure(`log in once, cross ${SYSTEMS} systems, ${AT_ONCE} at a time`, () =>
    crossAll(house, systems, browser),
  );
  for (const id of systems.ids.slice(-DOWN)) systems.down.add(id);
  const form = await browser.open(`${house.world.identityUrl}/oidc/session/end`);
  let page: Promise<Measured> | undefined;
  const told = await measure(`logout: receipts of the ${SYSTEMS - DOWN} that are up`, async () => {
    page = measure('logout: the person has the page', () => browser.submit(form, { logout: 'yes' }, '/session/end'));
    await until(SYSTEMS - DOWN);
  });
  const answered = (await page)!;
  systems.down.clear();
  const returned = await measure(`receipts of all ${SYSTEMS} after ${DOWN} came back`, () => until(SYSTEMS));
  const waiting = (await receipts('waiting')) + (await receipts('dead'));
  if (waiting > 0 || systems.told.size !== SYSTEMS) throw new Error(`${waiting} not told, ${systems.told.size} told`);
  const floor = await measure('floor', () => postAll(`${systems.url}/logout/floor`, SYSTEMS - DOWN));
  return toResult([floor, crossing, answered, told, returned]);
}

type Measured = { readonly variant: string; readonly wall: number; readonly cpu: number };

async function crossAll(house: BenchHouse, systems: RelyingParties, browser: Browser): Promise<void> {
  const [first, ...others] = systems.ids;
  const begun = await systems.begin(first!);
  const page = await browser.open(begun.target);
  const credentials = { login: 'zhangsan', password: house.world.passwords.zhangsan };
  const sids = new Set([await systems.finish(begun, (await browser.submit(page, credentials)).url)]);
  const walk = async (): Promise<void> => {
    for (let id = others.shift(); id !== undefined; id = others.shift()) sids.add(await systems.cross(browser, id));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
  if (sids.size !== SYSTEMS) throw new Error(`${sids.size} of ${SYSTEMS} systems were crossed`);
}

async function postAll(url: string, count: number): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let left = count;
  const post = async (): Promise<void> => {
    while (left-- > 0) {
      const token = createSign('sha256').update(randomBytes(400)).sign(privateKey, 'base64url');
      const body = new URLSearchParams({ logout_token: token.repeat(5) });
      await (await fetch(url, { method: 'POST', body })).arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: DELIVERIES_AT_ONCE }, post));
}

function toResult(all: readonly Measured[]): Result {
  const [floor] = all as [Measured];
  const three = (value: number): number => Number(value.toPrecision(3));
  const rows = all.map(
    ({ variant, wall, cpu }): Row => ({
      variant,
      wall_ms: three(wall),
      cpu_ms: three(cpu),
      wall_ratio: three(wall / floor.wall),
      cpu_ratio: three(cpu / floor.cpu),
    }),
  );
  return { benchmark: 'Logout', unit: `${SYSTEMS} systems, ${DOWN} of them down for a while`, rounds: 1, rows };
}
