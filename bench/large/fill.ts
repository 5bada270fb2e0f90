// A registry with so many licenses, filled by binary COPY with its indexes in place: rows in the order of a year, keys in none.
import { pipeline } from 'node:stream/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { SCHEMAS } from '../../bin/schemas.ts';
import { migrateAll } from '../../common/db/migrate.ts';
import { makeCopyRows } from './binary-copy.ts';
import {
  type AddRow,
  addLicense,
  addPerson,
  LICENSES_A_HOLDER,
  makeLicense,
  type Person,
  TABLES,
} from './registry-rows.ts';

export type Filled = {
  /** Of the database. */
  readonly name: string;
  readonly licenses: number;
  readonly minutes: number;
  readonly gigabytes: number;
};

const BATCH = 20_000;
const BREATH = 100;
const YEAR_MS = 365 * 86_400_000;

/** A database of its own on the server of `ownerUrl`. */
export async function fillRegistry(ownerUrl: string, name: string, licenses: number): Promise<Filled> {
  const url = await makeDatabase(ownerUrl, name);
  const say = (line: string): void => console.error(`${new Date().toISOString()} ${name}: ${line}`);
  const clients = await Promise.all(Object.values(TABLES).map(() => open(url)));
  const [client] = clients;
  const started = performance.now();
  try {
    await useAutovacuum(client!, false); // it would read the growing tables again and again
    await makePastMonths(client!);
    const make = makeRows(licenses);
    let sent: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < licenses; from += BATCH) {
      const batch = await make(from, Math.min(licenses, from + BATCH));
      await sent;
      sent = Promise.all(batch.map(({ table, bytes }, index) => send(clients[index]!, table, bytes)));
      if (from % (BATCH * 10) === 0) say(`${from} of ${licenses}`);
    }
    await sent;
    say('all sent');
    await client!.query('vacuum (analyze)');
    say('vacuumed');
    await useAutovacuum(client!, true);
    const minutes = (performance.now() - started) / 60_000;
    await client!.query('checkpoint');
    const { rows } = await client!.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
    return { name, licenses, minutes, gigabytes: Number(rows[0]!.bytes) / 1e9 };
  } finally {
    await Promise.all(clients.map((one) => one.end()));
  }
}

async function useAutovacuum(client: pg.Client, used: boolean): Promise<void> {
  await client.query(`alter system set autovacuum = ${used ? 'on' : 'off'}`);
  await client.query('select pg_reload_conf()');
}

type Sent = { readonly table: keyof typeof TABLES; readonly bytes: Buffer };

/** Makes the rows of a batch; called for one batch after the other, since a joint license needs the holder before. */
function makeRows(licenses: number): (from: number, until: number) => Promise<readonly Sent[]> {
  const rows = Object.fromEntries(Object.entries(TABLES).map(([name, table]) => [name, makeCopyRows(table)]));
  const add: AddRow = (table, values) => rows[table]!.add(values);
  const begin = Date.now() - YEAR_MS;
  let before: Person | undefined;
  let person: Person | undefined;
  return async (from, until) => {
    for (let number = from; number < until; number++) {
      const at = new Date(Math.trunc(begin + (number / licenses) * YEAR_MS));
      if (number % LICENSES_A_HOLDER === 0 || !person) {
        before = person;
        person = addPerson(add, number / LICENSES_A_HOLDER, at);
      }
      const holders = before && number % 20 === 0 ? ([person, before] as const) : ([person] as const);
      addLicense(add, number, makeLicense(number, holders), at);
      if (number % BREATH === 0) await breathe(); // what was made before goes out meanwhile
    }
    return Object.entries(rows).map(([table, made]) => ({ table: table as keyof typeof TABLES, bytes: made.take() }));
  };
}

async function send(client: pg.Client, table: keyof typeof TABLES, bytes: Buffer): Promise<void> {
  const { name, columns } = TABLES[table];
  await pipeline(
    [bytes],
    client.query(copyFrom(`copy ${name} (${Object.keys(columns).join(', ')}) from stdin (format binary)`)),
  );
}

async function makeDatabase(ownerUrl: string, name: string): Promise<string> {
  const owner = await open(ownerUrl);
  try {
    await owner.query(`create database ${name}`);
  } finally {
    await owner.end();
  }
  const url = urlOf(ownerUrl, name);
  const roleUrl = new URL(url);
  [roleUrl.username, roleUrl.password] = ['bench_room', 'bench'];
  await migrateAll({ ownerUrl: url, rooms: SCHEMAS.map((schema) => ({ ...schema, url: roleUrl.href })) });
  return url;
}

/** Of another database on the same server. */
export function urlOf(ownerUrl: string, name: string): string {
  const url = new URL(ownerUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The months before this one, whose partitions a registry of that age has. */
async function makePastMonths(client: pg.Client): Promise<void> {
  await client.query(`do $$
    declare first timestamptz;
    begin
      for back in 1..12 loop
        first := (date_trunc('month', now() at time zone 'UTC') - make_interval(months => back)) at time zone 'UTC';
        execute format('create table license.%I partition of license.events for values from (%L) to (%L)',
          'events_' || to_char(first at time zone 'UTC', 'YYYY_MM'), first,
          (first at time zone 'UTC' + interval '1 month') at time zone 'UTC');
      end loop;
    end $$`);
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench fill' });
  await client.connect();
  return client;
}
