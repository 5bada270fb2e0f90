// One step of a seal's life, inside the transaction of an act: is it lawful from here, is it this person's, who is told.
// The row of history is what moves the version on; the database checks all of it once more.
import type { Knex } from 'knex';
import { TrustError } from '../../common/errors.ts';
import { checkDuty, type LifeActor, organisationFor, ruleOf, type Step } from '../domain/seal-life.ts';
import type { SealVersion } from '../domain/seal-version.ts';
import { insertNotice } from '../store/seal-notices.ts';
import { findDuty, insertStep } from '../store/seal-steps.ts';
import { findVersion } from '../store/seal-versions.ts';

export type StepRequest = {
  readonly step: Step;
  readonly actor: LifeActor;
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
  readonly now: Date;
};

/** The version with this application; `seal-application-not-found`. */
export async function getVersion(db: Knex, applicationId: string): Promise<SealVersion> {
  const version = await findVersion(db, applicationId);
  if (version) return version;
  throw new TrustError('seal-application-not-found', `There is no application ${applicationId}`);
}

/**
 * May this person take this step now? Codes: `seal-state-forbids`, `person-needed`, `role-missing`, `duty-conflict`.
 * Returns the organisation for which the person acts.
 */
export async function checkStep(
  db: Knex,
  version: SealVersion,
  { step, actor }: Pick<StepRequest, 'step' | 'actor'>,
): Promise<string> {
  const rule = ruleOf(step, version.state, `Version ${version.number} of seal ${version.esID}`);
  const organisation = organisationFor(actor, rule, version.ownerCode);
  checkDuty(await findDuty(db, version.esID, actor.subject), rule.duty, version.esID);
  return organisation;
}

/** Takes the step and returns the version as it stands then. Codes: those of `checkStep`. */
export async function takeStep(trx: Knex, version: SealVersion, request: StepRequest): Promise<SealVersion> {
  const { step, actor, reason = null, requestId = null, now } = request;
  const organisation = await checkStep(trx, version, request);
  const { to, duty, tells } = ruleOf(step, version.state, version.esID);
  const { applicationId, esID, ownerCode } = version;
  const at = now > version.stateChangedAt ? now : version.stateChangedAt; // clocks of two nodes differ a little
  const number = version.steps + 1;
  const { subject, clientId } = actor;
  const who = { duty, actor: subject, organisation, clientId };
  await insertStep(trx, { applicationId, esID, number, step, from: version.state, to, ...who, reason, at, requestId });
  const about = { esID, applicationId, organisation: ownerCode, at };
  const detail = { step, state: to, version: version.number, name: version.name, reason };
  for (const told of tells) {
    await insertNotice(trx, { ...about, kind: 'state', occasion: String(number), duty: told, detail });
  }
  return { ...version, state: to, stateChangedAt: at, steps: number };
}
