// Grants, given and withdrawn by a keeper of the seal.
import type { Knex } from 'knex';
import type { GrantRequest, SealGrantDocument } from '../../common/contract/seal-life.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { checkGrant } from '../domain/seal-grant.ts';
import { checkDuty, type LifeActor, organisationFor, ruleOf } from '../domain/seal-life.ts';
import type { SealVersion } from '../domain/seal-version.ts';
import { insertEvent } from '../store/events.ts';
import { findGrant, insertGrant, type KeptGrant, markWithdrawn } from '../store/seal-grants.ts';
import { findDuty, insertDuty } from '../store/seal-steps.ts';
import { findVersionInForce } from '../store/seal-versions.ts';
import { type LifeAct, runAct } from './life-act.ts';
import type { LifeDeps } from './life-deps.ts';

type Asked = Omit<LifeAct, 'name' | 'request'>;
type GrantDeps = Pick<LifeDeps, 'db' | 'clock'>;

/** Codes: `invalid-request`, `seal-not-found` for a seal that is not in force, those of a keeper's step. */
export async function giveGrant(
  deps: GrantDeps,
  act: Asked,
  esID: string,
  request: GrantRequest,
): Promise<SealGrantDocument> {
  return runAct(deps, { ...act, name: `grant ${esID}`, request }, async (trx, now) => {
    const validFrom = request.valid_from === undefined ? now : new Date(request.valid_from);
    const validTo = new Date(request.valid_to);
    checkGrant({ validFrom, validTo }, now);
    await actAsKeeper(trx, esID, act.actor, now);
    const grant = {
      grantId: makeId('grant'),
      clientId: request.client_id,
      esID,
      documentClass: request.document_class,
      maxUses: request.count,
      validFrom,
      validTo,
      grantedAt: now,
      grantedBy: act.actor.subject,
    };
    await insertGrant(trx, grant);
    await record(trx, 'seal.granted', act, grant, now);
    return describeGrant({ ...grant, used: 0, withdrawnAt: null, withdrawnBy: null, withdrawnReason: null });
  });
}

/** Codes: `grant-not-found`, `seal-state-forbids` when it was withdrawn before, those of `giveGrant`. */
export async function withdrawGrant(
  deps: GrantDeps,
  act: Asked,
  { esID, grantId }: { readonly esID: string; readonly grantId: string },
  request: { readonly reason: string },
): Promise<SealGrantDocument> {
  return runAct(deps, { ...act, name: `withdraw ${esID} ${grantId}`, request }, async (trx, now) => {
    await actAsKeeper(trx, esID, act.actor, now);
    if (!(await findGrant(trx, esID, grantId)))
      throw new TrustError('grant-not-found', `Seal ${esID} has no grant ${grantId}`);
    if (!(await markWithdrawn(trx, grantId, { by: act.actor.subject, reason: request.reason, at: now })))
      throw new TrustError('seal-state-forbids', `The grant ${grantId} was withdrawn before`);
    const grant = (await findGrant(trx, esID, grantId))!;
    await record(trx, 'seal.grant-withdrawn', act, grant, now);
    return describeGrant(grant);
  });
}

export function describeGrant(grant: KeptGrant): SealGrantDocument {
  return {
    grant_id: grant.grantId,
    esID: grant.esID,
    client_id: grant.clientId,
    document_class: grant.documentClass,
    count: grant.maxUses,
    used: grant.used,
    valid_from: grant.validFrom.toISOString(),
    valid_to: grant.validTo.toISOString(),
    granted_at: grant.grantedAt.toISOString(),
    granted_by: grant.grantedBy,
    withdrawn_at: grant.withdrawnAt?.toISOString() ?? null,
    withdrawn_reason: grant.withdrawnReason,
  };
}

/** A keeper of the owner's organisation, who has no other duty for this seal, and from now on has this one. */
async function actAsKeeper(trx: Knex, esID: string, actor: LifeActor, now: Date): Promise<SealVersion> {
  const version = await findVersionInForce(trx, esID);
  if (!version) throw new TrustError('seal-not-found', `There is no seal ${esID} in force`);
  const rule = ruleOf('cancel', version.state, `Seal ${esID}`);
  organisationFor(actor, rule, version.ownerCode);
  checkDuty(await findDuty(trx, esID, actor.subject), 'keeper', esID);
  await insertDuty(trx, { esID, sub: actor.subject, duty: 'keeper', since: now });
  return version;
}

async function record(
  trx: Knex,
  kind: 'seal.granted' | 'seal.grant-withdrawn',
  { actor, requestId }: Asked,
  { esID, grantId, clientId, documentClass }: Pick<KeptGrant, 'esID' | 'grantId' | 'clientId' | 'documentClass'>,
  at: Date,
): Promise<void> {
  const detail = { grant_id: grantId, client_id: clientId, document_class: documentClass };
  await insertEvent(trx, { at, kind, esID, actor: actor.subject, requestId, detail });
}
