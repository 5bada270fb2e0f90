// The life cycle by property: random walks of random persons, against an oracle that knows nothing of the code's table.
// No walk uses a seal that is not active, nobody unites two duties, every use has its row in the usage log, no version that
// has ended has a key; statements past the steps are refused on the way.
import test from 'ava';
import fc from 'fast-check';
import { makeSealClient, type SealClient } from '../../common/client/seal-client.ts';
import { isTrustError } from '../../common/errors.ts';
import { makeSignerPool } from '../../common/keys/signer-pool.ts';
import { DUTIES, type Duty, type LifeActor, stateAt } from '../../seal/domain/seal-life.ts';
import { applyForSeal, remakeSeal } from '../../seal/flow/apply-for-seal.ts';
import { activateVersion, cancelSeal, changeSeal, decideOnVersion } from '../../seal/flow/change-seal.ts';
import type { LifeDeps } from '../../seal/flow/life-deps.ts';
import { makeVersion } from '../../seal/flow/make-version.ts';
import { makeSealKeyring } from '../../seal/flow/seal-keyring.ts';
import { listStepsOf } from '../../seal/store/seal-steps.ts';
import { listVersions } from '../../seal/store/seal-versions.ts';
import { AT } from '../_harness/pki.ts';
import { grantUse, OWNER, person } from './active-seal.ts';
import { APPLICATION, act, MASTER_KEY, makeLifeWorld } from './life-world.ts';
import { startRoom, type TestRoom } from './room.ts';
import { makePdf } from './world.ts';

const OPS = [
  'approve',
  'reject',
  'make',
  'file',
  'activate',
  'suspend',
  'resume',
  'renew',
  'cancel',
  'use',
  'forge',
] as const;
type Op = (typeof OPS)[number];
type Move = { readonly op: Op; readonly who: number };

const DUTY_OF: Readonly<Record<Exclude<Op, 'use' | 'forge'>, Duty>> = {
  approve: 'approver',
  reject: 'approver',
  make: 'maker',
  file: 'maker',
  activate: 'keeper',
  suspend: 'keeper',
  resume: 'keeper',
  renew: 'keeper',
  cancel: 'keeper',
};
/** 0 to 3 have one role each, 4 and 5 have all. */
const PEOPLE = 6;
/** The walk that leads to a seal in force, so that walks get there. */
const WAY: readonly Move[] = [
  { op: 'approve', who: 1 },
  { op: 'make', who: 2 },
  { op: 'file', who: 2 },
  { op: 'activate', who: 3 },
];

let room: TestRoom;
let deps: LifeDeps;
let client: SealClient;
let close: () => Promise<void>;
let pdf: Uint8Array;
let now = AT;
let walks = 0;

test.before(async () => {
  pdf = await makePdf();
  room = await startRoom();
  const signer = makeSignerPool(new Map(), 1);
  const keyring = makeSealKeyring({ db: room.db, signer, rootSecret: MASTER_KEY, certificates: new Map() });
  deps = { ...makeLifeWorld(room.db).deps, keyring, clock: () => now };
  const again = await room.restart({ signer, keyring, life: deps });
  client = makeSealClient({ baseUrl: again.url, getToken: () => room.token({ clientId: 'walker' }) });
  close = async () => {
    await again.stop();
    await signer.close();
    await room.close();
  };
});
test.after.always(() => close());

/** What may happen, said without the table: the version in the making, the one in force, and who is what. */
type Oracle = {
  making: 'applied' | 'approved' | 'made' | 'filed' | null;
  inForce: 'active' | 'suspended' | null;
  readonly duties: Map<number, Duty>;
};

function mayMove({ making, inForce, duties }: Oracle, { op, who }: Move): boolean {
  if (op === 'use') return inForce === 'active';
  if (op === 'forge') return false;
  const duty = DUTY_OF[op];
  const hasRole = who >= 4 || DUTIES[who] === duty;
  if (!hasRole || (duties.get(who) ?? duty) !== duty) return false;
  const isPossible: Readonly<Record<keyof typeof DUTY_OF, boolean>> = {
    approve: making === 'applied',
    reject: making === 'applied' || making === 'approved',
    make: making === 'approved',
    file: making === 'made',
    activate: making === 'filed',
    suspend: inForce === 'active',
    resume: inForce === 'suspended',
    renew: inForce !== null && making === null,
    cancel: inForce !== null || making !== null,
  };
  return isPossible[op];
}

function move(oracle: Oracle, { op, who }: Move): void {
  if (op === 'use' || op === 'forge') return;
  oracle.duties.set(who, DUTY_OF[op]);
  if (op === 'approve' || op === 'renew') oracle.making = 'approved';
  if (op === 'make') oracle.making = 'made';
  if (op === 'file') oracle.making = 'filed';
  if (op === 'suspend') oracle.inForce = 'suspended';
  if (op === 'activate' || op === 'resume') oracle.inForce = 'active';
  if (op === 'activate' || op === 'reject' || op === 'cancel') oracle.making = null;
  if (op === 'cancel') oracle.inForce = null;
}

type Walk = { readonly name: string; readonly esID: string; id: string };

function actorOf({ name }: Walk, who: number): LifeActor {
  const roles = who >= 4 ? DUTIES.flatMap((duty) => person(duty).roles) : person(DUTIES[who]!).roles;
  return { ...person('applicant', `${name}-${who}`), roles };
}

async function perform(walk: Walk, { op, who }: Move, key: string): Promise<void> {
  const by = act(actorOf(walk, who));
  const { id, esID } = walk;
  if (op === 'use') return void (await client.seal(pdf, { seal: esID, level: 'B' }, key));
  if (op === 'forge') return forge(walk, who);
  if (op === 'approve' || op === 'reject' || op === 'file')
    return void (await decideOnVersion(deps, by, id, { step: op, reason: 'x' }));
  if (op === 'make') return void (await makeVersion(deps, by, id, {}));
  if (op === 'activate') return void (await activateVersion(deps, by, id, {}));
  if (op === 'suspend' || op === 'resume') return void (await changeSeal(deps, by, esID, { step: op, reason: 'x' }));
  if (op === 'cancel') return void (await cancelSeal(deps, by, esID, { reason: 'x', key_compromised: false }));
  walk.id = (await remakeSeal(deps, by, esID, { reason: 'x', valid_years: 5 })).application_id;
}

/** Statements of the owner of the database past the steps: whichever it is, it is refused. */
async function forge({ name, esID, id }: Walk, who: number): Promise<void> {
  const { owner } = room;
  const version = await owner('seal.seal_versions').where({ application_id: id }).first();
  const step = {
    application_id: id,
    es_id: esID,
    actor: `${name}-${who}`,
    organisation: OWNER.ownerCode,
    client_id: 'x',
    at: now,
  };
  const from = version.state === 'active' ? 'suspended' : 'active';
  const statements = [
    () => owner('seal.seals').where({ es_id: esID }).update({ state: from }),
    () => owner('seal.seal_versions').where({ application_id: id }).update({ state: from }),
    () =>
      owner('seal.seal_steps').insert({
        ...step,
        number: version.steps + 1,
        step: 'cancel',
        from_state: from,
        to_state: 'cancelled',
        duty: 'keeper',
      }),
    () =>
      owner('seal.seal_steps').insert({
        ...step,
        number: version.steps + 2,
        step: 'cancel',
        from_state: version.state,
        to_state: 'cancelled',
        duty: 'keeper',
      }),
    () =>
      owner('seal.seal_steps').insert({
        ...step,
        number: version.steps + 1,
        step: 'apply',
        from_state: version.state,
        to_state: 'active',
        duty: 'applicant',
      }),
    () => owner('seal.seal_duties').where({ es_id: esID }).delete(),
  ] as const;
  const changed = await statements[who % statements.length]!();
  if (typeof changed === 'number' && changed === 0) throw new Error('there was nothing to forge');
}

async function walkAlong(
  t: { is: (a: unknown, b: unknown, message: string) => void },
  moves: readonly Move[],
): Promise<void> {
  walks += 1;
  const name = `walk-${walks}`;
  const applicant = { ...person('applicant', `${name}-0`) };
  const { application_id: id, esID } = await applyForSeal(deps, act(applicant), APPLICATION);
  const walk: Walk = { name, esID, id };
  const oracle: Oracle = { making: 'applied', inForce: null, duties: new Map([[0, 'applicant']]) };
  for (const [index, one] of moves.entries()) {
    now = new Date(now.getTime() + 2000);
    room.setNow(now);
    const expected = mayMove(oracle, one);
    const done = await perform(walk, one, `${name}-use-${index}`).then(
      () => true,
      (error: unknown) => {
        if (one.op !== 'forge' && !isTrustError(error)) throw error;
        return false;
      },
    );
    t.is(done, expected, `${one.op} by ${one.who} with ${JSON.stringify({ ...oracle, duties: [...oracle.duties] })}`);
    if (done) move(oracle, one);
    if (done && one.op === 'activate') await grantUse(room.db, { clientId: 'walker', esID });
  }
  await judge(t, esID);
}

/** What must hold after every walk, read from the tables. */
async function judge(t: { is: (a: unknown, b: unknown, message: string) => void }, esID: string): Promise<void> {
  const { db } = room;
  const versions = await listVersions(db, esID);
  for (const { applicationId, state } of versions) {
    const key = await db('seal.seal_keys').where({ application_id: applicationId }).first();
    const hasEnded = ['rejected', 'superseded', 'cancelled'].includes(state);
    if (key) t.is(key.box === null, hasEnded, `the key of a version that is ${state}`);
  }
  const sealings = await db('seal.sealings').where({ es_id: esID, state: 'released' });
  for (const sealing of sealings) {
    const version = versions.find(({ esealSm3 }) => esealSm3 === sealing.eseal_sm3)!;
    const history = await listStepsOf(db, version.applicationId);
    t.is(stateAt(history, sealing.signed_at), 'active', 'the version that was used, when it was used');
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `select from seal.audit_entries where kind = 'sealing.released' and detail->>'sealing_id' = ?`,
      [sealing.sealing_id],
    );
    t.is(rows.length, 1, 'the row of the usage log');
  }
  const { rows: united } = await db.raw<{ rows: unknown[] }>(
    'select actor from seal.seal_steps where es_id = ? group by actor having count(distinct duty) > 1',
    [esID],
  );
  t.is(united.length, 0, 'nobody has two duties');
}

const anyMove = fc.record({ op: fc.constantFrom(...OPS), who: fc.nat({ max: PEOPLE - 1 }) });
const use: Move = { op: 'use', who: 0 };

test.serial('Random walks: no use of a seal that is not active, no two duties, each use in the log', async (t) => {
  const walk = fc.tuple(fc.nat({ max: WAY.length }), fc.array(anyMove, { minLength: 6, maxLength: 16 }));
  await fc.assert(
    fc.asyncProperty(walk, async ([led, moves]) => walkAlong(t, [...WAY.slice(0, led), ...moves, use])),
    { numRuns: 12 },
  );
});

test.serial('A life that goes the whole way, twice, is used as often as it may be', async (t) => {
  const again: readonly Move[] = [{ op: 'renew', who: 3 }, ...WAY.slice(1)];
  const pause: readonly Move[] = [{ op: 'suspend', who: 3 }, use, { op: 'resume', who: 3 }, use];
  await walkAlong(t, [
    use,
    ...WAY,
    use,
    ...pause,
    ...again,
    use,
    { op: 'forge', who: 0 },
    { op: 'cancel', who: 3 },
    use,
  ]);
  const { rows } = await room.db.raw<{ rows: { n: number }[] }>(
    `select count(*)::integer as n from seal.sealings where client_id = 'walker' and idempotency_key like ? and state = 'released'`,
    [`walk-${walks}-%`],
  );
  t.is(rows[0]!.n, 3);
});
