// The migrated schema against its last dump, and the rights that every room's role really has.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { SCHEMAS } from '../bin/schemas.ts';
import { databaseErrorCode } from '../common/db/errors.ts';
import { testDatabase, testServer } from './_harness/database.ts';
import { dumpSchema } from './_harness/dump-schema.ts';

const FILE = join(import.meta.dirname, 'vectors/schema.sql');

test('the migrated schema is the one in test/vectors/schema.sql (UPDATE_SCHEMA=1 writes it anew)', async (t) => {
  const database = await testDatabase(t);
  const schemas = SCHEMAS.map(({ schema }) => schema);
  const { prefix } = testServer();
  const dump = await dumpSchema(database.connect('owner'), schemas, (text) => text.replaceAll(`${prefix}_`, ''));
  if (process.env['UPDATE_SCHEMA']) writeFileSync(FILE, dump);
  t.is(dump, readFileSync(FILE, 'utf8'));
});

test('every room has an append-only table of events, which neither its role nor the owner can change', async (t) => {
  const database = await testDatabase(t);
  const owner = database.connect('owner');
  for (const { room, schema } of SCHEMAS) {
    for (const db of [database.connect(room), owner]) {
      for (const change of ['update ??.events set at = now()', 'delete from ??.events', 'truncate ??.events']) {
        const error = await t.throwsAsync(async () => db.raw(change, [schema]), undefined, `${room}: ${change}`);
        t.is(databaseErrorCode(error), '42501', `${room}: ${change}: ${error?.message}`);
      }
    }
  }
});

test('rows of the usage log and checkpoints cannot be changed; a checkpoint takes one time stamp, later', async (t) => {
  const database = await testDatabase(t);
  const [owner, room] = [database.connect('owner'), database.connect('seal')];
  const bytes = Buffer.alloc(32);
  await room('seal.audit_checkpoints').insert({
    number: 1,
    at: new Date(),
    heads: '[]',
    previous: bytes,
    certificate_sm3: bytes,
    hash: bytes,
    signature: bytes,
  });
  const checkpoints = (db: typeof room) => db('seal.audit_checkpoints').where({ number: 1 });
  for (const db of [room, owner]) {
    for (const table of ['audit_entries', 'audit_checkpoints']) {
      for (const change of ['update ?? set at = now()', 'delete from ??', 'truncate ??']) {
        const error = await t.throwsAsync(async () => db.raw(change, [`seal.${table}`]), undefined, change);
        t.is(databaseErrorCode(error), '42501', `${table}: ${change}`);
      }
    }
  }
  t.is(await checkpoints(room).update({ time_stamp: bytes }), 1);
  for (const db of [room, owner]) {
    await t.throwsAsync(async () => checkpoints(db).update({ time_stamp: Buffer.alloc(1) }), {
      message: /append-only/,
    });
  }
});

test("no room's role can read, change or create anything in the schema of another", async (t) => {
  const database = await testDatabase(t);
  const owner = database.connect('owner');
  for (const { room } of SCHEMAS) {
    for (const { schema } of SCHEMAS.filter((other) => other.room !== room)) {
      const role = testServer().roles[room]!.name;
      const { rows } = await owner.raw<{ rows: { may: boolean }[] }>(
        "select has_schema_privilege(?, ?, 'usage') or has_schema_privilege(?, ?, 'create') as may",
        [role, schema, role, schema],
      );
      t.deepEqual(rows, [{ may: false }], `${role} on ${schema}`);
    }
  }
});
