// The steps of a seal's life that are one transaction: approval, rejection, filing, activation (with which the version
// before is superseded), suspension, resumption, cancellation. What has to follow outside of the database, the revocation
// of certificates, is on record with the step and settled afterwards.
import type { Knex } from 'knex';
import type { SealApplication } from '../../common/contract/seal-life.ts';
import { TrustError } from '../../common/errors.ts';
import type { LifeActor, Step } from '../domain/seal-life.ts';
import type { SealVersion } from '../domain/seal-version.ts';
import { describeVersion } from '../domain/version-document.ts';
import { insertEvent } from '../store/events.ts';
import { findKeyOf, wantRevocation } from '../store/seal-keys.ts';
import { findVersionInForce, listVersions } from '../store/seal-versions.ts';
import { type LifeAct, runAct } from './life-act.ts';
import type { LifeDeps } from './life-deps.ts';
import { settleRevocations } from './seal-certificate.ts';
import { getVersion, takeStep } from './take-step.ts';

type Asked = Omit<LifeAct, 'name' | 'request'>;

/** `approve`, `reject` or `file`. Codes: `seal-application-not-found`, those of a step. */
export async function decideOnVersion(
  deps: LifeDeps,
  act: Asked,
  applicationId: string,
  {
    step,
    reason,
  }: { readonly step: Extract<Step, 'approve' | 'reject' | 'file'>; readonly reason?: string | undefined },
): Promise<SealApplication> {
  const { actor, requestId } = act;
  return runAct(deps, { ...act, name: `${step} ${applicationId}`, request: { reason } }, async (trx, now) => {
    const version = await getVersion(trx, applicationId);
    const done = await takeStep(trx, version, { step, actor, reason, requestId, now });
    if (step === 'reject') await endVersion(trx, version, { actor, reason: 'cessation-of-operation', now });
    return describeVersion(done, now);
  });
}

/** Puts a version in force; the one before is superseded in the same moment, its key destroyed, its certificate revoked. */
export async function activateVersion(
  deps: LifeDeps,
  act: Asked,
  applicationId: string,
  { reason }: { readonly reason?: string | undefined },
): Promise<SealApplication> {
  const { actor, requestId } = act;
  const answer = await runAct(
    deps,
    { ...act, name: `activate ${applicationId}`, request: { reason } },
    async (trx, now) => {
      const version = await getVersion(trx, applicationId);
      const before = await findVersionInForce(trx, version.esID);
      if (before && version.state === 'filed') {
        await takeStep(trx, before, { step: 'supersede', actor, reason, requestId, now });
        await endVersion(trx, before, { actor, reason: 'superseded', now });
      }
      return describeVersion(await takeStep(trx, version, { step: 'activate', actor, reason, requestId, now }), now);
    },
  );
  await settle(deps);
  return answer;
}

/** `suspend` or `resume` the version in force. Codes: `seal-not-found`, those of a step. */
export async function changeSeal(
  deps: LifeDeps,
  act: Asked,
  esID: string,
  { step, reason }: { readonly step: Extract<Step, 'suspend' | 'resume'>; readonly reason?: string | undefined },
): Promise<SealApplication> {
  const { actor, requestId } = act;
  return runAct(deps, { ...act, name: `${step} ${esID}`, request: { reason } }, async (trx, now) => {
    const version = (await findVersionInForce(trx, esID)) ?? (await lastVersion(trx, esID));
    return describeVersion(await takeStep(trx, version, { step, actor, reason, requestId, now }), now);
  });
}

/** Ends a seal for good, with every version that has not ended. Codes: `seal-not-found`, those of a step. */
export async function cancelSeal(
  deps: LifeDeps,
  act: Asked,
  esID: string,
  request: { readonly reason: string; readonly key_compromised: boolean },
): Promise<SealApplication> {
  const { actor, requestId } = act;
  const answer = await runAct(deps, { ...act, name: `cancel ${esID}`, request }, async (trx, now) => {
    const why = request.key_compromised ? 'key-compromise' : 'cessation-of-operation';
    const ended = new Map<string, SealVersion>();
    const versions = await listVersions(trx, esID);
    const open = versions.filter(({ state }) => !['rejected', 'superseded', 'cancelled'].includes(state));
    const last = await lastVersion(trx, esID);
    for (const version of open.length > 0 ? open : [last]) {
      const take = { step: 'cancel', actor, reason: request.reason, requestId, now } as const;
      ended.set(version.applicationId, await takeStep(trx, version, take));
      await endVersion(trx, version, { actor, reason: why, now });
    }
    const inForce = open.find(({ state }) => state === 'active' || state === 'suspended') ?? open.at(-1)!;
    return describeVersion(ended.get(inForce.applicationId)!, now);
  });
  await settle(deps);
  return answer;
}

/** The database has destroyed the key with the step; here it is said, and the certificate is put down for revocation. */
async function endVersion(
  trx: Knex,
  version: SealVersion,
  end: {
    readonly actor: LifeActor;
    readonly reason: 'key-compromise' | 'superseded' | 'cessation-of-operation';
    readonly now: Date;
  },
): Promise<void> {
  const { applicationId, esID } = version;
  const keyRef = await findKeyOf(trx, applicationId);
  if (keyRef === null) return;
  const detail = { application_id: applicationId, key_ref: keyRef };
  await insertEvent(trx, { at: end.now, kind: 'seal.key-destroyed', esID, actor: end.actor.subject, detail });
  await wantRevocation(trx, applicationId, end.reason, end.now);
}

async function lastVersion(db: Knex, esID: string): Promise<SealVersion> {
  const last = (await listVersions(db, esID)).at(-1);
  if (last) return last;
  throw new TrustError('seal-not-found', `There is no seal ${esID}`);
}

/** What fails here stays on record and is tried again by the room's sweep. */
async function settle(deps: LifeDeps): Promise<void> {
  await settleRevocations(deps);
  await deps.keyring.sweep();
}
