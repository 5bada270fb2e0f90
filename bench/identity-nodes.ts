// What three identity rooms over one database must keep to, at length; test/processes/identity-nodes.test.ts is the short
// version. `node bench/identity-nodes.ts races [10000]`: so many racing attempts. `… rotation [60]`: so many seconds, a new
// signing key every second, published 5 s before it signs; every token is verified by the key set of a random node, with a
// cool-down of 1 s. `… kill [20]`: so many times a node dies by kill -9 under hops. Prints and keeps bench/results/identity-nodes.json;
// ends with 1 when anything went wrong.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { Knex } from 'knex';
import { SCHEMAS } from '../bin/schemas.ts';
import { systemClock } from '../common/clock.ts';
import { connect } from '../common/db/connect.ts';
import { removeEmbedded, startEmbedded } from '../common/db/embedded.ts';
import { migrateAll } from '../common/db/migrate.ts';
import { deriveDocumentKeys } from '../identity/domain/document-box.ts';
import { deriveSigningBoxKey } from '../identity/domain/signing-key-box.ts';
import { registerAccount } from '../identity/flow/register-account.ts';
import { registerClient } from '../identity/flow/register-client.ts';
import { rotateSigningKey } from '../identity/flow/rotate-signing-key.ts';
import { type IdentityNodes, startNodes } from '../test/_harness/identity-nodes.ts';
import { ask, assertionOf, codeFrom, exchangeForm, postForm } from '../test/_harness/lean-browser.ts';
import { MACHINE, makeRegistered, TERMINAL } from '../test/_harness/lean-registration.ts';
import { anyOf, logIn, RACES, type RaceGround, runLane } from '../test/_harness/races.ts';
import { machine } from './measure.ts';

const MASTER_KEY = new Uint8Array(32).fill(7);
const AUDIENCE = 'http://localhost:7003';
const PERSON = { loginName: 'zhangsan', password: 'a long enough password', name: '张三' } as const;
const LANES = 8;
const WIDTH = 6;
const LEAD_SECONDS = 5;

type World = { readonly db: Knex; readonly nodes: IdentityNodes; readonly ground: RaceGround };
type Report = { readonly what: string; readonly figures: Record<string, number>; readonly faults: readonly string[] };

const WAYS: Readonly<Record<string, (world: World, amount: number | undefined) => Promise<readonly Report[]>>> = {
  races: race,
  rotation: async (world, seconds) => [await rotate(world, seconds ?? 60)],
  kill: async (world, times) => [await kill(world, times ?? 20)],
};

async function race({ ground }: World, amount = 10_000): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const kinds = Object.entries(RACES);
  const prizes = Math.ceil(amount / kinds.length / LANES / WIDTH);
  for (const [what, makeLane] of kinds) {
    const started = performance.now();
    const lanes = await Promise.all(Array.from({ length: LANES }, () => makeLane(ground)));
    const results = await Promise.all(lanes.map((lane) => runLane(lane, ground, prizes, WIDTH)));
    const attempts = results.reduce((sum, result) => sum + result.attempts, 0);
    const figures = { attempts, prizes: prizes * LANES, seconds: Math.round((performance.now() - started) / 1000) };
    reports.push({ what, figures, faults: results.flatMap(({ faults }) => faults) });
  }
  return reports;
}

async function rotate({ db, ground }: World, seconds: number): Promise<Report> {
  const faults: string[] = [];
  const kids = new Set<string>();
  let tokens = 0;
  const verifiers = ground.nodes.map((node) =>
    createRemoteJWKSet(new URL('/oidc/jwks', node), { cooldownDuration: 1000 }),
  );
  const until = performance.now() + (seconds + LEAD_SECONDS + 1) * 1000;
  const deps = { db, clock: systemClock, boxKey: deriveSigningBoxKey(MASTER_KEY), leadSeconds: LEAD_SECONDS };
  const operator = async (): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await rotateSigningKey(deps);
      await sleep(1000);
    }
  };
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const form = { grant_type: 'client_credentials', scope: 'seal:use', resource: AUDIENCE };
      const assertion = assertionOf(ground.machine, ground.issuer);
      const answer = await postForm(
        `${ground.issuer}/oidc/token`,
        { ...form, ...assertion },
        { via: anyOf(ground.nodes) },
      );
      const token = String(answer.json()['access_token']);
      tokens += 1;
      kids.add(String(decodeProtectedHeader(token).kid));
      await jwtVerify(token, anyOf(verifiers), { issuer: ground.issuer, audience: AUDIENCE }).catch(
        (error: unknown) => {
          faults.push(String(error));
        },
      );
    }
  };
  await Promise.all([operator(), ...Array.from({ length: LANES }, lane)]);
  return { what: 'a new key every second', figures: { seconds, tokens, keys_that_signed: kids.size }, faults };
}

async function kill({ nodes, ground }: World, times: number): Promise<Report> {
  const people = await Promise.all(Array.from({ length: LANES }, () => logIn(ground)));
  const faults: string[] = [];
  let hops = 0;
  let retries = 0;
  let isOver = false;
  const hopOnce = async ({ browser }: (typeof people)[number]): Promise<void> => {
    for (;;) {
      const asked = ask(ground.system, ground.issuer);
      try {
        const code = await codeFrom(browser, asked.url, ground.system, anyOf(ground.nodes));
        const form = exchangeForm(ground.system, ground.issuer, { code, verifier: asked.verifier });
        const { status, text } = await postForm(`${ground.issuer}/oidc/token`, form, { via: ground.nodes[0]! });
        if (status !== 200) faults.push(text);
        hops += 1;
        return;
      } catch (error) {
        if (!/ECONN|socket hang up/.test(String(error))) {
          faults.push(String(error).slice(0, 300));
          return;
        }
        retries += 1;
      }
    }
  };
  const lane = async (person: (typeof people)[number]): Promise<void> => {
    while (!isOver) await hopOnce(person);
  };
  const killer = async (): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      const victim = nodes.nodes[1 + (count % 2)]!;
      await sleep(300);
      victim.child.kill('SIGKILL');
      await sleep(200);
      await nodes.restart(victim);
    }
    isOver = true;
  };
  await Promise.all([killer(), ...people.map(lane)]);
  return { what: 'kill -9 under hops', figures: { kills: times, people: LANES, hops, retries }, faults };
}

async function withWorld<T>(work: (world: World) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'xinji-bench-nodes-'));
  const server = await startEmbedded({ dataDir });
  const roleUrl = new URL(server.url);
  [roleUrl.username, roleUrl.password] = ['bench_identity', 'bench'];
  await migrateAll({ ownerUrl: server.url, rooms: SCHEMAS.map((schema) => ({ ...schema, url: roleUrl.href })) });
  const db = connect(server.url, { applicationName: 'bench', poolMax: 2 });
  const deps = { db, clock: systemClock, requireHttps: false, keys: deriveDocumentKeys(MASTER_KEY) };
  await registerAccount(deps, PERSON);
  const system = makeRegistered('system', { grantTypes: ['authorization_code', 'refresh_token'] });
  const client = makeRegistered('machine', MACHINE);
  const terminal = makeRegistered('terminal', TERMINAL);
  for (const { registration } of [system, client, terminal]) await registerClient(deps, registration);
  const nodes = await startNodes({
    count: 3,
    databaseUrl: roleUrl.href,
    masterKey: Buffer.from(MASTER_KEY).toString('hex'),
    env: {
      XINJI_IDENTITY_REFRESH_GRACE_SECONDS: '60',
      XINJI_IDENTITY_KEY_LEAD_SECONDS: `${LEAD_SECONDS}`,
    },
  });
  const ground: RaceGround = {
    issuer: nodes.issuer,
    nodes: nodes.nodes.map(({ url }) => url),
    person: { login: PERSON.loginName, password: PERSON.password },
    system: system.client,
    machine: client.client,
    terminal: terminal.client,
    audience: AUDIENCE,
  };
  try {
    return await work({ db, nodes, ground });
  } finally {
    await nodes.stop();
    await db.destroy();
    await server.stop();
    await removeEmbedded(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  }
}

const [way = '', amount] = process.argv.slice(2);
const run = Object.hasOwn(WAYS, way) ? WAYS[way] : undefined;
if (!run) {
  console.error(`bench/identity-nodes.ts: expected one of ${Object.keys(WAYS).join(', ')}, and how much of it`);
  process.exit(2);
}
const reports = await withWorld((world) => run(world, amount === undefined ? undefined : Number(amount)));
for (const { what, figures, faults } of reports)
  console.log(`${what}: ${JSON.stringify(figures)}, ${faults.length} faults${faults[0] ? `: ${faults[0]}` : ''}`);
const path = fileURLToPath(new URL('results/identity-nodes.json', import.meta.url));
const kept = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
kept[way] = { measured_at: new Date().toISOString(), machine: machine(), reports };
await writeFile(path, `${JSON.stringify(kept, null, 2)}\n`);
process.exit(reports.some(({ faults }) => faults.length > 0) ? 1 : 0);
