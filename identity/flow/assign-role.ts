// Gives a person a role for an organisation, and ends it. What was stays on record, with an event for each.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { areAdminRolesApart, type Role } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';
import { parseReason } from '../domain/reason.ts';
import { checkTerm, parseRole } from '../domain/role.ts';
import { findSubByLoginName } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { endRoles, insertRole, listRolesFrom } from '../store/roles.ts';

export type AssignRoleDeps = { readonly db: Knex; readonly clock: Clock };

export type RoleRequest = {
  readonly loginName: string;
  readonly org: string;
  readonly unit: string;
  readonly role: string;
  /** Account of an administrator, with his reason; the operator unless given. */
  readonly by?: string;
  readonly reason?: string;
};

/** Errors: account-not-found, code-check, invalid-request; role-exists when it has the role at some of that time already; roles-apart. */
export async function addRole(
  { db, clock }: AssignRoleDeps,
  request: RoleRequest & { readonly from?: Date | undefined; readonly to?: Date | undefined },
): Promise<void> {
  const role = parseRole(request);
  const now = clock();
  const term = { beginsAt: request.from ?? now, endsAt: request.to ?? null };
  checkTerm(term);
  const sub = await getSub(db, request.loginName);
  await db.transaction(async (trx) => {
    const others = await listRolesFrom(trx, sub, term.beginsAt);
    const apart = others.find((other) => areAdminRolesApart(role.role, other.role));
    if (apart)
      throw new TrustError('roles-apart', `${request.loginName} is ${apart.role}; nobody is ${role.role} besides`);
    if (!(await insertRole(trx, sub, role, term))) {
      throw new TrustError('role-exists', `${request.loginName} is ${role.role} of ${role.unit} (${role.org}) already`);
    }
    const detail = {
      ...role,
      ...whoOf(request),
      from: term.beginsAt.toISOString(),
      ...(term.endsAt && { to: term.endsAt.toISOString() }),
    };
    await insertEvent(trx, { at: now, kind: 'role.added', sub, detail });
  });
}

/** Ends the role now, also one that has not begun. Tokens given under it last five minutes at most. Errors as above; role-not-found. */
export async function endRole({ db, clock }: AssignRoleDeps, request: RoleRequest): Promise<void> {
  const role: Role = parseRole(request);
  const now = clock();
  const sub = await getSub(db, request.loginName);
  await db.transaction(async (trx) => {
    if ((await endRoles(trx, sub, role, now)) === 0) {
      throw new TrustError('role-not-found', `${request.loginName} is not ${role.role} of ${role.unit} (${role.org})`);
    }
    await insertEvent(trx, { at: now, kind: 'role.ended', sub, detail: { ...role, ...whoOf(request) } });
  });
}

function whoOf({ by = 'operator', reason }: RoleRequest): { readonly by: string; readonly reason?: string } {
  return { by, ...(reason === undefined ? {} : { reason: parseReason(reason) }) };
}

async function getSub(db: Knex, loginName: string): Promise<string> {
  const account = await findSubByLoginName(db, loginName.toLowerCase());
  if (account === null || account.status !== 'active') {
    throw new TrustError(
      'account-not-found',
      `There is no active account with the login name ${loginName.slice(0, 60)}`,
    );
  }
  return account.sub;
}
