// Logins and hops with a province in the tables: `node bench/identity-large.ts [accounts] [grants]`, 1,000,000 and 5,000,000
// unless told. Measured on an empty database first and again after loading, in the same run; what must hold is the ratio of
// the p99s, at most 1.2. Says how long loading took and how much disk it took.
// Keeps bench/results/identity-large.json.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { ask, codeFrom, exchangeForm, logInLean, makeLeanBrowser, postForm } from '../test/_harness/lean-browser.ts';
import { machine, median } from './measure.ts';
import { type Ground, PERSON, startGround } from './sso/ground.ts';

const BATCH = 100_000;
const LOGINS = 300;
const HOPS = 600;

type Figures = Readonly<Record<'login_p50' | 'login_p99' | 'hop_p50' | 'hop_p99', number>>;

/** Accounts that share one hash and have nothing personal, with the columns that are looked up by. */
async function loadAccounts(db: Knex, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH)
    await db.raw(
      `insert into identity.accounts (sub, login_name, phone_key, holder_key, password_hash, level)
       select 'load-' || n, 'load' || n, sha256(('phone' || n)::bytea), sha256(('holder' || n)::bytea),
         (select password_hash from identity.accounts where login_name = :login), 3
       from generate_series(:from::int, :to::int) n`,
      { login: PERSON.login, from, to: Math.min(count, from + BATCH) - 1 },
    );
}

/** Living grants of these accounts, as the room writes them. */
async function loadGrants(db: Knex, count: number, accounts: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH)
    await db.raw(
      `insert into identity.oidc_artifacts (model, id_digest, grant_id, account_id, client_id, payload, expires_at)
       select 'Grant', sha256(('grant' || n)::bytea), 'load-grant-' || n, 'load-' || n % :accounts::int, 'system-' || n % 40,
         jsonb_build_object('kind', 'Grant', 'iat', 1, 'exp', 4000000000, 'accountId', 'load-' || n % :accounts::int,
           'clientId', 'system-' || n % 40, 'openid', jsonb_build_object('scope', 'openid profile')),
         now() + interval '1 day'
       from generate_series(:from::int, :to::int) n`,
      { accounts, from, to: Math.min(count, from + BATCH) - 1 },
    );
}

async function measure(ground: Ground): Promise<Figures> {
  const { issuer } = ground.house;
  const [first, second] = ground.systems;
  const logins: number[] = [];
  const hops: number[] = [];
  const timed = async (times: number[], work: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  };
  let browser = makeLeanBrowser();
  for (let count = 0; count < LOGINS; count += 1)
    await timed(logins, async () => {
      browser = makeLeanBrowser();
      const asked = ask(first!, issuer);
      const code = await logInLean(browser, first!, asked, PERSON);
      await postForm(`${issuer}/oidc/token`, exchangeForm(first!, issuer, { code, verifier: asked.verifier }));
    });
  for (let count = 0; count < HOPS; count += 1)
    await timed(hops, async () => {
      const asked = ask(second!, issuer);
      const code = await codeFrom(browser, asked.url, second!);
      await postForm(`${issuer}/oidc/token`, exchangeForm(second!, issuer, { code, verifier: asked.verifier }));
    });
  return { login_p50: median(logins), login_p99: p99(logins), hop_p50: median(hops), hop_p99: p99(hops) };
}

function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
}

const [accounts = 1_000_000, grants = 5_000_000] = process.argv.slice(2).map(Number);
const ground = await startGround({ systems: 40 });
await measure(ground); // a server runs warm
const empty = await measure(ground);
const started = performance.now();
await ground.db.raw('set statement_timeout = 0');
await loadAccounts(ground.db, accounts);
await loadGrants(ground.db, grants, accounts);
await ground.db.raw('vacuum analyze identity.accounts');
await ground.db.raw('vacuum analyze identity.oidc_artifacts');
const minutes = (performance.now() - started) / 60_000;
const { rows } = await ground.db.raw<{ rows: { bytes: number }[] }>(
  'select pg_database_size(current_database()) as bytes',
);
const loaded = await measure(ground);
const ratios = { login_p99: loaded.login_p99 / empty.login_p99, hop_p99: loaded.hop_p99 / empty.hop_p99 };
const result = { accounts, grants, loading_minutes: minutes, gigabytes: rows[0]!.bytes / 1e9, empty, loaded, ratios };
const path = fileURLToPath(new URL('results/identity-large.json', import.meta.url));
const kept = { measured_at: new Date().toISOString(), machine: machine(), result };
await writeFile(
  path,
  `${JSON.stringify(kept, (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value), 2)}\n`,
);
console.log(JSON.stringify(result, null, 2));
await ground.stop();
process.exit(0);
