// Roles of staff, and the one table from role to scope: the identity room grants by it, the rooms judge by it, and keep no
// roles of their own. A duty is a scope of this table: only a person can have one, and only while a role stands.
import { z } from 'zod';
import type { Scope } from './identity.ts';

/** The three who run the platform, kept apart (三员分立): systems; accounts and roles; the audit log. */
export const ADMIN_ROLES = ['system-admin', 'security-admin', 'audit-admin'] as const;
export type AdminRole = (typeof ADMIN_ROLES)[number];

/** Everybody who works on the identity room's own pages: the three, and clerks who see documents at a counter. */
export const CONSOLE_ROLES = [...ADMIN_ROLES, 'counter-clerk'] as const;
export type ConsoleRole = (typeof CONSOLE_ROLES)[number];

export const ROLE_NAMES = [
  'seal-applicant',
  'seal-approver',
  'seal-maker',
  'seal-keeper',
  'seal-auditor',
  'license-clerk',
  'license-admin',
  ...CONSOLE_ROLES,
] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** What somebody may do on the identity room's own pages; no token carries it. */
export type AdminDuty = 'clients' | 'accounts' | 'roles' | 'audit' | 'counter';

export const ADMIN_DUTIES: Readonly<Record<ConsoleRole, readonly AdminDuty[]>> = {
  'system-admin': ['clients'],
  'security-admin': ['accounts', 'roles'],
  'audit-admin': ['audit'],
  'counter-clerk': ['counter'],
};

export const ROLE_SCOPES: Readonly<Record<RoleName, readonly Scope[]>> = {
  'seal-applicant': ['seal:apply'],
  'seal-approver': ['seal:approve'],
  'seal-maker': ['seal:make', 'seal:file'],
  'seal-keeper': ['seal:keep'],
  'seal-auditor': ['seal:audit'],
  'license-clerk': ['license:clerk'],
  'license-admin': ['license:admin'],
  'system-admin': [],
  'security-admin': [],
  'audit-admin': [],
  'counter-clerk': [],
};

/** What a person is for one organisation: `org` its 统一社会信用代码, `unit` the 内设机构 or the organisation's name. */
export type Role = { readonly org: string; readonly unit: string; readonly role: RoleName };

const roleClaim = z.object({
  org: z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/),
  unit: z.string().min(1).max(200),
  role: z.string(),
});
const rolesClaim = z.array(roleClaim).max(100);

const DUTIES: ReadonlySet<string> = new Set(Object.values(ROLE_SCOPES).flat());

/** True for a scope that no machine and no person without a role can have. */
export function isDuty(scope: string): boolean {
  return DUTIES.has(scope);
}

function isAdminRole(role: RoleName): role is AdminRole {
  return (ADMIN_ROLES as readonly string[]).includes(role);
}

export function isConsoleRole(role: RoleName): role is ConsoleRole {
  return (CONSOLE_ROLES as readonly string[]).includes(role);
}

/** The duties on our own pages that these roles bring. */
export function adminDutiesOf(roles: readonly Pick<Role, 'role'>[]): readonly AdminDuty[] {
  return [...new Set(roles.flatMap(({ role }) => (isConsoleRole(role) ? ADMIN_DUTIES[role] : [])))];
}

/** True when one person must not have both: who keeps the log judges what the other two do. */
export function areAdminRolesApart(one: RoleName, other: RoleName): boolean {
  return isAdminRole(one) && isAdminRole(other) && one !== other;
}

/** The duties that these roles bring, each once. */
export function dutiesOf(roles: readonly Role[]): readonly Scope[] {
  return [...new Set(roles.flatMap(({ role }) => ROLE_SCOPES[role]))];
}

export function isRoleName(text: string): text is RoleName {
  return (ROLE_NAMES as readonly string[]).includes(text);
}

/** The claim `roles` of an access token; null when it is malformed. Names of roles that are not known here bring nothing. */
export function parseRoles(claim: unknown): readonly Role[] | null {
  if (claim === undefined) return [];
  const { data } = rolesClaim.safeParse(claim);
  if (data === undefined) return null;
  return data.flatMap(({ org, unit, role }) => (isRoleName(role) ? [{ org, unit, role }] : []));
}
