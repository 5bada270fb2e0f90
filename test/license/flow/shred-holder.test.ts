// Shredding: what is asked twice, what is left afterwards, and that nothing of a sole holder can be opened by whoever has
// every key of the house, all tables and all files.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { openAudit } from '../../../common/audit/open-audit.ts';
import { verifyAudit } from '../../../common/audit/verify-audit.ts';
import { utf8 } from '../../../common/bytes.ts';
import { systemClock } from '../../../common/clock.ts';
import { boxKeyId, closeBox } from '../../../common/crypto/sealed-box.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import type { FileStore } from '../../../common/files/file-store.ts';
import { makeUuid7 } from '../../../common/ids.ts';
import { makeLog } from '../../../common/log.ts';
import {
  closePayload,
  type DataKey,
  openHolderKey,
  openLicenseKey,
  openPayload,
} from '../../../license/domain/data-keys.ts';
import { closeEventDetail } from '../../../license/domain/event-detail.ts';
import { closeReason } from '../../../license/domain/open-license.ts';
import { makeEventChain } from '../../../license/flow/chain-events.ts';
import { saveDraft } from '../../../license/flow/drafts.ts';
import { getLicense, listHolderLicenses } from '../../../license/flow/open-license.ts';
import { readSealedFile, storeSealedFile } from '../../../license/flow/sealed-files.ts';
import { type ShreddingOutcome, shredHolder } from '../../../license/flow/shred-holder.ts';
import { verifyEvents } from '../../../license/flow/verify-events.ts';
import { insertEvent } from '../../../license/store/events.ts';
import { findHolderKeys } from '../../../license/store/holder-keys.ts';
import { signer } from '../../common/audit/log-kit.ts';
import { openFiles } from '../registry-rows.ts';
import {
  AUTHORITY,
  consentTo,
  keyOf,
  LISI,
  makeSharingWorld,
  NOON,
  roomKeys,
  type SharingWorld,
  storeLicense,
  TYPE,
  ZHANGSAN,
} from '../sharing-world.ts';

const ADMIN = 'sub-of-the-administrator';
const REASON = '依据行政复议决定书〔2026〕17号';
const nonce = () => randomBytes(16);
const order = (change: Partial<Parameters<typeof shredHolder>[2]> = {}) => ({
  holder: ZHANGSAN,
  reason: REASON,
  ...change,
});
const askedOf = (outcome: ShreddingOutcome) => ('asked' in outcome ? outcome.asked : null)!;

async function confirm(world: SharingWorld, change: Partial<Parameters<typeof shredHolder>[2]> = {}) {
  const { confirmation } = askedOf(await shredHolder(world.deps, ADMIN, order(change)));
  return shredHolder(world.deps, ADMIN, order({ ...change, confirmation }));
}

/** Everything that the room keeps about a license, in every table that holds boxes, and its files. */
async function furnish(world: SharingWorld, identifier: string, files: FileStore) {
  const { dataKey, head } = await getLicense(world.deps, identifier);
  const { licenseId, licenseType: type } = head;
  const { db } = world;
  const words = utf8('张三 的话');
  const file = await storeSealedFile(files, dataKey, `file ${identifier}`, utf8('%PDF 张三'));
  await storeSealedFile(files, dataKey, 'copy 1', utf8('%PDF 张三 加注'));
  await db('license.licenses')
    .where({ license_id: licenseId })
    .update({ state_reason_box: closeReason(dataKey, '张三 申请', nonce()) });
  const eventId = makeUuid7(NOON);
  const detailBox = closeEventDetail(dataKey, eventId, { purpose: '为张三办理' }, nonce());
  const who = { actor: 'case-system', organisation: AUTHORITY.code, basis: 'authority', requestId: null };
  await insertEvent(db, { eventId, at: NOON, kind: 'read', licenseId, identifier, ...who, detailBox });
  await db('license.presentations').insert({
    presentation_id: licenseId,
    holder_key: head.holderKeys[0],
    items: JSON.stringify([{ license_id: licenseId }]),
    created_at: NOON,
    ends_at: new Date(NOON.getTime() + 60_000),
  });
  await db('license.presentation_answers').insert({
    presentation_id: licenseId,
    license_id: licenseId,
    place: 0,
    answer_box: closePayload(dataKey, 'answer 1', words, nonce()),
  });
  await db('license.corrections').insert({
    correction_id: licenseId,
    kind: 'correction',
    license_id: licenseId,
    identifier,
    authority_code: AUTHORITY.code,
    holder_key: head.holderKeys[0],
    request_box: closePayload(dataKey, 'text correction', words, nonce()),
    asked_at: NOON,
  });
  await putIntent(db, { ...head, type }, closePayload(dataKey, 'issue 1 asked', words, nonce()));
  return { dataKey, file };
}

type Intended = {
  licenseId: string;
  type: string;
  identifier: string;
  holderKeys: readonly Uint8Array[];
  wrappedKeys: readonly Uint8Array[];
};

async function putIntent(db: Knex, intended: Intended, askedBox: Uint8Array, state = 'done'): Promise<void> {
  const { licenseId, type, identifier, holderKeys, wrappedKeys } = intended;
  await db('license.issues').insert({
    ...{
      organisation: AUTHORITY.code,
      case_id: `${licenseId} ${state}`,
      license_type: type,
      operation: 'issue',
      item: 1,
    },
    ...{
      issue_id: `iss_${licenseId}`,
      client_id: 'case-system',
      actor: 'case-system',
      license_id: licenseId,
      version: 1,
    },
    ...{ identifier, fingerprint: sm3(askedBox), asked_box: askedBox, number_key: sm3(askedBox), region: '360100' },
    ...{ holder_keys: [...holderKeys], wrapped_keys: [...wrappedKeys], seal_esid: '36010000000001', state },
    ...{ content_box: state === 'done' ? null : askedBox, next_attempt_at: NOON, created_at: NOON },
  });
}

/** All values of all tables of the room: bytes one by one, everything else as text. */
async function readEverything(db: Knex): Promise<{ readonly bytes: Uint8Array[]; readonly text: string }> {
  const { rows: tables } = await db.raw(
    `select table_name as name from information_schema.tables
     where table_schema = 'license' and table_name <> 'catalog_entries'
       and table_name !~ '_(\\d\\d|\\d{4}_\\d\\d|default)$'`,
  );
  const bytes: Uint8Array[] = [];
  const text: string[] = [];
  const take = (value: unknown): void => {
    if (value instanceof Uint8Array) bytes.push(value);
    else if (Array.isArray(value)) value.forEach(take);
    else text.push(JSON.stringify(value));
  };
  for (const { name } of tables) for (const row of await db(`license.${name}`)) Object.values(row).forEach(take);
  // The account of the world's holder bears his name; those of the identity room are random.
  return { bytes, text: text.join('\n').replaceAll('sub-张三', 'sub-1') };
}

/** The ids of all keys that somebody can open who has the master key, the secret of the room and all tables. */
async function reachableKeys(db: Knex): Promise<ReadonlySet<string>> {
  const ids = new Set([roomKeys.sessionBox.id, ...roomKeys.holderKeyBox.map(({ id }) => id)]);
  const rows: { holder_key: Uint8Array; key_id: string; box: Uint8Array }[] = await db('license.holder_keys');
  const holders = rows.map((row) => ({ holderKey: row.holder_key, keyId: row.key_id, box: row.box }));
  for (const holder of holders) ids.add(openHolderKey(roomKeys, holder).key.id);
  for (const table of ['licenses', 'issues'])
    for (const row of await db(`license.${table}`)) {
      const wraps = { holderKeys: row.holder_keys, wrappedKeys: row.wrapped_keys };
      try {
        ids.add(openLicenseKey(roomKeys, row.license_id, wraps, holders).box.id);
      } catch {
        // nobody opens it
      }
    }
  return ids;
}

test('the first asking changes nothing and says what would be destroyed; only its confirmation destroys', async (t) => {
  const world = await makeSharingWorld(t);
  const sole = await storeLicense(world.db);
  await storeLicense(world.db, { holders: [ZHANGSAN, LISI] });
  const asked = askedOf(await shredHolder(world.deps, ADMIN, order()));
  t.like(asked, { destroyed: 1, kept: 1 });
  t.is((await getLicense(world.deps, sole.identifier)).content.holders[0].name, '张三');

  const { confirmation } = asked;
  const refused = { code: 'shredding-not-confirmed' };
  const again = (change: Partial<Parameters<typeof shredHolder>[2]>, by = ADMIN) =>
    shredHolder(world.deps, by, order({ confirmation, ...change }));
  await t.throwsAsync(again({ confirmation: '0'.repeat(16) }), refused);
  await t.throwsAsync(again({ reason: '另一个理由' }), refused);
  await t.throwsAsync(again({ holder: LISI }), refused);
  await t.throwsAsync(again({}, 'another-administrator'), refused);
  world.setTime(new Date(NOON.getTime() + 21 * 60_000));
  await t.throwsAsync(again({}), refused);
  world.setTime(NOON);
  await storeLicense(world.db);
  await t.throwsAsync(again({}), refused, 'what would be destroyed is more than was seen');
  t.is((await world.db('license.shreddings')).length, 0);
  t.is((await listHolderLicenses(world.deps, keyOf(ZHANGSAN))).length, 3);
});

test('nothing of a sole holder can be opened by anybody; a joint license stays with the other; the chain verifies', async (t) => {
  const world = await makeSharingWorld(t);
  const { db, deps } = world;
  const files = openFiles(t);
  const sole = await storeLicense(db);
  const joint = await storeLicense(db, { holders: [ZHANGSAN, LISI] });
  const own = await furnish(world, sole.identifier, files);
  const shared = await furnish(world, joint.identifier, files);
  await consentTo(world);
  const house = await openChain(t, world);
  await house.chain.run();

  const namedBy = async ({ box }: DataKey) =>
    (await readEverything(db)).bytes.filter((bytes) => boxKeyId(bytes) === box.id).length;
  const before = await namedBy(own.dataKey);
  t.true(before >= 7, 'payload, reason, event, consent, answer, correction, intent');
  t.true((await reachableKeys(db)).has(own.dataKey.box.id));
  t.deepEqual(house.hasPlain(await readEverything(db)), [], 'nothing lies in clear before either');

  const outcome = await confirm(world);
  t.like('done' in outcome ? outcome.done : null, { destroyed: 1, kept: 1, reason: REASON, orderedBy: ADMIN });

  // Every box that is left and every file, against every key that is left.
  const reachable = await reachableKeys(db);
  t.false(reachable.has(own.dataKey.box.id), 'the data key is gone for everybody');
  t.true(reachable.has(shared.dataKey.box.id));
  t.true((await namedBy(own.dataKey)) > 0, 'ciphertext is still there');
  const everything = await readEverything(db);
  t.deepEqual(house.hasPlain(everything), []);
  t.false(everything.text.includes('办理食品经营许可'), 'his consents went with their purposes');
  const names = (await files.list(null, 100)).map(({ sm3 }) => sm3);
  const opened = await Promise.all(names.map(async (name) => reachable.has(boxKeyId((await files.get(name))!)!)));
  t.is(opened.filter((isOpen) => isOpen).length, 2, 'only the files of the joint license');
  await t.throwsAsync(getLicense(deps, sole.identifier), { code: 'license-shredded' });
  t.deepEqual(await listHolderLicenses(deps, keyOf(ZHANGSAN)), []);
  t.is((await db('license.presentations').where({ holder_key: keyOf(ZHANGSAN) })).length, 0);

  // The joint license, its file, and why it was touched, through the other holder.
  const left = await getLicense(deps, joint.identifier);
  t.deepEqual(
    left.content.holders.map(({ name }) => name),
    ['张三', '李四'],
  );
  const pdf = await readSealedFile(files, left.dataKey, `file ${joint.identifier}`, shared.file);
  t.deepEqual(pdf, utf8('%PDF 张三'));
  const [told] = await db('license.events').where({ kind: 'shredded', license_id: joint.licenseId });
  const detail = openPayload(left.dataKey, `event ${told.event_id}`, told.detail_box);
  t.deepEqual(JSON.parse(Buffer.from(detail).toString()), { reason: REASON });
  const [silent] = await db('license.events').where({ kind: 'shredded', license_id: sole.licenseId });
  t.like(silent, { actor: ADMIN, detail_box: null });

  // Shredding is an event as every other; leaves hash ciphertext, so the chain stands.
  await house.chain.run();
  const proof = await house.verify();
  t.deepEqual(proof.faults, []);
  t.true(proof.events!.events >= 5);
});

test('what the desk keeps of his licenses goes too: cells of lists and drafts, of no other license', async (t) => {
  const world = await makeSharingWorld(t);
  const { db } = world;
  const own = await storeLicense(db);
  const other = await storeLicense(db, { holders: [LISI] });
  const box = randomBytes(80);
  const who = { organisation: AUTHORITY.code, license_type: '1'.repeat(21), created_at: NOON };
  const list = { client_id: 'c', actor: 'a', authority_code: AUTHORITY.code, title: 't', file_sm3: box, header: '[]' };
  await db('license.batches').insert({ ...who, ...list, batch_id: 'b', idempotency_key: 'k', state: 'done' });
  for (const [line, { identifier }] of [own, other].entries()) {
    await db('license.batch_rows').insert({
      batch_id: 'b',
      line,
      case_id: `${line}`,
      state: 'issued',
      cells_box: box,
      identifier,
    });
    const draft = { draft_id: `d${line}`, account: 'a', operation: 'change', identifier, box, changed_at: NOON };
    await db('license.drafts').insert({ ...who, ...draft });
  }
  await confirm(world);
  const rows = await db('license.batch_rows').orderBy('line');
  t.deepEqual(
    rows.map(({ cells_box: cells }) => cells === null),
    [true, false],
  );
  t.deepEqual(
    (await db('license.drafts')).map(({ identifier }) => identifier),
    [other.identifier],
  );
});

test('rows of lists and drafts that name him and led to no license go too, and are not issued any more', async (t) => {
  const world = await makeSharingWorld(t);
  const { db } = world;
  await storeLicense(db);
  const list = {
    client_id: 'c',
    actor: 'a',
    authority_code: AUTHORITY.code,
    title: 't',
    header: '[]',
    created_at: NOON,
  };
  const of = { organisation: AUTHORITY.code, license_type: TYPE, file_sm3: randomBytes(32), state: 'checked' };
  const put = async (batchId: string, line: number, state: string, code: string, column = 'holder_code') => {
    const cells = utf8(JSON.stringify({ case_id: 'C', holder_name: '某人', [column]: code }));
    const cells_box = closeBox(roomKeys.deskBox, cells, `license.batch_rows.cells ${batchId} ${line}`, nonce());
    const fault = state === 'bad' ? '某项 is after issued_on, 2026-11-20' : null;
    await db('license.batch_rows').insert({ batch_id: batchId, line, case_id: 'C', state, cells_box, fault });
  };
  for (const batchId of ['bat_1', 'bat_2'])
    await db('license.batches').insert({ ...list, ...of, batch_id: batchId, idempotency_key: batchId });
  await put('bat_1', 2, 'bad', ZHANGSAN.code);
  await put('bat_1', 3, 'good', ` ${ZHANGSAN.code.replace('3', '３')}`);
  await put('bat_1', 4, 'good', LISI.code);
  await put('bat_2', 2, 'waiting', ZHANGSAN.code, 'holder_2_code');
  await put('bat_2', 3, 'refused', ZHANGSAN.code);
  const clerk = { clientId: 'license', account: 'clerk-1', organisation: AUTHORITY.code };
  for (const [draftId, code] of [
    ['drf_1', ZHANGSAN.code],
    ['drf_2', LISI.code],
  ] as const)
    await saveDraft(world.deps, clerk, {
      draftId,
      licenseType: TYPE,
      follows: null,
      content: { cells: { holder_code: code } },
    });
  // A next version may name another holder, or none: it goes with those who hold the license.
  const follows = { identifier: 'x', operation: 'change' } as const;
  for (const [draftId, code] of [
    ['drf_3', ZHANGSAN.code],
    ['drf_4', LISI.code],
  ] as const)
    await saveDraft(world.deps, clerk, {
      draftId,
      licenseType: TYPE,
      follows,
      content: { cells: { occupation: '保洁' }, heldBy: [code] },
    });
  await confirm(world);
  t.deepEqual(
    (await db('license.drafts').orderBy('draft_id')).map(({ draft_id: id }) => id),
    ['drf_2', 'drf_4'],
  );
  const rows = await db('license.batch_rows').orderBy(['batch_id', 'line']);
  t.deepEqual(
    rows.map(({ state, cells_box: cells, fault }) => [state, cells === null, fault]),
    [
      ['bad', true, null],
      ['stopped', true, null],
      ['good', false, null],
      ['stopped', true, null],
      ['refused', true, null],
    ],
  );
});

test('a holder who comes back has another key: new licenses are readable, the destroyed ones stay destroyed', async (t) => {
  const world = await makeSharingWorld(t);
  const gone = await storeLicense(world.db);
  const joint = await storeLicense(world.db, { holders: [ZHANGSAN, LISI] });
  await confirm(world);
  const back = await storeLicense(world.db);
  const own = await listHolderLicenses(world.deps, keyOf(ZHANGSAN));
  t.deepEqual(
    own.map(({ version }) => version.identifier),
    [back.identifier],
  );
  await t.throwsAsync(getLicense(world.deps, gone.identifier), { code: 'license-shredded' });
  t.is((await getLicense(world.deps, joint.identifier)).content.holders.length, 2, 'through the other holder');
  await confirm(world, { holder: LISI });
  await t.throwsAsync(getLicense(world.deps, joint.identifier), { code: 'license-shredded' });
});

test('nobody is shredded twice, nor somebody unknown, nor while a license is being issued to him', async (t) => {
  const world = await makeSharingWorld(t);
  await t.throwsAsync(shredHolder(world.deps, ADMIN, order()), { code: 'holder-not-found' });
  const { identifier, licenseId } = await storeLicense(world.db);
  const { head, dataKey } = await getLicense(world.deps, identifier);
  const box = closePayload(dataKey, 'issue 2 asked', utf8('{}'), nonce());
  await putIntent(world.db, { ...head, type: head.licenseType }, box, 'intended');
  await t.throwsAsync(confirm(world), { code: 'license-pending' });
  t.is((await findHolderKeys(world.db, [keyOf(ZHANGSAN)])).length, 1, 'and nothing was done');
  await world.db('license.issues').where({ license_id: licenseId }).delete();
  const { confirmation } = askedOf(await shredHolder(world.deps, ADMIN, order()));
  const both = await Promise.allSettled([1, 2].map(() => shredHolder(world.deps, ADMIN, order({ confirmation }))));
  t.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await t.throwsAsync(confirm(world), { code: 'holder-not-found' });
  t.is((await world.db('license.shreddings')).length, 1);
  await t.throwsAsync(world.db('license.shreddings').delete(), { message: /permission denied|append-only/ });
});

async function openChain(t: ExecutionContext, world: SharingWorld) {
  const copyFolder = await mkdtemp(join(tmpdir(), 'xinji-shred-'));
  t.teardown(() => rm(copyFolder, { recursive: true, force: true }));
  const at = { databaseUrl: world.url, schema: 'license', room: 'license', signer, copyFolder };
  const log = makeLog('license', 'silent');
  const { audit, checkpoints, close } = openAudit({ ...at, clock: systemClock, log });
  t.teardown(close);
  const chain = makeEventChain({ audit, log, follow: async () => undefined });
  const request = { db: world.db, schema: 'license', room: 'license', certificates: [signer.certificate], copyFolder };
  const secrets = ['张三', '李四', ZHANGSAN.code, LISI.code, '餐饮服务', '示例市第一人民医院', '示例健证（2026）'];
  return {
    chain,
    verify: async () => {
      await checkpoints.run();
      return verifyAudit({ ...request, verifyEvents });
    },
    /** What of the holders can be read as it lies there. */
    hasPlain: ({ bytes, text }: { readonly bytes: Uint8Array[]; readonly text: string }) =>
      secrets.filter((word) => text.includes(word) || bytes.some((box) => Buffer.from(box).includes(word))),
  };
}
