// One call of a client, whatever it asks to be sealed: the same act again, permits, the intent, the key, the release.
// The intent is on record before the private key is used, and a repetition is answered with the bytes of the first time,
// made again from the values in the row. No transaction is open over slow work.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditGroup, AuditWork } from '../../common/audit/audit-log.ts';
import { toHex } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { makeBatch } from '../../common/db/batch.ts';
import { TrustError } from '../../common/errors.ts';
import { noGrant } from '../domain/seal-grant.ts';
import { fingerprintCall, type Release } from '../domain/sealing.ts';
import { refusalEntries, releaseEntries } from '../domain/usage.ts';
import { findOpenings } from '../store/sealing-permits.ts';
import {
  type CallRelease,
  claimCall,
  endLease,
  findCalls,
  findKept,
  insertCountedIntents,
  insertIntents,
  listSealingIds,
  markReleased,
  releaseAll,
} from '../store/sealings.ts';
import { isWorthKeeping, KEPT_FOR_MS, type KeptSignatures, noSignatures } from './kept-signatures.ts';
import type { Outside } from './means.ts';
import {
  type CallPlan,
  type ClientCall,
  checkPermits,
  intentsOf,
  LEASE_MS,
  openCall,
  planCall,
  type ReleasedSealing,
  type SealingDeps,
} from './plan-call.ts';
import { checkSameRequest, repeatCall } from './repeat-call.ts';
import type { SealingRecord } from './sealing-record.ts';

export type Caller = {
  /**
   * Codes: `idempotency-conflict`, `answer-gone`, `seal-not-found`, `seal-not-granted`, `seal-not-usable`,
   * `time-stamp-unavailable`, those of the making, and `seal-unavailable` when an equal call is at work for too long.
   * Sealed or refused, the rows of the usage log are committed before it returns or throws; when they cannot be, the
   * answer is `database-unavailable`.
   */
  readonly perform: (call: ClientCall) => Promise<readonly ReleasedSealing[]>;
};

/** What is ours to do: the rows of the call, the first one with the lease. */
type Act = { readonly sealingIds: readonly string[]; readonly attempt: number };
type Outcome = Act | { readonly released: readonly ReleasedSealing[] };

const WAIT_MS = 20_000;
const POLL_MS = 40;

export function makeCaller(deps: SealingDeps): Caller {
  const { db, audit, clock } = deps;
  const findCall = makeBatch((keys: Parameters<typeof findCalls>[1]) => findCalls(db, keys));
  const findOpening = makeBatch((uses: Parameters<typeof findOpenings>[1]) => findOpenings(db, uses));
  const insertIntent = makeBatch((calls: Parameters<typeof insertIntents>[1]) => insertIntents(db, calls));

  const perform = async (call: ClientCall): Promise<readonly ReleasedSealing[]> => {
    // 2. The same act again? Then the answer is the one that was given.
    const requestSm3 = fingerprintCall(call.form, call.queries, call.inputSm3);
    const opening = await openCall(call, clock(), findOpening);
    if (opening.earlier?.releasedAt) return repeatCall(deps, call, opening.earlier, requestSm3);
    // 3. May this client use these seals now, and can this input take them? Nothing is on record yet.
    const plan = await planCall(deps, call, requestSm3, checkPermits(opening));
    // 4. Intent on record: one of all parallel equal calls writes it, the others wait for what it releases.
    const act = await takeAct(call, plan);
    if ('released' in act) return act.released;
    // 5. Use the key; release and the rows of the usage log are one transaction.
    return release(call, plan, act);
  };

  const takeAct = async (call: ClientCall, plan: CallPlan): Promise<Outcome> => {
    const now = clock();
    const intents = intentsOf(call, plan, now);
    let outcome = await insertIntent(intents);
    if (outcome === 'refused') {
      // A grant with a count, which is used up by one call after the other; or the seal has changed since step 3.
      checkPermits(await openCall(call, now, findOpening));
      outcome = await insertCountedIntents(db, intents, noGrant);
      if (outcome === 'refused') {
        checkPermits(await openCall(call, clock(), findOpening));
        throw new TrustError(
          'seal-unavailable',
          'The seal was changed meanwhile; repeat with the same Idempotency-Key',
        );
      }
    }
    if (outcome === 'ours') return { sealingIds: intents.map(({ sealingId }) => sealingId), attempt: 1 };
    return waitForAct(call, plan);
  };

  /** Waits for the one at work; takes over when its lease has expired, as after a crash. */
  const waitForAct = async (call: ClientCall, { requestSm3 }: CallPlan): Promise<Outcome> => {
    for (let waited = 0; waited < WAIT_MS; waited += POLL_MS) {
      const found = await findCall(call);
      if (!found) break;
      if (found.releasedAt) return { released: await repeatCall(deps, call, found, requestSm3) };
      checkSameRequest(found, requestSm3);
      const now = clock();
      if (found.leaseUntil <= now) {
        // The plan is as old as the wait: what was allowed then may have been withdrawn or suspended.
        checkPermits(await openCall(call, now, findOpening));
        const attempt = await claimCall(db, found, now, new Date(now.getTime() + LEASE_MS));
        if (attempt !== null) return { sealingIds: await listSealingIds(db, call), attempt };
      }
      await sleep(POLL_MS);
    }
    const detail = 'An equal request is still at work; repeat this one with the same Idempotency-Key';
    throw new TrustError('seal-unavailable', detail);
  };

  const release = async (call: ClientCall, plan: CallPlan, act: Act): Promise<readonly ReleasedSealing[]> => {
    const lease = { headId: act.sealingIds[0]!, attempt: act.attempt };
    const kept = act.attempt > 1 ? await findKept(db, lease.headId, new Date(clock().getTime() - KEPT_FOR_MS)) : null;
    const signedAt = kept?.signedAt ?? clock();
    const drawn = (kept?.drawn as KeptSignatures | undefined) ?? noSignatures();
    try {
      const releasing = await makeAll(call, plan, act, { outside: deps, signedAt, drawn });
      if (await audit.appendIn(RELEASES, { ...releasing, lease, clock })) return releasing.released;
    } catch (error) {
      await endLease(db, lease, clock(), isWorthKeeping(error, drawn) ? { signedAt, drawn } : null).catch((cause) =>
        deps.log.warn({ err: cause }, 'the lease of a sealing stays until it expires'),
      );
      throw error;
    }
    // Another attempt took over while this one was slow: its bytes count, these are never shown.
    const found = await findCall(call);
    if (found?.releasedAt) return repeatCall(deps, call, found, plan.requestSm3);
    const detail = 'Another attempt has taken this sealing over; repeat with the same Idempotency-Key';
    throw new TrustError('seal-unavailable', detail);
  };

  return {
    perform: async (call) => {
      try {
        return await perform(call);
      } catch (error) {
        await Promise.all(refusalEntries(call, error, clock()).map(audit.append));
        throw error;
      }
    },
  };
}

type Releasing = {
  readonly call: ClientCall;
  readonly plan: CallPlan;
  readonly lease: { readonly headId: string; readonly attempt: number };
  readonly signedAt: Date;
  readonly released: readonly ReleasedSealing[];
  readonly releases: readonly Release[];
  readonly clock: Clock;
};

/** All sealings of a call; what they drew from outside is kept with each. */
async function makeAll(
  call: ClientCall,
  plan: CallPlan,
  { sealingIds }: Act,
  from: { readonly outside: Outside; readonly signedAt: Date; readonly drawn: KeptSignatures },
): Promise<Omit<Releasing, 'lease' | 'clock'>> {
  const { signedAt } = from;
  const sealings = plan.sealings.map((sealing) => ({ ...sealing, time: signedAt }));
  const made = await call.making.make(sealings, from);
  const releases = made.map(({ bytes, field, dataHash, updateSm3, record }, i) => {
    const { party, partySm3 } = sealings[i]!;
    const kept = { ...record, containers: party.containers } satisfies SealingRecord;
    const what = { field, dataSm3: toHex(dataHash), updateSm3, updateSize: bytes.length };
    return { sealingId: sealingIds[i]!, signedAt, ...what, partySm3, record: kept };
  });
  const released = made.map(({ bytes }, i) => ({ sealingId: sealingIds[i]!, bytes }));
  return { call, plan, signedAt, released, releases };
}

/** The rows of all calls that are released at once, and their rows of the usage log. */
const RELEASES: AuditGroup<Releasing, boolean> = {
  run: async (trx, all) => {
    const calls = all.map(releaseOf);
    const isOurs = await markReleased(trx, calls);
    return all.map((one, i) => (isOurs[i] ? released(one, calls[i]!.at) : { value: false, entries: [] }));
  },
  atOnce: (all) => {
    const calls = all.map(releaseOf);
    return { act: releaseAll(calls), works: all.map((one, i) => released(one, calls[i]!.at)) };
  },
};

const releaseOf = ({ lease, releases, clock }: Releasing): CallRelease => ({ ...lease, releases, at: clock() });

function released({ call, plan, releases }: Releasing, at: Date): AuditWork<boolean> {
  const outcomes = releases.map((release, k) => {
    const { query, party, means } = plan.sealings[k]!;
    const level = query.level ?? (means.isStamped ? 'T' : 'B');
    return { ...release, esealSm3: toHex(party.sealDigest), level, mode: query.mode ?? 'dual' };
  });
  return { value: true, entries: releaseEntries(call, outcomes, at) };
}
