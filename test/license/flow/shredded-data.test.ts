// What is left after shredding: nothing of a sole holder can be opened by whoever has every key of the house, all tables and
// all files.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { openAudit } from '../../../common/audit/open-audit.ts';
import { verifyAudit } from '../../../common/audit/verify-audit.ts';
import { utf8 } from '../../../common/bytes.ts';
import { systemClock } from '../../../common/clock.ts';
import { boxKeyId } from '../../../common/crypto/sealed-box.ts';
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
import { getLicense, listHolderLicenses } from '../../../license/flow/open-license.ts';
import { readSealedFile, storeSealedFile } from '../../../license/flow/sealed-files.ts';
import { verifyEvents } from '../../../license/flow/verify-events.ts';
import { insertEvent } from '../../../license/store/events.ts';
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
  ZHANGSAN,
} from '../sharing-world.ts';
import { ADMIN, confirm, nonce, putIntent, REASON } from '../shredding-kit.ts';

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
