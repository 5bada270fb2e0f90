// Single sign-on and its companions against the bare library in the same run: a hop to a further system, client credentials,
// refresh, introspection; a hop in a session of 780 systems; one of 780 registered clients; a password login against one
// argon2id; and the latency at 70 % of what the room can do. The room writes its log and its audit as ever. Both sides are warm
// before they are measured, as a provider is that runs for weeks: until the engine has compiled what a request runs through,
// it costs up to half more, and ours runs through more of it.
import type { ChildProcess } from 'node:child_process';
import {
  ask,
  assertionOf,
  codeFrom,
  exchangeForm,
  type LeanBrowser,
  type LeanClient,
  logInLean,
  makeLeanBrowser,
  postForm,
} from '../test/_harness/lean-browser.ts';
import { MACHINE } from '../test/_harness/lean-registration.ts';
import { type Benchmark, median, type Result } from './measure.ts';
import { measureSides, type SideVariant } from './measure-sides.ts';
import { AUDIENCE, type Ground, PERSON, processCpuMs, type Side, startGround, startPart } from './sso/ground.ts';
import type { Recorded } from './sso/recording-node.ts';

const SYSTEMS = 40;
const MANY = 780;
/** Sessions with their hops, and requests of a kind, before any is measured. */
const WARM_SESSIONS = 80;
const WARM_REQUESTS = 4000;
const WARM_LOGINS = 300;
/** By which the room knows a browser again. */
const DEVICE = /-device$/;
/** Fewer say less, sooner. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 9);

export const sso: Benchmark = {
  name: 'sso',
  run: async () => {
    const ground = await startGround({ systems: SYSTEMS });
    const statements = await startPart('statement-process.ts', { BENCH_DATABASE_URL: ground.databaseUrl });
    const hash = await startPart('hash-process.ts', {});
    try {
      const results: Result[] = [];
      const parts: readonly (() => Promise<Result | readonly Result[]>)[] = [
        () => measureHop(ground),
        () => measureTokens(ground, statements),
        () => measureLogin(ground, hash),
        () => measureManyClients(ground),
        () => measureManySystems(ground),
        () => measureLatency(ground),
      ];
      for (const part of parts) {
        results.push(...[await part()].flat());
        console.error(`sso: ${results.at(-1)?.benchmark} measured`);
      }
      return results;
    } finally {
      for (const child of [statements, hash]) child.disconnect();
      await ground.stop();
    }
  },
};

/** Ratio to the bare library: at most 1.7. */
async function measureHop(ground: Ground): Promise<Result> {
  const variant = (side: Side): SideVariant => {
    let browser: LeanBrowser;
    let next = SYSTEMS;
    return {
      cpuMs: () => side.cpuMs(),
      act: async (times) => {
        for (let count = 0; count < times; count += 1) {
          // The login of a new person is not measured: `prepare` has done it.
          if (next >= SYSTEMS) throw new Error('more hops than systems');
          await hop(browser, side, ground.systems[next]!);
          next += 1;
        }
      },
      prepare: async () => {
        browser = await enter(ground, side);
        next = 1;
      },
    };
  };
  const options = { rounds: ROUNDS, times: SYSTEMS - 1, floor: ['bare'], postgresCpuMs: ground.postgresCpuMs };
  const variants = { bare: variant(ground.bare), house: variant(ground.house) };
  for (const { prepare, act } of Object.values(variants)) {
    for (let session = 0; session < WARM_SESSIONS; session += 1) {
      await prepare?.();
      await act(SYSTEMS - 1);
    }
  }
  return measureSides('SSO hop', 'one further system: authorization and code exchange', variants, options);
}

/**
 * Ratio to the bare library and the same statements by pg alone, in one process: at most 1.3. Each of the two by itself is
 * shown beside it, so that the ratio to their sum can be told as well.
 */
async function measureTokens(ground: Ground, statements: ChildProcess): Promise<readonly Result[]> {
  const results: Result[] = [];
  const acts: Readonly<Record<string, (side: Side) => Promise<() => Promise<void>>>> = {
    'client credentials': async (side) => () => getMachineToken(side, ground.machine),
    refresh: async (side) => makeRefresh(ground, side),
    introspection: async (side) => makeIntrospection(ground, side),
  };
  for (const [name, make] of Object.entries(acts)) {
    for (const side of [ground.bare, ground.house]) await repeat(WARM_REQUESTS, await make(side));
    // Begun anew: what thousands of tokens of one grant cost is another question.
    const [bare, house] = [await make(ground.bare), await make(ground.house)];
    const sent = await recordStatements(ground, house);
    const variants = {
      bare: {
        act: (times: number) => repeat(times, bare),
        cpuMs: ground.bare.cpuMs,
        prepare: () => ground.bare.send([]),
      },
      statements: {
        act: (times: number) => tell(statements, { statements: sent, times }),
        cpuMs: () => processCpuMs(statements.pid as number),
      },
      house: { act: (times: number) => repeat(times, house), cpuMs: ground.house.cpuMs },
      'bare, sending them': {
        act: (times: number) => repeat(times, bare),
        cpuMs: ground.bare.cpuMs,
        prepare: () => ground.bare.send(sent),
      },
    };
    const floor = ['bare, sending them'];
    const options = { rounds: ROUNDS, times: 100, floor, postgresCpuMs: ground.postgresCpuMs };
    results.push(await measureSides(name, `one request, ${sent.length} statements`, variants, options));
  }
  return results;
}

/** A hop in a session of 780 systems: at most 1.2 of one in a session of one. */
async function measureManySystems(ground: Ground): Promise<Result> {
  const many = await ground.register(MANY - 1, 'crossed');
  const crowded = await enter(ground, ground.house);
  for (const system of many) await hop(crowded, ground.house, system);
  const alone = await enter(ground, ground.house);
  const again = (browser: LeanBrowser): SideVariant => ({
    act: (times) => repeat(times, () => hop(browser, ground.house, ground.systems[0]!)),
    cpuMs: ground.house.cpuMs,
  });
  const options = { rounds: ROUNDS, times: 40, floor: ['one system'], postgresCpuMs: ground.postgresCpuMs };
  const variants = { 'one system': again(alone), '780 systems': again(crowded) };
  return measureSides('hop by systems in the session', 'one hop to a system that takes part', variants, options);
}

/** Of 780 registered clients, each in turn: at most 1.1 of always the same one. */
async function measureManyClients(ground: Ground): Promise<Result> {
  const many = await ground.register(MANY, 'machine', MACHINE);
  for (const client of many) await getMachineToken(ground.house, client);
  let turn = 0;
  const variants = {
    'one client': {
      act: (times: number) => repeat(times, () => getMachineToken(ground.house, ground.machine)),
      cpuMs: ground.house.cpuMs,
    },
    '780 clients': {
      act: (times: number) =>
        repeat(times, () => {
          turn += 1;
          return getMachineToken(ground.house, many[turn % MANY]!);
        }),
      cpuMs: ground.house.cpuMs,
    },
  };
  const options = { rounds: ROUNDS, times: 130, floor: ['one client'], postgresCpuMs: ground.postgresCpuMs };
  return measureSides('client credentials by registered clients', 'one token', variants, options);
}

/**
 * All requests of a password login: at most one argon2id and 8 ms. Each hash of the floor comes after a login, as it does in
 * the room: in a row it would find its memory and the caches as it has left them. Most people log in with a browser that they
 * have used before; the login with a new one makes, keeps and delivers a notice besides, and is shown beside it.
 */
async function measureLogin(ground: Ground, hash: ChildProcess): Promise<Result> {
  const known = (await enter(ground, ground.house)).withCookies(DEVICE);
  const logIn = async (): Promise<void> => void (await enter(ground, ground.house, known.withCookies(DEVICE)));
  const floor = { cpuMs: () => processCpuMs(hash.pid as number) };
  const hashAfterLogin = async (): Promise<void> => {
    await logIn();
    await tell(hash, { times: 1 });
  };
  const logInAnew = async (): Promise<void> => void (await enter(ground, ground.house));
  const variants = {
    argon2id: { ...floor, act: (times: number) => repeat(times, hashAfterLogin) },
    house: { act: (times: number) => repeat(times, logIn), cpuMs: ground.house.cpuMs },
    'house, new browser': { act: (times: number) => repeat(times, logInAnew), cpuMs: ground.house.cpuMs },
    'argon2id in a row': { ...floor, act: (times: number) => tell(hash, { times }) },
  };
  for (const { act } of Object.values(variants)) await act(WARM_LOGINS);
  const options = { rounds: ROUNDS, times: 8, floor: ['argon2id'], postgresCpuMs: ground.postgresCpuMs };
  return measureSides('password login', 'four requests and the code exchange', variants, options);
}

/** Hops of several people at once, as many as it can, and then 70 % of that, begun at even distances. */
async function measureLatency(ground: Ground): Promise<Result> {
  const people = await Promise.all(Array.from({ length: 8 }, () => enter(ground, ground.house)));
  const timed = async (browser: LeanBrowser): Promise<number> => {
    const started = performance.now();
    await hop(browser, ground.house, ground.systems[1]!);
    return performance.now() - started;
  };
  const until = performance.now() + 5000;
  const full = await Promise.all(
    people.map(async (browser) => {
      const times: number[] = [];
      while (performance.now() < until) times.push(await timed(browser));
      return times;
    }),
  );
  const perSecond = full.flat().length / 5;
  const paced: Promise<number>[] = [];
  const gap = 1000 / (perSecond * 0.7);
  const begun = performance.now();
  for (let count = 0; count * gap < 5000; count += 1) {
    const wait = begun + count * gap - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    paced.push(timed(people[count % people.length]!));
  }
  const rows = [
    ...latencyRows('all that it can', full.flat()),
    ...latencyRows('70 % of that', await Promise.all(paced)),
  ];
  const unit = `milliseconds of one hop; ${Math.round(perSecond)} hops a second with the caller on the same machine`;
  return { benchmark: 'latency of hops', unit, rounds: 1, rows };
}

function latencyRows(variant: string, times: readonly number[]): Result['rows'] {
  const sorted = times.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  const row = (name: string, wall: number) => ({
    variant: `${variant}: ${name}`,
    wall_ms: Number(wall.toPrecision(3)),
    cpu_ms: 0,
    wall_ratio: Number((wall / median(times)).toPrecision(3)),
    cpu_ratio: 0,
  });
  return [row('p50', median(times)), row('p99', p99)];
}

/** A person in a new browser, and the first system. */
async function enter(ground: Ground, side: Side, browser?: LeanBrowser): Promise<LeanBrowser> {
  return (await enterWith(ground, side, browser)).browser;
}

async function enterWith(
  ground: Ground,
  side: Side,
  browser: LeanBrowser = makeLeanBrowser(),
): Promise<{ browser: LeanBrowser; tokens: Record<string, unknown> }> {
  const first = ground.systems[0]!;
  const asked = ask(first, side.issuer);
  const code =
    side === ground.bare ? await codeFrom(browser, asked.url, first) : await logInLean(browser, first, asked, PERSON);
  const form = exchangeForm(first, side.issuer, { code, verifier: asked.verifier });
  return { browser, tokens: (await postForm(`${side.issuer}/oidc/token`, form)).json() };
}

async function hop(browser: LeanBrowser, side: Side, system: LeanClient): Promise<void> {
  const asked = ask(system, side.issuer);
  const code = await codeFrom(browser, asked.url, system);
  const form = exchangeForm(system, side.issuer, { code, verifier: asked.verifier });
  await sendToken(side, form);
}

async function getMachineToken(side: Side, client: LeanClient): Promise<void> {
  const form = { grant_type: 'client_credentials', scope: 'seal:use', resource: AUDIENCE };
  await sendToken(side, { ...form, ...assertionOf(client, side.issuer) });
}

async function makeRefresh(ground: Ground, side: Side): Promise<() => Promise<void>> {
  const system = ground.systems[0]!;
  let token = String((await enterWith(ground, side)).tokens['refresh_token']);
  return async () => {
    const form = { grant_type: 'refresh_token', refresh_token: token, ...assertionOf(system, side.issuer) };
    token = String((await sendToken(side, form))['refresh_token']);
  };
}

async function makeIntrospection(ground: Ground, side: Side): Promise<() => Promise<void>> {
  const system = ground.systems[0]!;
  const token = String((await enterWith(ground, side)).tokens['access_token']);
  return async () => {
    const answer = await postForm(side.introspection, { token, ...assertionOf(system, side.issuer) });
    if (answer.json()['active'] !== true) throw new Error(`introspection: ${answer.text}`);
  };
}

async function sendToken(side: Side, form: Record<string, string>): Promise<Record<string, unknown>> {
  const answer = await postForm(`${side.issuer}/oidc/token`, form);
  if (answer.status !== 200) throw new Error(`token endpoint: ${answer.status} ${answer.text}`);
  return answer.json();
}

async function repeat(times: number, act: () => Promise<void>): Promise<void> {
  for (let count = 0; count < times; count += 1) await act();
}

/** What the room sends to PostgreSQL for one act. */
async function recordStatements({ nodes }: Ground, act: () => Promise<void>): Promise<readonly Recorded[]> {
  const { child } = nodes.nodes[0]!;
  child.send({ type: 'record' });
  await act();
  const recorded = new Promise<{ statements: readonly Recorded[] }>((resolve) => {
    child.on('message', (message: { type?: string; statements?: readonly Recorded[] }) => {
      if (message.type === 'recorded') resolve({ statements: message.statements ?? [] });
    });
  });
  child.send({ type: 'recorded' });
  // What the room does beside requests (jobs, checkpoints) is no part of this act.
  return (await recorded).statements.filter(({ text }) =>
    /oidc_artifacts|accounts|events|login_tries|disclosures/.test(text),
  );
}

async function tell(child: ChildProcess, message: object): Promise<void> {
  const done = new Promise<void>((resolve) => child.once('message', () => resolve()));
  child.send(message);
  await done;
}
