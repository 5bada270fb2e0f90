// What the hash chain of events costs: the statement that makes a license visible (issue, license, version, way of the holder,
// event), 32 callers at once, PostgreSQL with fsync on. The floor writes the event and nothing more; the chained variant
// writes the row that waits too, while a chain takes what waits, and is done when the last event is chained.
// CPU time is that of this process and of PostgreSQL together.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { SCHEMAS } from '../bin/schemas.ts';
import { makeAuditLog } from '../common/audit/audit-log.ts';
import { connect } from '../common/db/connect.ts';
import { removeEmbedded, startEmbedded } from '../common/db/embedded.ts';
import { migrateAll } from '../common/db/migrate.ts';
import { runStatement } from '../common/db/statement.ts';
import { makeUuid7 } from '../common/ids.ts';
import { makeLog } from '../common/log.ts';
import type { LicenseEvent } from '../license/domain/license-event.ts';
import { identifierOfVersion } from '../license/domain/license-identifier.ts';
import { makeEventChain } from '../license/flow/chain-events.ts';
import { makeFollow } from '../license/flow/follow-events.ts';
import { eventFragment, eventValues } from '../license/store/events.ts';
import { treeCpuMs } from './house.ts';
import { type Benchmark, measure, ownCpuMs } from './measure.ts';

const CALLERS = 32;
const ISSUES_A_CALLER = 50;
const ISSUES = CALLERS * ISSUES_A_CALLER;
const TYPE = '11100000MB0D000965001';
const AUTHORITY = '11360100MB0D00010M';
const EVENT_AT = 15;

const REGISTERED = `issue as (
    insert into license.issues (organisation, case_id, license_type, operation, item, issue_id, client_id, actor, license_id,
      version, identifier, fingerprint, asked_box, number_key, region, holder_keys, wrapped_keys, seal_esid, state, attempts,
      next_attempt_at, created_at, finished_at)
    values ($1, $2, $3, 'issue', 1, $4, 'bench', 'bench', $5, 1, $6, $7, $8, $7, '360100', $9, $10, '36010000000001', 'done',
      1, $11, $11, $11) returning license_id),
  license as (
    insert into license.licenses (license_id, license_type, authority_code, region, organisation, number_key, state,
      state_changed_at, version, identifier, valid_from, valid_to, holder_keys, wrapped_keys, created_at)
    select license_id, $3, $12, '360100', $1, $7, 'valid', $11, 1, $6, '2026-01-01', '2036-01-01', $9, $10, $11 from issue),
  version as (
    insert into license.license_versions (license_id, version, identifier, type_version, template_version, operation, issue_id,
      issued_on, valid_from, valid_to, payload_box, file_sm3, stored_sm3, file_size, sealing_id, created_at)
    select license_id, 1, $6, 1, 1, 'issue', $4, '2026-01-01', '2026-01-01', '2036-01-01', $8, $7, $7, 120000, $13, $11
    from issue),
  holder as (
    insert into license.holder_licenses (holder_key, license_type, license_id, since)
    select $14, $3, license_id, $11 from issue)`;

const CHAINED = { name: 'bench-issue-chained', text: `with ${REGISTERED}, ${eventFragment(EVENT_AT)} select 1` };
const BARE = { name: 'bench-issue-bare', text: CHAINED.text.replace(/,\s+unchained as \(.*\)(?= select 1$)/s, '') };

let number = 0;
const run = randomBytes(4).toString('hex').toUpperCase();

async function issue(db: Knex, statement: typeof CHAINED): Promise<void> {
  number += 1;
  const now = new Date();
  const licenseId = `${TYPE}.${AUTHORITY}.${run}${number}`;
  const identifier = identifierOfVersion(licenseId, 1);
  const [digest, holder, wrapped, payload] = [randomBytes(32), randomBytes(32), randomBytes(85), randomBytes(700)];
  const event: LicenseEvent = {
    ...{
      eventId: makeUuid7(now),
      at: now,
      kind: 'issued',
      licenseId,
      identifier,
      actor: 'bench',
      organisation: AUTHORITY,
    },
    ...{ basis: 'authority', requestId: `req_${number}_0123456789abcdefghjk`, detailBox: randomBytes(140) },
  };
  const place = [
    AUTHORITY,
    `CASE-${run}-${number}`,
    TYPE,
    `iss_${run}_${number}`,
    licenseId,
    identifier,
    digest,
    payload,
  ];
  const keys = [[holder], [wrapped], now, AUTHORITY, `seal_${number}`, holder];
  await runStatement(db, statement, [...place, ...keys, ...eventValues(event)]);
}

export const licenseChain: Benchmark = {
  name: 'license-chain',
  run: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'xinji-bench-chain-'));
    const server = await startEmbedded({ dataDir });
    const roleUrl = new URL(server.url);
    [roleUrl.username, roleUrl.password] = ['bench_room', 'bench'];
    const rooms = SCHEMAS.map((schema) => ({ ...schema, url: roleUrl.href }));
    await migrateAll({ ownerUrl: server.url, rooms });
    const db = connect(server.url, { applicationName: 'bench issue', poolMin: CALLERS, poolMax: CALLERS });
    const own = connect(server.url, { applicationName: 'bench chain', poolMin: 1, poolMax: 1, byKey: true });
    const audit = makeAuditLog({ db: own, schema: 'license', room: 'license' });
    const follow = makeFollow({ clock: () => new Date() });
    try {
      const postmaster = Number((await readFile(join(server.folder, 'pgdata/postmaster.pid'), 'utf8')).split('\n')[0]);
      const variants = {
        floor: () => callers(() => issue(db, BARE)),
        chained: async () => {
          const chain = makeEventChain({ audit, log: makeLog('bench', 'warn'), follow });
          chain.start();
          await callers(() => issue(db, CHAINED));
          await chain.stop();
        },
      };
      const cpuMs = (): number => ownCpuMs() + treeCpuMs([postmaster]);
      const result = await measure('License chain', `${ISSUES} issues, ${CALLERS} callers`, variants, {
        rounds: 15,
        cpuMs,
      });
      const waiting = await db('license.unchained_events').count<{ count: number }[]>();
      if (waiting[0]!.count !== 0) throw new Error('events still wait for their chain');
      const each = (value: number): number => Number((value / ISSUES).toPrecision(3));
      const rows = result.rows.map((row) => ({ ...row, wall_ms: each(row.wall_ms), cpu_ms: each(row.cpu_ms) }));
      return [{ ...result, unit: `one issue statement, ${CALLERS} callers at once`, rows }];
    } finally {
      await audit.close();
      await Promise.all([db.destroy(), own.destroy()]);
      await server.stop();
      await removeEmbedded(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

async function callers(act: () => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (let turn = 0; turn < ISSUES_A_CALLER; turn++) await act();
    }),
  );
}
