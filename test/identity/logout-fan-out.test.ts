// One login crosses 60 systems, one logout reaches all of them: three are down, and the process that tells them is killed.
// The same with 780 systems is measured by bench/logout.ts.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { createRemoteJWKSet, importPKCS8, type JWTPayload, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { registerClient } from '../../identity/flow/register-client.ts';
import {
  exchange,
  hop,
  type IdentityHouse,
  logIn,
  makeKeyPem,
  makeRegistration,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const SYSTEMS = 60;
const AT_ONCE = 20;
/** The ways in which a system can be down. */
const DOWN: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'system-07': (response) => void response.writeHead(503).end(),
  'system-23': (response) => void response.destroy(),
  'system-41': (response) => void response.writeHead(302, { Location: '/elsewhere' }).end(),
};

type System = TestClient & { readonly tokens: string[]; isDown: boolean };

/** A listener of its own for each system; those from `heldFrom` on answer when `release` is called. */
async function startSystems(
  t: ExecutionContext,
  house: IdentityHouse,
  held: Promise<void>,
): Promise<readonly System[]> {
  const keyPem = makeKeyPem();
  const auth = oidc.PrivateKeyJwt(await importPKCS8(keyPem, 'ES256'));
  const first = await house.client('pattern');
  const systems: System[] = [];
  for (let n = 0; n < SYSTEMS; n += 1) {
    const id = `system-${String(n).padStart(2, '0')}`;
    const tokens: string[] = [];
    const server: Server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      tokens.push(new URLSearchParams(body).get('logout_token') ?? '');
      if (system.isDown) DOWN[id]?.(response);
      else if (n % 2 === 1) void held.then(() => response.end());
      else response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    const registration = await makeRegistration(id, keyPem, {
      backchannelLogoutUri: `http://localhost:${(server.address() as AddressInfo).port}/logout`,
    });
    await registerClient({ db: house.db, clock: house.clock, requireHttps: false }, registration);
    const metadata = { id_token_signed_response_alg: 'ES256' };
    const config = new oidc.Configuration(first.config.serverMetadata(), id, metadata, auth);
    oidc.allowInsecureRequests(config);
    const system: System = {
      id,
      keyPem,
      redirectUri: registration.redirectUris[0]!,
      config,
      tokens,
      isDown: id in DOWN,
    };
    systems.push(system);
  }
  return systems;
}

/** Logs in at the first and crosses the others, so many at once; the sid that each was told in its ID token. */
async function crossAll(systems: readonly System[]) {
  const login = await logIn(systems[0]!);
  const sids = new Map([[systems[0]!.id, (await exchange(systems[0]!, login)).claims()?.['sid']]]);
  const left = systems.slice(1);
  const walk = async (): Promise<void> => {
    for (let system = left.shift(); system; system = left.shift())
      sids.set(system.id, (await exchange(system, await hop(login.browser, system))).claims()?.['sid']);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
  return { browser: login.browser, sids };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setImmediate();
}

test('60 of 60 systems are told of one logout, although three are down and the telling process is killed', async (t) => {
  let offsetMs = 0;
  const clock = (): Date => new Date(Date.now() + offsetMs);
  const house = await startIdentity(t, { clock, logoutWaitMs: 0 });
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const systems = await startSystems(t, house, held);
  const { browser, sids } = await crossAll(systems);
  t.is(new Set(sids.values()).size, SYSTEMS);

  // Another process tells them, and is killed while half of them have not answered.
  await house.workers.stop(0);
  const settings = JSON.stringify({ databaseUrl: house.databaseUrl, url: house.url });
  const worker = fork(join(import.meta.dirname, 'logout-worker.ts'), [settings]);
  t.teardown(() => worker.kill('SIGKILL'));
  await once(worker, 'message');
  const page = await browser.open(`${house.url}/oidc/session/end`);
  const text = await (await post(browser, page, { logout: 'yes' })).text();
  t.true(text.includes('您已退出') && text.includes('将继续通知'));
  const notices = () => house.db('identity.logout_notices');
  const count = async (where: Record<string, unknown>): Promise<number> => (await notices().where(where)).length;
  await until(() => systems.every(({ tokens }) => tokens.length > 0));
  await until(async () => (await count({ state: 'delivered' })) === SYSTEMS / 2);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  release();
  t.is(await count({ state: 'waiting' }), SYSTEMS / 2);

  // Its leases run out, and this process takes its jobs; those of systems that were never down are done by that.
  offsetMs += 10 * 60_000;
  house.workers.start();
  await house.workers.idle();
  t.deepEqual(
    (await notices().where({ state: 'waiting' }).select('client_id').orderBy('client_id')).map(
      ({ client_id }) => client_id,
    ),
    Object.keys(DOWN),
  );
  for (const system of systems) system.isDown = false;
  offsetMs += 60 * 60_000;
  await house.workers.idle();
  t.is(await count({ state: 'delivered' }), SYSTEMS);
  await judgeTokens(t, house, systems, sids);
});

/** Every system got good tokens about its own part only, each token another one. */
async function judgeTokens(
  t: ExecutionContext,
  house: IdentityHouse,
  systems: readonly System[],
  sids: ReadonlyMap<string, unknown>,
): Promise<void> {
  const keys = createRemoteJWKSet(new URL(`${house.url}/oidc/jwks`));
  const seen: JWTPayload[] = [];
  for (const { id, tokens } of systems) {
    for (const token of tokens) {
      const { payload } = await jwtVerify(token, keys, { issuer: house.url, audience: id, typ: 'logout+jwt' });
      t.like(payload, { sid: sids.get(id), sub: house.sub });
      seen.push(payload);
    }
  }
  t.is(new Set(seen.map(({ jti }) => jti)).size, seen.length, 'each try has a token of its own');
  const told = systems.map(({ tokens }) => tokens.length);
  t.true(told.every((times) => times >= 1));
  t.is(
    told.filter((times) => times > 1).length,
    SYSTEMS / 2,
    'told twice: who answered after the kill, and who was down',
  );
}
