// What is accepted as a role of a person: for which organisation and unit, from when to when. Which duties it brings is the
// table of common/contract/roles.ts.
import { checkCreditCode } from '../../common/codes/credit-code.ts';
import { isRoleName, ROLE_NAMES, type Role } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';

/** From `beginsAt` on, and before `endsAt`; null: until it is ended. */
export type RoleTerm = { readonly beginsAt: Date; readonly endsAt: Date | null };

export type AssignedRole = Role &
  RoleTerm & { readonly loginName: string; readonly name: string; readonly sub: string };

/** The role in its stored form. Throws `code-check` or `invalid-request` with a pointer. */
export function parseRole({ org, unit, role }: { org: string; unit: string; role: string }): Role {
  checkCreditCode(org, '/org');
  const stored = unit.normalize('NFC').trim();
  if (stored === '' || stored.length > 100 || /\p{C}/u.test(stored)) {
    throw new TrustError('invalid-request', 'unit is not accepted; expected 1 to 100 characters', { pointer: '/unit' });
  }
  if (!isRoleName(role)) {
    const detail = `role is "${role.slice(0, 60)}"; expected one of ${ROLE_NAMES.join(', ')}`;
    throw new TrustError('invalid-request', detail, { pointer: '/role' });
  }
  return { org, unit: stored, role };
}

/** Throws `invalid-request` unless the term has a length. */
export function checkTerm({ beginsAt, endsAt }: RoleTerm): void {
  if (endsAt !== null && endsAt <= beginsAt) {
    throw new TrustError('invalid-request', 'the role would end before it begins', { pointer: '/to' });
  }
}
