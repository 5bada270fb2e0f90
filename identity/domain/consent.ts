// What a person's answer on the consent page comes to, and what of it outlives the session.
import { ABOUT_PERSON, APPROVAL_SCOPES } from './claims.ts';

export type Decision = {
  readonly given: readonly string[];
  /** Optional scopes that were asked for and not ticked. */
  readonly declined: readonly string[];
};

/** `ticked`: optional scopes that the person chose; a scope that is not optional is given with the rest. */
export function decide(asked: readonly string[], optional: readonly string[], ticked: readonly string[]): Decision {
  const declined = asked.filter((scope) => optional.includes(scope) && !ticked.includes(scope));
  return { given: asked.filter((scope) => !declined.includes(scope)), declined };
}

/** A decision on top of an earlier one that still counts: the newer answer wins. */
export function mergeDecisions(before: Decision, now: Decision): Decision {
  const keep = (scopes: readonly string[], against: readonly string[]): readonly string[] =>
    scopes.filter((scope) => !against.includes(scope));
  return {
    given: [...new Set([...keep(before.given, now.declined), ...now.given])],
    declined: [...new Set([...keep(before.declined, now.given), ...now.declined])],
  };
}

/**
 * Scopes of a consent that need not be asked for in the next session. What needed an administrator's approval is asked
 * each session, with the values; tokens that outlive the session and duties are asked each time.
 */
export function outlivesSession(scopes: readonly string[]): readonly string[] {
  return scopes.filter(
    (scope) => ABOUT_PERSON.some((one) => one === scope) && !APPROVAL_SCOPES.some((one) => one === scope),
  );
}
