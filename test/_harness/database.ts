// A database of its own for a test file, copied from the migrated template of this run: stores are tested on real
// PostgreSQL, with the rights that each room really has.
import { randomBytes } from 'node:crypto';
import { type ExecutionContext, registerCompletionHandler } from 'ava';
import type { Knex } from 'knex';
import { connect } from '../../common/db/connect.ts';

export type TestRoom = 'identity' | 'license' | 'seal';

/** Handed down by test/run.ts. */
export type TestServer = {
  readonly ownerUrl: string;
  readonly prefix: string;
  readonly template: string;
  readonly roles: Readonly<Record<string, { readonly name: string; readonly password: string }>>;
};

export type TestDatabase = {
  readonly ownerUrl: string;
  /** What a room would find in XINJI_<ROOM>_DATABASE_URL. */
  readonly urls: Readonly<Record<TestRoom, string>>;
  /** A pool as that room's role, or as the owner; ended with the database. */
  connect(who: TestRoom | 'owner', poolMax?: number): Knex;
  /** Ends the pools and drops the database; called by itself when the test or the file is over. */
  close(): Promise<void>;
};

/** The server of this run; tests that need it are started by `npm test`. */
export function testServer(): TestServer {
  const text = process.env['TEST_SERVER'];
  if (!text) throw new Error('there is no test server: run `npm test -- FILE` instead of ava alone');
  return JSON.parse(text) as TestServer;
}

/** URL of another database on the same server, as owner or as a role. */
export function urlOf(server: TestServer, database: string, room?: TestRoom): string {
  const url = new URL(server.ownerUrl);
  url.pathname = `/${database}`;
  const role = room === undefined ? undefined : server.roles[room];
  if (role) {
    url.username = role.name;
    url.password = role.password;
  }
  return url.href;
}

/**
 * A new database from the template (about 50 ms). Call it in `test.before(async (t) => …)` for a whole file, or in a
 * test. Leave `t` out and it lasts until the file is done.
 */
export async function testDatabase(t?: ExecutionContext<unknown>): Promise<TestDatabase> {
  const server = testServer();
  const name = `${server.prefix}_${randomBytes(5).toString('hex')}`;
  await copyTemplate(server, name);
  const pools: Knex[] = [];
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all(pools.map((pool) => pool.destroy()));
    await asOwner(server, (db) => db.raw('drop database if exists ?? with (force)', [name]));
  };
  const database: TestDatabase = {
    ownerUrl: urlOf(server, name),
    urls: {
      identity: urlOf(server, name, 'identity'),
      license: urlOf(server, name, 'license'),
      seal: urlOf(server, name, 'seal'),
    },
    connect: (who, poolMax = 10) => {
      const url = who === 'owner' ? database.ownerUrl : database.urls[who];
      const pool = connect(url, { applicationName: `xinji test ${who}`, poolMax });
      pools.push(pool);
      return pool;
    },
    close: () => (closing ??= close()),
  };
  if (t === undefined || isHook(t)) registerCompletionHandler(() => void database.close());
  else t.teardown(database.close);
  return database;
}

/** A hook has no teardown of its own. */
function isHook(t: ExecutionContext<unknown>): boolean {
  return /^(before|after)(Each)?(\.always)? hook/.test(t.title);
}

async function copyTemplate(server: TestServer, name: string): Promise<void> {
  await asOwner(server, (db) => db.raw('create database ?? template ?? strategy file_copy', [name, server.template]));
}

async function asOwner(server: TestServer, work: (db: Knex) => Knex.Raw): Promise<void> {
  const db = connect(server.ownerUrl, { applicationName: 'xinji test', poolMax: 1 });
  try {
    await work(db);
  } finally {
    await db.destroy();
  }
}
