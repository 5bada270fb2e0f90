// kill -9 of the license room, of the seal room and of their database sessions while a case system issues: every case that
// was acknowledged has exactly one license, one event and one file, nothing that was not is visible, and xinji fsck finds no
// fault. The rooms run as `xinji serve` starts them. 60 issues and 3 kills in the suite, where sessions of the database are
// ended and its processes left to others; with TEST_KILL_ISSUES=2000 two thousand, 60 kills, and processes of the database
// killed too (run it alone; four minutes). Last run of that, 2026-11-22: 2,000 cases, 60 kills, 265 requests that broke or were
// promised and came again, 92 promised first; 2,000 licenses, one each, and no fault.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ROOMS } from '../../bin/rooms.ts';
import { CITIZENS, LICENSE_TYPE } from '../../bin/seed/values.ts';
import { type Children, makeChildren } from '../../bin/serve/children.ts';
import type { LicenseDocument } from '../../common/contract/license.ts';
import { fsckRegistry } from '../../license/flow/fsck.ts';
import { type House, startHouse } from '../_harness/house.ts';

const GIVEN = process.env['TEST_KILL_ISSUES'];
const TOTAL = Number(GIVEN ?? 60);
const KILLS = GIVEN === undefined ? 3 : 60;
const CALLERS = 8;
const MAX_TRIES = 200;
const VICTIMS = ['license', 'seal', 'database'] as const;

let house: House;
const rooms = new Map<'license' | 'seal', Children>();
/** Resolves when the rooms can be called. */
let up: Promise<void>;

test.before(async (t) => {
  t.timeout(600_000);
  house = await startHouse();
  await keepCommits();
  await house.stopRoom('license');
  await house.stopRoom('seal');
  for (const room of ['seal', 'license'] as const) await start(room);
  up = Promise.resolve();
});
test.after.always(async () => {
  for (const children of rooms.values()) await children.stop();
});

/** The server of the tests forgets its last commits when it dies; a real one does not, and here it dies. */
async function keepCommits(): Promise<void> {
  const owner = house.database.connect('owner', 1);
  const { rows } = await owner.raw<{ rows: { name: string }[] }>('select current_database() as name');
  await owner.raw('alter database ?? set synchronous_commit = on', [rows[0]!.name]);
}

async function start(room: 'license' | 'seal'): Promise<void> {
  const { env: given } = house.environments.find((one) => one.room.name === room)!;
  const children = makeChildren({ stopSeconds: 20 });
  rooms.set(room, children);
  const { main } = ROOMS.find(({ name }) => name === room)!;
  await children.start([{ name: room, main, env: { ...given, XINJI_LOG_LEVEL: 'fatal' } }]);
}

/** A room is gone at once and comes again; the database ends sessions, or loses a process and restarts itself. */
async function kill(victim: (typeof VICTIMS)[number]): Promise<void> {
  const owner = house.database.connect('owner', 1);
  if (victim !== 'database') {
    rooms.get(victim)!.kill();
    await rooms.get(victim)!.stop();
    await start(victim);
  } else {
    const role = new URL(house.database.urls.license).username;
    const { rows } = await owner.raw<{ rows: { pid: number }[] }>(
      'select pid from pg_stat_activity where usename = ? and datname = current_database()',
      [role],
    );
    if (GIVEN === undefined)
      await owner.raw('select pg_terminate_backend(pid) from unnest(?::integer[]) as pid', [
        rows.map(({ pid }) => pid),
      ]);
    else execFileSync('kill', ['-9', `${rows[0]!.pid}`]);
  }
  await letLeasesEnd();
}

/** As if the time of the leases had passed, so that nobody waits for a minute. */
async function letLeasesEnd(): Promise<void> {
  const owner = house.database.connect('owner', 1);
  for (let tries = 0; ; tries++) {
    try {
      for (const table of ['license.issues', 'seal.sealings'])
        await owner(table)
          .where({ state: 'intended' })
          .update({ lease_until: new Date(0) });
      return;
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      await sleep(50);
    }
  }
}

function requestOf(number: number): object {
  const { name, codeType, code } = CITIZENS[number % CITIZENS.length]!;
  return {
    case_id: `KILLED-${number}`,
    license_type: LICENSE_TYPE,
    license_number: `示卫健证字第${number}号`,
    holders: [{ name, code_type: codeType, code }],
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: new Date().toISOString().slice(0, 10),
      conclusion: '合格',
    },
  };
}

type Told = { readonly identifier: string; readonly sm3: string };

/** One request: the license, `promised`, or null when nothing was acknowledged. */
async function request(bearer: string, number: number): Promise<Told | 'promised' | null> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  try {
    const url = `${house.urls.license}/v1/licenses`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(requestOf(number)) });
    const answer = (await response.json()) as LicenseDocument & { readonly code?: string };
    if (response.status === 202) return 'promised';
    // What says "repeat": a room or the database is away, or somebody else works on it since a lease ended.
    if (response.status === 503 || answer.code === 'license-pending') return null;
    if (response.status > 201) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
    return { identifier: answer.identifier, sm3: answer.file.sm3 };
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null; // the connection broke
    throw error;
  }
}

test.serial('every acknowledged case has one license, one event and one file; fsck finds no fault', async (t) => {
  t.timeout(600_000 + TOTAL * 2_000);
  const bearer = house.tokenFor('health-commission', 'license', 'license:issue');
  const told = new Map<number, Told>();
  const promised = new Set<number>();
  const killAfter = Array.from({ length: KILLS }, (_, index) => Math.ceil(((index + 1) * TOTAL) / (KILLS + 1)));
  let [next, kills, broken] = [0, 0, 0];

  const issue = async (number: number): Promise<void> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      await up;
      const answer = await request(await bearer(), number);
      if (answer === 'promised') promised.add(number);
      else if (answer) return void told.set(number, answer);
      broken += 1;
      await sleep(50);
    }
    t.fail(`case ${number} was not answered in ${MAX_TRIES} tries`);
  };
  const issueAll = async (): Promise<void> => {
    while (next < TOTAL) {
      await issue(next++);
      if (kills === KILLS || told.size < killAfter[kills]!) continue;
      const victim = VICTIMS[kills % VICTIMS.length]!;
      kills += 1;
      up = up.then(() => kill(victim));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, issueAll));
  await up;
  t.is(told.size, TOTAL);
  t.is(kills, KILLS);

  // Asked again, each case tells the same license.
  for (const [number, first] of told) t.deepEqual(await request(await bearer(), number), first);
  t.is(new Set([...told.values()].map(({ identifier }) => identifier)).size, TOTAL);

  const owner = house.database.connect('owner', 1);
  const rowsOf = async (table: string): Promise<number> =>
    Number((await owner(`license.${table}`).count({ n: '*' }))[0]!['n']);
  for (const table of ['issues', 'licenses', 'license_versions', 'holder_licenses', 'events'])
    t.is(await rowsOf(table), TOTAL, table);
  await rooms.get('license')!.stop();
  const db = house.database.connect('license', 2);
  const finding = await fsckRegistry({ ...house.license, db }, { readFiles: true });
  t.deepEqual(finding.faults, []);
  t.log(`${TOTAL} issues, ${KILLS} kills, ${promised.size} promised first, ${broken} requests broken or promised`);
});
