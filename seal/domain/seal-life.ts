// The life of a seal as a table (国办发〔2025〕33号: 申请、制作、备案、使用、注销, with 停用/恢复 and 重新制作): which step leads from
// which state to which, whose duty it is, and who is told. Nothing else is possible: the database keeps the same table
// (seal.seal_life) and refuses every row of history that is not in it.
// A life is that of one version of a seal; a re-made seal keeps its code and begins the next version.
import type { Scope } from '../../common/contract/identity.ts';
import { ROLE_SCOPES, type Role } from '../../common/contract/roles.ts';
import { VERSION_STATES } from '../../common/contract/seal-life.ts';
import { TrustError } from '../../common/errors.ts';

/** `none`: before the first step. */
export const LIFE_STATES = ['none', ...VERSION_STATES] as const;
export type LifeState = (typeof LIFE_STATES)[number];

/** Nobody has two of these for one seal, in all its versions. */
export const DUTIES = ['applicant', 'approver', 'maker', 'keeper'] as const;
export type Duty = (typeof DUTIES)[number];

export const STEPS = [
  'apply',
  'renew',
  'redraw',
  'approve',
  'reject',
  'make',
  'file',
  'activate',
  'suspend',
  'resume',
  'supersede',
  'cancel',
] as const;
export type Step = (typeof STEPS)[number];

export type LifeRule = {
  readonly step: Step;
  readonly from: readonly LifeState[];
  readonly to: LifeState;
  readonly duty: Duty;
  /** What the person's token must bear. */
  readonly scope: Scope;
  /** `owner`: the role must be one at the seal owner's organisation. */
  readonly at: 'owner' | 'anywhere';
  /** Who at the owner's is told of it. */
  readonly tells: readonly Extract<Duty, 'applicant' | 'keeper'>[];
};

const rule = (
  step: Step,
  from: readonly LifeState[],
  to: LifeState,
  [duty, scope, at]: readonly [Duty, Scope, 'owner' | 'anywhere'],
  tells: LifeRule['tells'],
): LifeRule => ({ step, from, to, duty, scope, at, tells });

const APPLICANT = ['applicant', 'seal:apply', 'owner'] as const;
const APPROVER = ['approver', 'seal:approve', 'anywhere'] as const;
const MAKER = ['maker', 'seal:make', 'anywhere'] as const;
const FILER = ['maker', 'seal:file', 'anywhere'] as const;
const KEEPER = ['keeper', 'seal:keep', 'owner'] as const;

/** Of a version that has not ended. */
const OPEN = ['applied', 'approved', 'made', 'filed', 'active', 'suspended'] as const;
/** Of the version that is in the registry as the seal. */
export const IN_FORCE = ['active', 'suspended'] as const;

export const LIFE: readonly LifeRule[] = [
  rule('apply', ['none'], 'applied', APPLICANT, []),
  // Re-making: the same picture needs no second approval, because nothing but key and certificate is new.
  rule('renew', ['none'], 'approved', KEEPER, ['applicant']),
  rule('redraw', ['none'], 'applied', KEEPER, ['applicant']),
  rule('approve', ['applied'], 'approved', APPROVER, ['applicant']),
  rule('reject', ['applied', 'approved'], 'rejected', APPROVER, ['applicant', 'keeper']),
  rule('make', ['approved'], 'made', MAKER, ['applicant']),
  rule('file', ['made'], 'filed', FILER, ['applicant', 'keeper']),
  rule('activate', ['filed'], 'active', KEEPER, ['applicant']),
  rule('suspend', ['active'], 'suspended', KEEPER, ['applicant', 'keeper']),
  rule('resume', ['suspended'], 'active', KEEPER, ['applicant', 'keeper']),
  // With the activation of the next version, by the same person.
  rule('supersede', IN_FORCE, 'superseded', KEEPER, []),
  rule('cancel', OPEN, 'cancelled', KEEPER, ['applicant', 'keeper']),
];

/** Who acts: a token of the identity room, as far as duties go. */
export type LifeActor = {
  readonly kind: 'person' | 'machine';
  readonly subject: string;
  readonly clientId: string;
  readonly roles: readonly Role[];
};

/** The rule of a step; `seal-state-forbids` when it does not lead on from `state`. */
export function ruleOf(step: Step, state: LifeState, subject: string): LifeRule {
  const found = LIFE.find((row) => row.step === step && row.from.includes(state));
  if (found) return found;
  // `supersede` is nobody's own act: it comes with the activation of the next version.
  const steps = LIFE.filter((row) => row.from.includes(state) && row.step !== 'supersede').map((row) => row.step);
  throw new TrustError('seal-state-forbids', `${subject} is ${state}; ${step} is not possible`, {
    hint: steps.length === 0 ? 'This state is an end.' : `Possible from here: ${steps.join(', ')}.`,
  });
}

/** True for a person whose role at `org` brings `scope`. */
export function hasRoleAt(actor: LifeActor, scope: Scope, org: string): boolean {
  return (
    actor.kind === 'person' && actor.roles.some((role) => role.org === org && ROLE_SCOPES[role.role].includes(scope))
  );
}

/**
 * The organisation for which the actor takes a step. `person-needed` for a machine, `role-missing` when the role is not
 * one at the owner's organisation where the rule asks for that.
 */
export function organisationFor(actor: LifeActor, { scope, at, duty }: LifeRule, ownerCode: string): string {
  if (actor.kind !== 'person') throw new TrustError('person-needed', `${actor.clientId} is a machine`);
  if (at === 'owner') {
    if (hasRoleAt(actor, scope, ownerCode)) return ownerCode;
    throw new TrustError('role-missing', `The ${duty} of this seal has a role at ${ownerCode}, its owner`);
  }
  const role = actor.roles.find(({ role: name }) => ROLE_SCOPES[name].includes(scope));
  if (role) return role.org;
  throw new TrustError('role-missing', `No role of this person brings ${scope}`);
}

/** `duty-conflict` when this person has had another duty for the seal. */
export function checkDuty(earlier: Duty | null, duty: Duty, esID: string): void {
  if (earlier === null || earlier === duty) return;
  throw new TrustError('duty-conflict', `Who was ${earlier} of seal ${esID} cannot be its ${duty}`);
}

/** What happened at a step, as the history keeps it. */
export type TakenStep = {
  readonly applicationId: string;
  readonly esID: string;
  /** Counted from 1 in one version. */
  readonly number: number;
  readonly step: Step;
  readonly from: LifeState;
  readonly to: LifeState;
  readonly duty: Duty;
  /** The person's `sub`. */
  readonly actor: string;
  readonly organisation: string;
  readonly clientId: string;
  readonly reason: string | null;
  readonly at: Date;
  readonly requestId: string | null;
};

/** The state of a version at a moment, by its history in order; `none` before its first step. */
export function stateAt(history: readonly Pick<TakenStep, 'to' | 'at'>[], moment: Date): LifeState {
  return history.findLast(({ at }) => at <= moment)?.to ?? 'none';
}
