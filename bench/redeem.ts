// Redeeming a presentation code through HTTP, against the same named statements sent by bare pg, 32 callers each, in turns. The
// room reads who asks, what the code stands for and the license, opens it, cuts and seals what was chosen, and uses the
// presentation up with its event in one statement; bare pg sends what that came to. Wall time decides: the room must reach
// 0.4 of the rate (wall ratio at most 2.5). Before it, codes are redeemed twice in parallel: each gives one success.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Knex } from 'knex';
import pg from 'pg';
import { SCHEMAS } from '../bin/schemas.ts';
import { KEYS_DEV } from '../bin/serve/keys.ts';
import { utf8 } from '../common/bytes.ts';
import { systemClock } from '../common/clock.ts';
import { connect } from '../common/db/connect.ts';
import { removeEmbedded, startEmbedded } from '../common/db/embedded.ts';
import { migrateAll } from '../common/db/migrate.ts';
import { makeId, makeToken, makeUuid7 } from '../common/ids.ts';
import { makeLog } from '../common/log.ts';
import { hashPresentationCode } from '../license/domain/presentation-code.ts';
import { redeemPresentation } from '../license/flow/redeem-presentation.ts';
import { openTestCatalog, publishHere } from '../test/license/catalog.ts';
import { makeMemoryFiles } from '../test/license/doubles.ts';
import { putLicense } from '../test/license/put-license.ts';
import { treeCpuMs } from './house.ts';
import { makeLeanClient } from './lean-client.ts';
import { BENCH_AUDIENCE, BENCH_ISSUER, BENCH_ROOM_KEYS, type BenchRoomSettings } from './license-room.ts';
import { type Benchmark, measure, ownCpuMs } from './measure.ts';

export const CALLERS = 32;
const EACH = 20;
const A_TURN = CALLERS * EACH;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 9);
/** Presentations whose one code is redeemed twice in parallel, and how many of them are made at a time. */
const TWICE = Number(process.env['BENCH_CODES'] ?? 10_000);
const PORTION = 1000;
const TYPE = '11100000MB0D000965001';
const HALL = { clientId: 'service-hall', organisation: '11360100MB0D00037D', organisationName: '示例市政务服务大厅' };
const HOLDER = { name: '张三', codeType: '111', code: '360102199003077718' };
const LICENSES = 100;

export type Statement = { readonly name: string; readonly text: string; readonly values: readonly unknown[] };

export const redeem: Benchmark = {
  name: 'redeem',
  run: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'xinji-bench-redeem-'));
    const server = await startEmbedded({ dataDir });
    const roleUrl = new URL(server.url);
    [roleUrl.username, roleUrl.password] = ['bench_room', 'bench'];
    await migrateAll({ ownerUrl: server.url, rooms: SCHEMAS.map((schema) => ({ ...schema, url: roleUrl.href })) });
    const db = connect(server.url, { applicationName: 'bench', poolMax: 8 });
    const bare = Array.from({ length: CALLERS }, () => new pg.Client({ connectionString: roleUrl.href }));
    const ground = await prepare(db);
    const room = await startRoom(roleUrl.href, HALL.clientId, 'license:redeem');
    try {
      await Promise.all(bare.map((client) => client.connect()));
      const postmaster = Number((await readFile(join(server.folder, 'pgdata/postmaster.pid'), 'utf8')).split('\n')[0]);
      const recorded = await record(db, await ground.codes(1));
      const client = makeLeanClient(room.url);
      const send = (code: string) => sendRedemption(client, room.token, code);
      const shown = await redeemTwice(ground.codes, send);
      console.error(shown);
      const variants = {
        floor: async () => {
          const codes = await ground.codes(A_TURN);
          await each(codes, (code, caller) => sendBare(bare[caller]!, recorded, code));
        },
        http: async () => {
          const codes = await ground.codes(A_TURN);
          await each(codes, async (code) => {
            const status = await send(code);
            if (status !== 201) throw new Error(`a redemption answered ${status}`);
          });
        },
      };
      const cpuMs = (): number => ownCpuMs() + treeCpuMs([postmaster, room.pid]);
      const result = await measure('Redeem', '', variants, { rounds: ROUNDS, cpuMs });
      client.close();
      const one = (value: number): number => Number((value / A_TURN).toPrecision(3));
      const rows = result.rows.map((row) => ({ ...row, wall_ms: one(row.wall_ms), cpu_ms: one(row.cpu_ms) }));
      return [
        { ...result, unit: `one redemption, ${CALLERS} callers at once, ${recorded.length} statements`, rows, shown },
      ];
    } finally {
      room.child.disconnect();
      await Promise.all([db.destroy(), ...bare.map((client) => client.end())]);
      await server.stop();
      await removeEmbedded(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

async function prepare(db: Knex) {
  const log = makeLog('bench', 'warn');
  const catalog = await openTestCatalog({ db, clock: systemClock, log });
  const deps = { db, catalog, clock: systemClock, keys: BENCH_ROOM_KEYS, files: makeMemoryFiles() };
  const pack = join(import.meta.dirname, '../license/type-packs/health-certificate/type.json');
  await publishHere(deps, JSON.parse(await readFile(pack, 'utf8')));
  const identifiers: string[] = [];
  for (let n = 0; n < LICENSES; n++)
    identifiers.push(await putLicense(deps, { licenseType: TYPE, serial: `BENCH${n}`, holders: [HOLDER] }));
  const { clientId, organisation, organisationName } = HALL;
  const client = { client_id: clientId, organisation, organisation_name: organisationName, may_redeem: true };
  await db('license.clients').insert({ ...client, registered_at: new Date() });
  const [held] = await db('license.holder_licenses').select<{ holder_key: Buffer }[]>('holder_key').limit(1);
  return { codes: (count: number) => insertPresentations(db, held!.holder_key, identifiers, count) };
}

/** So many presentations of one license each, with one code each that lives for a minute; not part of what is measured. */
async function insertPresentations(
  db: Knex,
  holderKey: Buffer,
  identifiers: readonly string[],
  count: number,
): Promise<readonly string[]> {
  const now = new Date();
  const rows = Array.from({ length: count }, (_, n) => {
    const identifier = identifiers[n % identifiers.length]!;
    const licenseId = identifier.split('.').slice(5, -2).join('.');
    const items = JSON.stringify([
      { license_id: licenseId, identifier, parts: ['license_number', 'validity', 'holder'] },
    ]);
    return { id: makeId('prs'), items, code: `lz_${makeToken(26)}` };
  });
  const hashes = rows.map(({ code }) => Buffer.from(hashPresentationCode(code)));
  await db.raw(
    `with shown as (
       insert into license.presentations (presentation_id, holder_key, items, created_at, ends_at)
       select id, ?, items::json, ?::timestamptz, ?::timestamptz + interval '10 minutes'
       from unnest(?::text[], ?::text[]) as row (id, items))
     insert into license.presentation_codes (code_hash, presentation_id, expires_at)
     select hash, id, ?::timestamptz + interval '10 minutes' from unnest(?::bytea[], ?::text[]) as row (hash, id)`,
    [
      holderKey,
      now,
      now,
      rows.map(({ id }) => id),
      rows.map(({ items }) => items),
      now,
      hashes,
      rows.map(({ id }) => id),
    ],
  );
  // A plan that was made while the tables were empty is kept until they are analysed, as autovacuum does within a minute.
  await db.raw('analyze license.presentations, license.presentation_codes');
  return rows.map(({ code }) => code);
}

/** The named statements that `work` sends, in order. */
export async function recordStatements(work: () => Promise<unknown>): Promise<readonly Statement[]> {
  const sent: Statement[] = [];
  const query = pg.Client.prototype.query;
  Object.defineProperty(pg.Client.prototype, 'query', {
    configurable: true,
    writable: true,
    value: function queryAndRecord(this: pg.Client, ...given: unknown[]): unknown {
      const [config] = given;
      if (typeof config === 'object' && config !== null && 'name' in config) sent.push(config as Statement);
      return Reflect.apply(query, this, given);
    },
  });
  await work();
  Object.defineProperty(pg.Client.prototype, 'query', { configurable: true, writable: true, value: query });
  return sent;
}

/** What one redemption sends: the statements with their names, in their order. */
async function record(db: Knex, [code = '']: readonly string[]): Promise<readonly Statement[]> {
  const verifier = { id: HALL.clientId, organisation: HALL.organisation, organisationName: HALL.organisationName };
  const deps = { db, keys: BENCH_ROOM_KEYS, clock: systemClock };
  const request = { codeHash: hashPresentationCode(code), idempotencyKey: makeToken(20) };
  const sent = await recordStatements(() => redeemPresentation(deps, verifier, request));
  // Who asks is read by the handler, before the flow.
  const client = `select client_id, organisation, organisation_name, may_redeem, sm2_public_key
    from license.clients where client_id = $1`;
  return [{ name: 'client', text: client, values: [HALL.clientId] }, ...sent];
}

/** The same statements with this code, and with keys of their own where a row must have one. */
async function sendBare(client: pg.Client, statements: readonly Statement[], code: string): Promise<void> {
  const codeHash = Buffer.from(hashPresentationCode(code));
  const now = new Date();
  for (const { name, text, values } of statements) {
    const sent = [...values];
    if (name === 'presentation-by-code') sent[0] = codeHash;
    if (name === 'presentation-redeem') {
      [sent[0], sent[1], sent[2], sent[4]] = [codeHash, now, makeId('rdm'), makeToken(20)];
      // The arrays of the event: its id, its time, its leaf.
      [sent[10], sent[11], sent[20]] = [[makeUuid7(now)], [now], [randomBytes(32)]];
    }
    const { rows } = await client.query({ name, text, values: sent });
    if (name === 'presentation-redeem' && rows.length !== 1) throw new Error('bare pg redeemed nothing');
  }
}

async function sendRedemption(client: ReturnType<typeof makeLeanClient>, token: string, code: string): Promise<number> {
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': makeToken(20),
  };
  return client.post('/v1/redemptions', headers, utf8(JSON.stringify({ code })));
}

/** Every code twice at once, under two keys: one success each, whoever was first. Made in portions: they live for minutes. */
async function redeemTwice(
  makeCodes: (count: number) => Promise<readonly string[]>,
  send: (code: string) => Promise<number>,
): Promise<string> {
  let [won, lost] = [0, 0];
  const started = performance.now();
  while (won < TWICE) {
    await each(await makeCodes(Math.min(PORTION, TWICE - won)), async (code) => {
      const statuses = (await Promise.all([send(code), send(code)])).toSorted();
      if (statuses[0] !== 201 || statuses[1] !== 409) throw new Error(`one code answered ${statuses.join(' and ')}`);
      won += 1;
      lost += 1;
    });
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${won} codes redeemed twice in parallel in ${seconds} s: ${won} successes, ${lost} refusals`;
}

/** Each of them once, by `CALLERS` at a time. */
export async function each(
  codes: readonly string[],
  act: (code: string, caller: number) => Promise<void>,
): Promise<void> {
  const queue = codes.values();
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (const code of queue) await act(code, caller);
    }),
  );
}

export type BenchRoom = {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly url: string;
  readonly token: string;
};

/** A room of its own process, and a token of this client for it. */
export async function startRoom(databaseUrl: string, clientId: string, scope: string): Promise<BenchRoom> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' };
  const read = (file: string) => readFile(join(KEYS_DEV, file), 'utf8');
  const settings: BenchRoomSettings = {
    databaseUrl,
    jwks: { keys: [jwk] },
    catalogCertificate: await read('catalog/license-catalog.crt.pem'),
    clientKeyPem: await read('license/client.key.pem'),
    poolMax: CALLERS,
  };
  const child = fork(join(import.meta.dirname, 'license-room.ts'), [], {
    env: { ...process.env, BENCH_ROOM: JSON.stringify(settings) },
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    child.once('exit', (code) => reject(new Error(`the room ended with ${code}`)));
  });
  const iat = Math.trunc(Date.now() / 1000);
  const token = await new SignJWT({
    ...{
      iss: BENCH_ISSUER,
      aud: BENCH_AUDIENCE,
      sub: clientId,
      client_id: clientId,
      scope,
    },
    ...{ iat, exp: iat + 3600, jti: 'bench' },
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
    .sign(privateKey);
  return { child, pid: child.pid!, url, token };
}
