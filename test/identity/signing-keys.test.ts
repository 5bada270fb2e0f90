// Keys that sign tokens: published before they sign, kept while what they signed counts, changed without a restart on every
// node of one database, and readable by nobody who has only the database.
import test from 'ava';
import fc from 'fast-check';
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { checkSigningKeys } from '../../bin/doctor/signing-keys.ts';
import { ROOMS } from '../../bin/rooms.ts';
import { isTrustError } from '../../common/errors.ts';
import { type SigningKey, scheduleAt, stateOf, toSigningJwk } from '../../identity/domain/signing-key.ts';
import { deriveSigningBoxKey } from '../../identity/domain/signing-key-box.ts';
import { keepSigningKeys, rotateSigningKey } from '../../identity/flow/rotate-signing-key.ts';
import { withdrawSigningKey } from '../../identity/flow/withdraw-signing-key.ts';
import { listEvents } from '../../identity/store/events.ts';
import { listSigningKeys } from '../../identity/store/signing-keys.ts';
import { assertionOf, leanClient, postForm } from '../_harness/lean-browser.ts';
import {
  exchange,
  hop,
  type IdentityHouse,
  logIn,
  MASTER_KEY,
  SEAL_URL,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const LEAD = 100;
const T0 = new Date('2026-11-20T08:00:00Z').getTime();
const boxKey = deriveSigningBoxKey(MASTER_KEY);
const machine = { grantTypes: ['client_credentials'], scopes: ['seal:use'] } as const;

/** A clock that a test turns. */
function makeHands() {
  let now = Date.now();
  const turn = (seconds: number): void => {
    now += seconds * 1000;
  };
  return { clock: () => new Date(now), turn };
}

const depsOf = (house: IdentityHouse) => ({ db: house.db, clock: house.clock, boxKey, leadSeconds: LEAD });

async function readJwks(house: IdentityHouse): Promise<JSONWebKeySet> {
  return (await fetch(`${house.url}/oidc/jwks`)).json() as Promise<JSONWebKeySet>;
}

async function getToken(client: TestClient): Promise<string> {
  const { access_token } = await oidc.clientCredentialsGrant(client.config, { scope: 'seal:use', resource: SEAL_URL });
  return access_token;
}

const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);

test('at every moment exactly one key signs, it has been published for the lead, and stays published while what it signed counts', (t) => {
  const [lead, keep] = [50, 200];
  const gaps = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 6000 }), fc.integer({ min: 0, max: keep }), (between, at, later) => {
      const keys: SigningKey[] = [];
      let published = T0;
      for (const [index, gap] of between.entries()) {
        const last = keys.at(-1);
        const signs = last ? Math.max(published + lead * 1000, last.signsFrom.getTime() + 1) : published;
        if (last) keys[keys.length - 1] = { ...last, retiresAt: new Date(signs) };
        keys.push({
          kid: `${index}`,
          publicJwk: toSigningJwk({ x: `${index}`, y: '' }),
          box: null,
          publishedAt: new Date(published),
          signsFrom: new Date(signs),
          retiresAt: null,
          withdrawnAt: null,
        });
        published += gap * 1000;
      }
      const now = new Date(T0 + at * 1000);
      const known = keys.filter((key) => key.publishedAt <= now);
      const { signing, published: set, until } = scheduleAt(known, now, keep)!;
      const isFirst = signing.kid === '0';
      const then = new Date(now.getTime() + Math.min(later, keep - 1) * 1000);
      return (
        known.filter((key) => stateOf(key, now) === 'signing').length === 1 &&
        (isFirst || now.getTime() - signing.publishedAt.getTime() >= lead * 1000) &&
        set.includes(signing) &&
        (until === null || until > now) &&
        scheduleAt(keys, then, keep)!.published.includes(keys.find(({ kid }) => kid === signing.kid)!)
      );
    }),
  );
  t.is(scheduleAt([], new Date(T0), keep), null);
});

test('a key is published for the lead before it signs, and the one before it stays until what it signed is over', async (t) => {
  const hands = makeHands();
  const house = await startIdentity(t, { clock: hands.clock, keyLeadSeconds: LEAD });
  const client = await house.client('machine', machine);
  const first = await getToken(client);
  const { kid: next } = await rotateSigningKey(depsOf(house));
  t.deepEqual(
    (await readJwks(house)).keys.map(({ kid }) => kid),
    [kidOf(first), next],
  );
  t.is(kidOf(await getToken(client)), kidOf(first), 'it does not sign yet');
  const early = createLocalJWKSet(await readJwks(house));
  hands.turn(LEAD);
  const second = await getToken(client);
  t.is(kidOf(second), next);
  await jwtVerify(second, early, { currentDate: hands.clock() });
  await jwtVerify(first, createLocalJWKSet(await readJwks(house)), { currentDate: new Date(Date.now()) });
  hands.turn(24 * 3600);
  t.deepEqual(
    (await readJwks(house)).keys.map(({ kid }) => kid),
    [next],
    'nothing that the first one signed counts',
  );
});

test('nodes of one database change keys without a word to each other; of all that start at once one makes the first key', async (t) => {
  const hands = makeHands();
  const house = await startIdentity(t, { clock: hands.clock, keyLeadSeconds: LEAD });
  const nodes = [house.url, ...(await Promise.all([house.addNode(), house.addNode()]))];
  t.is((await listSigningKeys(house.db)).length, 1);
  const [kids] = await Promise.all([rotateSigningKey(depsOf(house)), rotateSigningKey(depsOf(house))]);
  t.is((await listSigningKeys(house.db)).length, 3, 'two operators at once: two keys, one after the other');
  const sets = await Promise.all(nodes.map(async (node) => (await fetch(`${node}/oidc/jwks`)).text()));
  t.is(new Set(sets).size, 1);
  t.true(sets[0]!.includes(kids.kid));
  hands.turn(90 * 86_400 - LEAD);
  const keep = { ...depsOf(house), maxAgeSeconds: 90 * 86_400 };
  await Promise.all([keepSigningKeys(keep), keepSigningKeys(keep), keepSigningKeys(keep)]);
  const keys = await listSigningKeys(house.db);
  t.deepEqual(
    keys.map((key) => [stateOf(key, hands.clock()), key.box !== null]),
    [
      ['retired', false],
      ['retired', false],
      ['signing', true],
    ],
    'what retired has no private half any more',
  );
  hands.turn(LEAD + 1);
  await Promise.all([keepSigningKeys(keep), keepSigningKeys(keep)]);
  t.is((await listSigningKeys(house.db)).length, 4, 'the next one is due a lead before the age');
});

test('keys change again and again under load: whoever verifies by the key set of another node believes every token', async (t) => {
  const hands = makeHands();
  const house = await startIdentity(t, { clock: hands.clock, keyLeadSeconds: LEAD });
  const client = await house.client('machine', machine);
  const nodes = [house.url, await house.addNode(), await house.addNode()];
  const verifiers = nodes.map((node) => createRemoteJWKSet(new URL('/oidc/jwks', node), { cooldownDuration: 0 }));
  const lean = leanClient(client.id, client.redirectUri, client.keyPem);
  const kids = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    await rotateSigningKey(depsOf(house));
    hands.turn(LEAD / 2);
    const answers = nodes.map(async (via, index) => {
      const form = { grant_type: 'client_credentials', scope: 'seal:use', resource: SEAL_URL };
      const assertion = assertionOf(lean, house.url);
      const answer = await postForm(`${house.url}/oidc/token`, { ...form, ...assertion }, { via });
      const token = String(answer.json()['access_token']);
      const other = verifiers[(index + 1) % nodes.length]!;
      await jwtVerify(token, other, { issuer: house.url, audience: SEAL_URL });
      kids.add(kidOf(token));
    });
    await Promise.all(answers);
  }
  t.true(kids.size >= 11, `${kids.size} keys signed`);
});

test('login, hop and logout hint go on across a change of keys', async (t) => {
  const hands = makeHands();
  const house = await startIdentity(t, { clock: hands.clock, keyLeadSeconds: LEAD });
  const [alpha, beta] = [await house.client('alpha'), await house.client('beta')];
  const login = await logIn(alpha);
  await rotateSigningKey(depsOf(house));
  hands.turn(LEAD);
  const answer = await exchange(alpha, login);
  t.is(answer.claims()?.sub, house.sub, 'the code was given before the change');
  const second = await exchange(beta, await hop(login.browser, beta));
  t.not(kidOf(answer.id_token!), undefined);
  await rotateSigningKey(depsOf(house));
  hands.turn(LEAD);
  const logout = oidc.buildEndSessionUrl(beta.config, { id_token_hint: second.id_token! });
  t.true((await login.browser.open(logout.href)).text.includes('系统 beta'), 'a retired key still says who asks');
});

test('a withdrawn key leaves at once, on every node, and its successor signs from that moment', async (t) => {
  const hands = makeHands();
  const house = await startIdentity(t, { clock: hands.clock, keyLeadSeconds: LEAD });
  const client = await house.client('machine', machine);
  const node = await house.addNode();
  const [first, planned] = [kidOf(await getToken(client)), (await rotateSigningKey(depsOf(house))).kid];
  await withdrawSigningKey(depsOf(house), first);
  const now = kidOf(await getToken(client));
  t.is(now, planned, 'the published one takes over');
  t.false((await (await fetch(`${node}/oidc/jwks`)).text()).includes(first));
  await withdrawSigningKey(depsOf(house), planned);
  const made = kidOf(await getToken(client));
  t.false([first, planned].includes(made), 'without a successor a new one is made');
  const next = (await rotateSigningKey(depsOf(house))).kid;
  await withdrawSigningKey(depsOf(house), next);
  hands.turn(2 * LEAD);
  t.is(kidOf(await getToken(client)), made, 'one that never signed leaves no gap');
  const error = await t.throwsAsync(withdrawSigningKey(depsOf(house), first));
  t.true(isTrustError(error, 'key-not-found'));
  const kinds = (await listEvents(house.db, 20)).map(({ kind }) => kind).filter((kind) => kind.startsWith('key.'));
  t.deepEqual(kinds.toSorted(), [...Array(4).fill('key.published'), ...Array(3).fill('key.withdrawn')]);
});

test('the key set may be kept for a part of the lead, and is not sent again while it is the same', async (t) => {
  const house = await startIdentity(t, { keyLeadSeconds: LEAD });
  const answer = await fetch(`${house.url}/oidc/jwks`);
  t.is(answer.headers.get('Cache-Control'), `public, max-age=${LEAD / 4}`);
  t.is(answer.headers.get('Content-Type'), 'application/jwk-set+json; charset=utf-8');
  const keys = ((await answer.json()) as JSONWebKeySet).keys;
  t.deepEqual(Object.keys(keys[0]!).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  const etag = answer.headers.get('ETag')!;
  const again = await fetch(`${house.url}/oidc/jwks`, { headers: { 'If-None-Match': etag } });
  t.is(again.status, 304);
  await rotateSigningKey(depsOf(house));
  t.is((await fetch(`${house.url}/oidc/jwks`, { headers: { 'If-None-Match': etag } })).status, 200);
});

test('a key rests sealed: no row holds its private number, and another master key does not open it', async (t) => {
  const house = await startIdentity(t);
  const { rows } = await house.db.raw('select row_to_json(signing_keys)::text as row from identity.signing_keys');
  t.notRegex(rows[0].row, /"d"/);
  const room = ROOMS.find(({ name }) => name === 'identity')!;
  const say = async (masterKey: Uint8Array): Promise<string> => {
    const env = {
      XINJI_MODE: 'development',
      XINJI_MASTER_KEY: Buffer.from(masterKey).toString('hex'),
      XINJI_IDENTITY_DATABASE_URL: house.databaseUrl,
    };
    return (await checkSigningKeys([{ room, env }], new Date()))
      .map(({ status, sentence }) => `${status} ${sentence}`)
      .join();
  };
  t.regex(await say(MASTER_KEY), /^well A key signs tokens since /);
  t.regex(await say(new Uint8Array(32).fill(8)), /^wrong XINJI_MASTER_KEY of identity does not open/);
});

test('the database lets no two keys sign at a time, and the room delete none', async (t) => {
  const house = await startIdentity(t);
  const two = `insert into identity.signing_keys (kid, public_jwk, box, published_at, signs_from)
    values ('other', '{}', 'x', now(), now())`;
  await t.throwsAsync(async () => house.db.raw(two), { message: /one_signs_at_a_time/ });
  await t.throwsAsync(async () => house.db.raw('delete from identity.signing_keys'), { message: /permission denied/ });
  await t.throwsAsync(async () => house.db.raw("update identity.signing_keys set kid = 'x'"), {
    message: /permission denied/,
  });
});
