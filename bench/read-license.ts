// Reading a license by its identifier through HTTP, against the same named statements sent by bare pg, 32 callers each, in
// turns. The room reads who asks, whether he works for the authority, license and version, the key of the holder, opens the
// record, and writes the event of the reading. Wall time decides: the room must reach 0.4 of the rate (wall ratio at most 2.5).
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { SCHEMAS } from '../bin/schemas.ts';
import { systemClock } from '../common/clock.ts';
import { connect } from '../common/db/connect.ts';
import { removeEmbedded, startEmbedded } from '../common/db/embedded.ts';
import { migrateAll } from '../common/db/migrate.ts';
import { makeUuid7 } from '../common/ids.ts';
import { licenseIdOf } from '../license/domain/license-identifier.ts';
import { recordReadings } from '../license/flow/authority-readings.ts';
import { authorityClient } from '../license/flow/issuer.ts';
import { getIssuedLicense } from '../license/flow/read-license.ts';
import { AUTHORITY, DEPARTMENT, makeMemoryFiles, registerDepartment, TYPE } from '../test/license/doubles.ts';
import { putLicense } from '../test/license/put-license.ts';
import { treeCpuMs } from './house.ts';
import { makeLeanClient } from './lean-client.ts';
import { BENCH_ROOM_KEYS } from './license-room.ts';
import { type Benchmark, measure, ownCpuMs } from './measure.ts';
import { CALLERS, each, recordStatements, type Statement, startRoom } from './redeem.ts';

const LICENSES = Number(process.env['BENCH_LICENSES'] ?? 2_000);
const A_TURN = CALLERS * 60;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 9);
const HOLDER = { name: '张三', codeType: '111', code: '360102199003077718' };

export const readLicense: Benchmark = {
  name: 'read-license',
  run: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'xinji-bench-read-'));
    const server = await startEmbedded({ dataDir });
    const roleUrl = new URL(server.url);
    [roleUrl.username, roleUrl.password] = ['bench_room', 'bench'];
    await migrateAll({ ownerUrl: server.url, rooms: SCHEMAS.map((schema) => ({ ...schema, url: roleUrl.href })) });
    const db = connect(server.url, { applicationName: 'bench', poolMax: 4 });
    const deps = { db, keys: BENCH_ROOM_KEYS, clock: systemClock, files: makeMemoryFiles() };
    await registerDepartment(deps, DEPARTMENT, { ...AUTHORITY, sealEsID: '36010000000001' });
    const identifiers: string[] = [];
    for (let n = 0; n < LICENSES; n++)
      identifiers.push(await putLicense(deps, { licenseType: TYPE, serial: `BENCH${n}`, holders: [HOLDER] }));
    const bare = Array.from({ length: CALLERS }, () => new pg.Client({ connectionString: roleUrl.href }));
    const room = await startRoom(roleUrl.href, DEPARTMENT, 'license:issue');
    try {
      await Promise.all(bare.map((client) => client.connect()));
      const postmaster = Number((await readFile(join(server.folder, 'pgdata/postmaster.pid'), 'utf8')).split('\n')[0]);
      const recorded = await recordStatements(async () => {
        const reader = await authorityClient(deps, DEPARTMENT);
        await recordReadings(deps, reader, 'license', [await getIssuedLicense(deps, reader, identifiers[0]!)]);
      });
      const http = makeLeanClient(room.url);
      const headers = { Authorization: `Bearer ${room.token}` };
      let at = 0;
      const next = (): readonly string[] =>
        Array.from({ length: A_TURN }, () => identifiers[(at++ * 7919) % identifiers.length]!);
      const variants = {
        floor: () => each(next(), (identifier, caller) => sendBare(bare[caller]!, recorded, identifier)),
        http: () =>
          each(next(), async (identifier) => {
            const status = await http.get(`/v1/licenses/${identifier}`, headers);
            if (status !== 200) throw new Error(`a read answered ${status}`);
          }),
      };
      const cpuMs = (): number => ownCpuMs() + treeCpuMs([postmaster, room.pid]);
      const result = await measure('Read by identifier', '', variants, { rounds: ROUNDS, cpuMs });
      http.close();
      const one = (value: number): number => Number((value / A_TURN).toPrecision(3));
      const rows = result.rows.map((row) => ({ ...row, wall_ms: one(row.wall_ms), cpu_ms: one(row.cpu_ms) }));
      return [{ ...result, unit: `one license, ${CALLERS} callers at once, ${recorded.length} statements`, rows }];
    } finally {
      room.child.disconnect();
      await Promise.all([db.destroy(), ...bare.map((client) => client.end())]);
      await server.stop();
      await removeEmbedded(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

async function sendBare(client: pg.Client, statements: readonly Statement[], identifier: string): Promise<void> {
  const now = new Date();
  for (const { name, text, values } of statements) {
    const sent = name === 'license-with-version' ? [licenseIdOf(identifier), 1] : [...values];
    // An event of its own: id, time, license, leaf.
    if (name === 'event-insert')
      [sent[0], sent[1], sent[3], sent[10]] = [makeUuid7(now), now, licenseIdOf(identifier), randomBytes(32)];
    await client.query({ name, text, values: sent });
  }
}
