// An act on the life of a seal: a person, a key of the act, and the statements that change the world. The answer is kept
// in the same transaction, so that a repetition, also after a crash or from another node, has the same answer.
import type { Knex } from 'knex';
import { toHex, utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { LifeActor } from '../domain/seal-life.ts';
import { claimAct, findAct, markAnswer } from '../store/seal-acts.ts';

export type LifeAct = {
  readonly actor: LifeActor;
  readonly idempotencyKey: string;
  readonly requestId?: string | undefined;
  /** What is done to what, for example `approve sealapp_…`. */
  readonly name: string;
  /** What was asked for beside; together with the name it tells a repetition from another act. */
  readonly request: unknown;
};

type ActDeps = { readonly db: Knex; readonly clock: Clock };

/** The answer of this act, if it was done before. `idempotency-conflict` when the key was used for another one. */
export async function findAnswer<T>({ db }: Pick<ActDeps, 'db'>, act: LifeAct): Promise<T | null> {
  const found = await findAct(db, keyOf(act));
  if (!found) return null;
  if (found.requestSm3 !== fingerprint(act))
    throw new TrustError('idempotency-conflict', 'This Idempotency-Key was used for another act');
  return JSON.parse(found.answer) as T;
}

/**
 * Does the act once: `work` runs in a transaction and returns the answer, which must survive JSON. What it throws undoes
 * everything. Codes: `idempotency-conflict`, and those of `work`.
 */
export async function runAct<T>(deps: ActDeps, act: LifeAct, work: (trx: Knex, now: Date) => Promise<T>): Promise<T> {
  const now = deps.clock();
  const done = await deps.db.transaction(async (trx) => {
    if (!(await claimAct(trx, keyOf(act), fingerprint(act), now))) return null;
    const answer = await work(trx, now);
    await markAnswer(trx, keyOf(act), JSON.stringify(answer));
    return { answer };
  });
  if (done) return done.answer;
  const answer = await findAnswer<T>(deps, act);
  if (answer === null) throw new Error(`the act ${act.name} was claimed and is not there`);
  return answer;
}

const keyOf = ({ actor, idempotencyKey }: LifeAct) => ({ actor: actor.subject, idempotencyKey });

function fingerprint({ name, request }: LifeAct): string {
  return toHex(sm3(utf8(JSON.stringify([name, request]))));
}
