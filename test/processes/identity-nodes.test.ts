// Three identity rooms as processes over one database: what may happen once happens once, and a node that is killed takes
// nobody's session with it. The long versions are in bench/identity-nodes.ts.
import test from 'ava';
import { systemClock } from '../../common/clock.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { testDatabase } from '../_harness/database.ts';
import { type IdentityNodes, startNodes } from '../_harness/identity-nodes.ts';
import { ask, codeFrom, exchangeForm, postForm } from '../_harness/lean-browser.ts';
import { MACHINE, makeRegistered, TERMINAL } from '../_harness/lean-registration.ts';
import { anyOf, logIn, RACES, type RaceGround, runLane } from '../_harness/races.ts';
import { CHEAP_WORK, MASTER_KEY, SEAL_URL } from '../identity/identity-settings.ts';

const PERSON = { loginName: 'zhangsan', password: 'a long enough password', name: '张三' } as const;

let nodes: IdentityNodes;
let ground: RaceGround;

test.before(async () => {
  const database = await testDatabase();
  const db = database.connect('identity', 2);
  const deps = { db, clock: systemClock, requireHttps: false, keys: deriveDocumentKeys(MASTER_KEY), work: CHEAP_WORK };
  await registerAccount(deps, PERSON);
  const system = makeRegistered('system', { grantTypes: ['authorization_code', 'refresh_token'] });
  const machine = makeRegistered('machine', MACHINE);
  const terminal = makeRegistered('terminal', TERMINAL);
  for (const { registration } of [system, machine, terminal]) await registerClient(deps, registration);
  nodes = await startNodes({
    count: 3,
    databaseUrl: database.urls.identity,
    masterKey: Buffer.from(MASTER_KEY).toString('hex'),
    env: { XINJI_IDENTITY_REFRESH_GRACE_SECONDS: '60' }, // no slow machine makes a theft of a race
  });
  ground = {
    issuer: nodes.issuer,
    nodes: nodes.nodes.map(({ url }) => url),
    person: { login: PERSON.loginName, password: PERSON.password },
    system: system.client,
    machine: machine.client,
    terminal: terminal.client,
    audience: SEAL_URL,
  };
});
test.after.always(async () => nodes?.stop());

for (const [name, makeLane] of Object.entries(RACES)) {
  test.serial(
    `three nodes: of six at once, ${name === 'refresh' ? 'all get the same successor' : 'one wins'}: ${name}`,
    async (t) => {
      const { faults } = await runLane(await makeLane(ground), ground, 5, 6);
      t.deepEqual(faults, [], nodes.said());
    },
  );
}

test.serial(
  'kill -9 of a node under load: every person goes on without logging in again, and so does the node',
  async (t) => {
    const { issuer, system } = ground;
    const people = await Promise.all(Array.from({ length: 4 }, () => logIn(ground)));
    const victim = nodes.nodes[2]!;
    let hops = 0;
    const hopOnce = async ({ browser }: (typeof people)[number]): Promise<number> => {
      // The first of three tries may meet the node that dies, as behind a load balancer.
      const asked = ask(system, issuer);
      for (const via of [anyOf(ground.nodes), ground.nodes[1]!, ground.nodes[0]!]) {
        try {
          const code = await codeFrom(browser, asked.url, system, via);
          const form = exchangeForm(system, issuer, { code, verifier: asked.verifier });
          return (await postForm(`${issuer}/oidc/token`, form, { via: ground.nodes[1]! })).status;
        } catch (error) {
          if (!/ECONN|socket hang up/.test(String(error))) throw error;
        }
      }
      return 0;
    };
    const statuses = await Promise.all(
      people.map(async (person) => {
        const seen: number[] = [];
        for (let round = 0; round < 12; round += 1) {
          if (hops === 16) victim.child.kill('SIGKILL');
          hops += 1;
          seen.push(await hopOnce(person));
        }
        return seen;
      }),
    );
    t.deepEqual([...new Set(statuses.flat())], [200], nodes.said());
    t.is(victim.child.signalCode, 'SIGKILL');
    await nodes.restart(victim);
    const asked = ask(system, issuer);
    t.truthy(await codeFrom(people[0]!.browser, asked.url, system, victim.url));
  },
);
