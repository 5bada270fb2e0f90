// An audit log on a database of its own, as the tests of common/audit need it, and the owner's hand behind its back.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import type { AuditFault } from '../../../common/audit/audit-fault.ts';
import type { AuditEntry, AuditRow } from '../../../common/audit/entry.ts';
import { type OpenAudit, openAudit } from '../../../common/audit/open-audit.ts';
import { type AuditFinding, verifyAudit } from '../../../common/audit/verify-audit.ts';
import { makeLog } from '../../../common/log.ts';
import { makeTimeStampToken } from '../../../common/pki/time-stamp.ts';
import { type TestDatabase, testDatabase } from '../../_harness/database.ts';
import { AT, issue, issueAuthority, issueTsa, sameTrust } from '../../_harness/pki.ts';

const authority = await issueAuthority('测试签发机构', null);
export const signer = await issue('审计检查点', authority);
export const stranger = await issue('别的检查点', authority);

const tsa = await issueTsa(authority);
const trust = sameTrust({ roots: [authority.certificate], intermediates: [] });

/** A token of the authority that the kit trusts, over this digest, at `AT`. */
export const token = (digest: Uint8Array): Promise<Uint8Array> =>
  makeTimeStampToken({
    policy: '1.2.3',
    digest,
    serial: Uint8Array.of(1),
    time: AT,
    nonce: null,
    certificate: tsa.certificate,
    chain: [],
    sign: tsa.sign,
  });

export type LogKit = {
  readonly database: TestDatabase;
  readonly owner: Knex;
  readonly folder: string;
  /** Another process would do the same. */
  readonly open: (overrides?: Partial<Parameters<typeof openAudit>[0]>) => OpenAudit;
  readonly verify: (copyFolder?: string | null) => Promise<AuditFinding>;
  /** Runs a statement as the owner of the tables, who first removes the triggers. */
  readonly tamper: (sql: string, bindings?: readonly unknown[]) => Promise<void>;
};

export async function makeLogKit(t: ExecutionContext<unknown>): Promise<LogKit> {
  const database = await testDatabase(t);
  const owner = database.connect('owner');
  const folder = await mkdtemp(join(tmpdir(), 'xinji-audit-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const db = database.connect('seal', 1);
  return {
    database,
    owner,
    folder,
    open: (overrides = {}) => {
      const opened = openAudit({
        databaseUrl: database.urls.seal,
        schema: 'seal',
        room: 'seal',
        signer,
        copyFolder: folder,
        clock: () => AT,
        log: makeLog('seal', 'silent'),
        ...overrides,
      });
      t.teardown(() => opened.close());
      return opened;
    },
    verify: (copyFolder = folder) =>
      verifyAudit({ db, schema: 'seal', room: 'seal', certificates: [signer.certificate], copyFolder, trust }),
    tamper: async (sql, bindings = []) => {
      for (const table of ['audit_entries', 'audit_checkpoints'])
        await owner.raw('alter table ?? disable trigger all', [`seal.${table}`]);
      await owner.raw(sql, [...bindings] as string[]);
    },
  };
}

export function entry(number: number, detail: Readonly<Record<string, unknown>> = {}): AuditEntry {
  const at = new Date(AT.getTime() + number);
  return { at, kind: 'test.row', subject: `subject ${number}`, actor: 'tester', requestId: `req_${number}`, detail };
}

/** A log of `count` rows in one chain with a checkpoint behind every third row. */
export async function fill(kit: LogKit, count: number): Promise<OpenAudit> {
  const opened = kit.open();
  for (let number = 1; number <= count; number++) {
    await opened.audit.append(entry(number, { 序号: number }));
    if (number % 3 === 0) await opened.checkpoints.run();
  }
  return opened;
}

/** `kind chain/row` or `kind checkpoint N`, in the order found. */
export const inShort = (faults: readonly AuditFault[]): readonly string[] =>
  faults.map(({ kind, chain, row, checkpoint }) =>
    chain === undefined ? `${kind} checkpoint ${checkpoint}` : `${kind} ${chain}/${row}`,
  );

export async function readRows(owner: Knex): Promise<readonly AuditRow[]> {
  const { rows } = await owner.raw<{ rows: AuditRow[] }>(
    `select chain, number, at, kind, subject, actor, request_id as "requestId", detail::text as detail,
       encode(previous, 'hex') as previous, encode(hash, 'hex') as hash from seal.audit_entries order by chain, number`,
  );
  return rows;
}
