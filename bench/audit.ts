// A row of an audit log against a plain insert, 16 concurrent callers, PostgreSQL with fsync on. The floor commits each row
// by itself on a connection of its caller, as a table of events does; the chained rows share one connection and its batches.
// CPU time is that of this process and of PostgreSQL together.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMAS } from '../bin/schemas.ts';
import { makeAuditLog } from '../common/audit/audit-log.ts';
import type { AuditEntry } from '../common/audit/entry.ts';
import { connect } from '../common/db/connect.ts';
import { startEmbedded } from '../common/db/embedded.ts';
import { migrateAll } from '../common/db/migrate.ts';
import { treeCpuMs } from './house.ts';
import { type Benchmark, measure, ownCpuMs } from './measure.ts';

const CALLERS = 16;
const ROWS_A_CALLER = 100;
const ROWS = CALLERS * ROWS_A_CALLER;

export const audit: Benchmark = {
  name: 'audit',
  run: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'xinji-bench-audit-'));
    const server = await startEmbedded({ dataDir });
    const roleUrl = new URL(server.url);
    [roleUrl.username, roleUrl.password] = ['bench_room', 'bench'];
    const rooms = SCHEMAS.map((schema) => ({ ...schema, url: roleUrl.href }));
    await migrateAll({ ownerUrl: server.url, rooms });
    const plain = connect(server.url, { applicationName: 'bench plain', poolMin: CALLERS, poolMax: CALLERS });
    const chain = connect(server.url, { applicationName: 'bench chain', poolMin: 1, poolMax: 1 });
    const log = makeAuditLog({ db: chain, schema: 'seal', room: 'seal' });
    try {
      await plain.raw(`create table public.plain_rows (id bigserial primary key, at timestamptz not null, kind text not null,
        subject text not null, actor text not null, request_id text, detail json not null)`);
      const postmaster = Number((await readFile(join(server.folder, 'pgdata/postmaster.pid'), 'utf8')).split('\n')[0]);
      const insert = async (number: number): Promise<void> => {
        const { requestId, detail, ...row } = makeEntry(number);
        const values = { ...row, request_id: requestId, detail: JSON.stringify(detail) };
        await plain('public.plain_rows').insert(values).options({ name: 'plain-row' });
      };
      const variants = {
        floor: () => callers(insert),
        chained: () => callers((number) => log.append(makeEntry(number))),
      };
      const cpuMs = (): number => ownCpuMs() + treeCpuMs([postmaster]);
      const result = await measure('Audit log', `${ROWS} rows, ${CALLERS} callers at once`, variants, {
        rounds: 15,
        cpuMs,
      });
      const perRow = (value: number): number => Number((value / ROWS).toPrecision(3));
      const rows = result.rows.map((row) => ({ ...row, wall_ms: perRow(row.wall_ms), cpu_ms: perRow(row.cpu_ms) }));
      return [{ ...result, unit: `one row, ${CALLERS} callers at once`, rows }];
    } finally {
      await log.close();
      await plain.destroy();
      await chain.destroy();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

async function callers(act: (number: number) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let turn = 0; turn < ROWS_A_CALLER; turn++) await act(caller * ROWS_A_CALLER + turn);
    }),
  );
}

/** As the seal room writes them. */
function makeEntry(number: number): AuditEntry {
  return {
    at: new Date(),
    kind: 'sealing.released',
    subject: '36010000000001',
    actor: 'license',
    requestId: `req_${number}_0123456789abcdefghjk`,
    detail: {
      result: 'sealed',
      sealing_id: `seal_${number}_0123456789abcdefghjk`,
      idempotency_key: `case-${number}`,
      input_sm3: 'ab'.repeat(32),
      input_size: 102_400,
      place: { page: 1, x_mm: 100, y_mm: 30, reason: '核发' },
      data_sm3: 'cd'.repeat(32),
      eseal_sm3: 'ef'.repeat(32),
      field: 'Signature1',
      signed_at: new Date().toISOString(),
    },
  };
}
