// `xinji fsck` on a registry that is whole, and on one that somebody changed: each fault is found by name, and nothing else.
import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { makeAuditLog } from '../../common/audit/audit-log.ts';
import { utf8 } from '../../common/bytes.ts';
import { versionRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import { makeLog } from '../../common/log.ts';
import { identifierOfVersion, licenseIdOf } from '../../license/domain/license-identifier.ts';
import { makeEventChain } from '../../license/flow/chain-events.ts';
import { actOnLicense } from '../../license/flow/change-state.ts';
import { fsckRegistry, fsckWithin } from '../../license/flow/fsck.ts';
import { issueVersion } from '../../license/flow/issue-version.ts';
import { authorityClient, issuerOfClient } from '../../license/flow/issuer.ts';
import { shredHolder } from '../../license/flow/shred-holder.ts';
import { type TestDatabase, testDatabase } from '../_harness/database.ts';
import { AUTHORITY, DEPARTMENT, issueAs, makeRequest, TYPE, tryIssue, ZHANGSAN } from './doubles.ts';
import { freeEvents, keys, licenseIdAt, NOON, openFiles, putLicense } from './registry-rows.ts';
import { makeWorld } from './world.ts';

type House = {
  readonly database: TestDatabase;
  readonly db: Knex;
  readonly files: FileStore;
  chain(): Promise<unknown>;
  fsck(now?: Date): Promise<readonly string[]>;
};

/** Three licenses, the second of two versions; everything is chained. */
async function makeHouse(t: ExecutionContext): Promise<House> {
  const database = await testDatabase(t);
  const db = database.connect('license', 4);
  const files = openFiles(t);
  const audit = makeAuditLog({ db: database.connect('license', 1), schema: 'license', room: 'license' });
  const { run } = makeEventChain({ audit, log: makeLog('license', 'silent'), follow: async () => undefined });
  for (const index of [1, 2, 3]) await putLicense({ db, keys, files, now: NOON, index, versions: index === 2 ? 2 : 1 });
  await run();
  const fsck = async (now: Date = new Date()): Promise<readonly string[]> => {
    const { faults } = await fsckRegistry({ db, files, keys, clock: () => now });
    return faults.map(({ kind, subject }) => `${kind} ${subject}`);
  };
  return { database, db, files, chain: run, fsck };
}

const second = licenseIdAt(2);
const [old, current] = [1, 2].map((version) => identifierOfVersion(second, version)) as [string, string];

test('a whole registry: the counts, no fault; files that are looked for by name only are not opened', async (t) => {
  const { db, files } = await makeHouse(t);
  const clock = (): Date => new Date();
  const finding = await fsckRegistry({ db, files, keys, clock });
  t.deepEqual(finding, {
    counts: {
      licenses: 3,
      versions: 4,
      shredded: 0,
      issues: 4,
      unfinished: 0,
      given_up: 0,
      holdings: 3,
      events: 4,
      waiting_events: 0,
      files: 4,
      files_opened: 4,
      fresh_files: 0,
    },
    faults: [],
    faultCount: 0,
  });
  const byName = await fsckRegistry({ db, files, keys, clock }, { readFiles: false });
  t.like(byName, { faultCount: 0, counts: { files: 4, files_opened: 0 } });
});

test('what the flows leave behind is whole: versions, acts, an issue that failed and was resumed, and one that did not', async (t) => {
  const world = await makeWorld(t);
  const issuer = await issuerOfClient(world.deps, DEPARTMENT, TYPE, AUTHORITY.code);
  const made = await issueAs(world.deps, DEPARTMENT, makeRequest());
  const { identifier } = made.license.content;
  const change = { operation: 'change', case_id: 'CASE-2', fields: { occupation: '保洁' } } as const;
  const changed = await issueVersion(world.deps, issuer, identifier, versionRequest.parse(change));
  t.is(changed.kind, 'issued');
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  for (const index of [3, 4]) await tryIssue(world.deps, DEPARTMENT, requestAt(index)).catch(() => undefined);
  world.seal.before = () => undefined;
  t.true(isIssued(await tryIssue(world.deps, DEPARTMENT, requestAt(3))));
  const second = identifierOfVersion(licenseIdOf(identifier), 2);
  const actor = await authorityClient(world.deps, DEPARTMENT);
  const act = { identifier: second, act: 'suspend', reason: '样例', idempotencyKey: 'suspend-1' } as const;
  await actOnLicense(world.deps, actor, act);
  const finding = await fsckRegistry(world.deps);
  t.deepEqual(finding.faults, []);
  const counts = { licenses: 2, versions: 3, issues: 4, unfinished: 1, events: 4, waiting_events: 4, files_opened: 3 };
  t.like(finding.counts, counts);
});

test('a holder whose key was destroyed leaves no fault: his license is counted, its file and its event stay', async (t) => {
  const { deps } = await makeWorld(t);
  await issueAs(deps, DEPARTMENT, makeRequest());
  const holder = { codeType: ZHANGSAN.code_type, code: ZHANGSAN.code };
  const first = await shredHolder(deps, 'admin', { holder, reason: '样例' });
  const confirmation = 'asked' in first ? first.asked.confirmation : undefined;
  t.true('done' in (await shredHolder(deps, 'admin', { holder, reason: '样例', confirmation })));
  const finding = await fsckRegistry(deps);
  t.deepEqual(finding.faults, []);
  t.like(finding.counts, { licenses: 1, shredded: 1, holdings: 0, files: 1, files_opened: 0, events: 2 });
});

const requestAt = (index: number) =>
  makeRequest({ case_id: `CASE-${index}`, license_number: `示例健证（2026）第00000${index}号` });
const isIssued = ({ kind }: { readonly kind: string }): boolean => kind === 'issued';

/** What the owner does; the faults it leads to. */
const CHANGES: readonly (readonly [name: string, sql: string, faults: readonly string[]])[] = [
  [
    'a version removed',
    `delete from license.license_versions where identifier = '${current}'`,
    [`head-differs ${second}`, `issue-without-version ${current}`, 'event-count EVENT', 'file-orphan FILE'],
  ],
  [
    'a license removed',
    `delete from license.licenses where license_id = '${second}'`,
    [`version-without-license ${old}`, `version-without-license ${current}`, `holder-differs ${second}`],
  ],
  [
    'the head set back to the older version',
    `update license.licenses set version = 1, identifier = '${old}' where license_id = '${second}'`,
    [`head-differs ${second}`],
  ],
  [
    'another end in the head',
    `update license.licenses set valid_to = '2040-01-01' where license_id = '${second}'`,
    [`head-differs ${second}`],
  ],
  [
    'an issue back to work although its license is there',
    `update license.issues set state = 'intended', content_box = '\\x00' where identifier = '${current}'`,
    [`version-without-issue ${current}`, `unfinished-issue-visible ${current}`],
  ],
  [
    'an issue removed',
    `delete from license.issues where identifier = '${current}'`,
    [`version-without-issue ${current}`],
  ],
  [
    'a finished issue that made nothing',
    `insert into license.issues select (jsonb_populate_record(i, '{"case_id": "CASE-X", "issue_id": "iss_x"}')).*
     from license.issues i where identifier = '${current}'`,
    [`issue-without-version ${current}`],
  ],
  [
    'a license that waits for an issue that is over',
    `update license.licenses set pending_issue = 'iss_2_2' where license_id = '${second}'`,
    [`issue-left-pending ${second}`],
  ],
  [
    'a way to a license of another',
    `insert into license.holder_licenses values ('\\x01', '11100000MB0D000965001', '${second}', now())`,
    [`holder-differs ${second}`],
  ],
  [
    'the way of a holder ended',
    `update license.holder_licenses set until = now() where license_id = '${second}'`,
    [`holder-differs ${second}`],
  ],
  [
    'boxes of two versions exchanged',
    `update license.license_versions v set payload_box = o.payload_box from license.license_versions o
     where v.license_id = '${second}' and o.license_id = '${second}' and v.version <> o.version`,
    [`payload-unreadable ${old}`, `payload-unreadable ${current}`],
  ],
  [
    'the record of another file',
    `update license.license_versions set file_sm3 = stored_sm3 where identifier = '${current}'`,
    [`file-corrupt ${current}`],
  ],
  [
    'an event removed',
    `delete from license.events where identifier = '${current}'`,
    [`event-count ${current}`, 'event-chain EVENT'],
  ],
  [
    'an event changed',
    `update license.events set actor = 'nobody' where identifier = '${current}'`,
    ['event-chain EVENT'],
  ],
];

test('found by name, whatever somebody does to the tables', async (t) => {
  const { database, files } = await makeHouse(t);
  const owner = database.connect('owner', 1);
  await freeEvents(owner);
  const later = new Date(Date.now() + 2 * 86_400_000);
  for (const [name, sql, expected] of CHANGES) {
    const trx = await owner.transaction();
    await trx.raw(sql);
    const { faults } = await fsckWithin({ db: trx, files, keys, clock: () => later });
    await trx.rollback();
    t.deepEqual(
      faults.map(({ kind, subject }) => `${kind} ${inShort(subject)}`),
      expected,
      name,
    );
  }
});

const inShort = (subject: string): string =>
  subject.replace(/^[0-9a-f]{64}$/, 'FILE').replace(/^[0-9a-f]{8}-.*/, 'EVENT');

test('files: missing, overwritten, for nothing; what was stored today is counted and no fault', async (t) => {
  const { db, files, fsck } = await makeHouse(t);
  const stored = await db('license.license_versions').orderBy('version', 'desc').first('stored_sm3', 'identifier');
  const name = Buffer.from(stored.stored_sm3).toString('hex');
  const stray = await files.put(utf8('nobody names it'));
  t.deepEqual(await fsck(), []);
  t.deepEqual(await fsck(new Date(Date.now() + 2 * 86_400_000)), [`file-orphan ${stray}`]);
  t.true(await files.remove(name));
  t.deepEqual(await fsck(), [`file-missing ${name}`]);
  const broken: FileStore = {
    ...files,
    list: async (after, limit) => {
      const page = await files.list(after, limit);
      const one = { sm3: name, size: 1, storedAt: new Date() };
      return after === null ? [...page, one].sort((a, b) => (a.sm3 < b.sm3 ? -1 : 1)) : page;
    },
    get: (sm3) => files.get(sm3 === name ? stray : sm3),
  };
  const { faults } = await fsckRegistry({ db, files: broken, keys, clock: () => new Date() });
  t.like(faults, [{ kind: 'file-unreadable', subject: stored.identifier }]);
});

test('an unfinished issue and one that was given up are no faults; a shredded license is counted', async (t) => {
  const { db, files, fsck } = await makeHouse(t);
  const issue = await db('license.issues').where({ identifier: current }).first();
  for (const state of ['intended', 'given_up'])
    await db('license.issues').insert({ ...issue, case_id: state, issue_id: state, state, content_box: Buffer.of(1) });
  const head = await db('license.licenses').where({ license_id: second }).first('holder_keys');
  await db('license.holder_keys').where({ holder_key: head.holder_keys[0] }).delete();
  t.deepEqual(await fsck(), []);
  const { counts } = await fsckRegistry({ db, files, keys, clock: () => new Date() });
  t.like(counts, { shredded: 2, unfinished: 1, given_up: 1, files: 4, files_opened: 2 });
});
