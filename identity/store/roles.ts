// identity.roles: who is what for which organisation, from when to when. Rows are never changed or deleted; the one thing that
// can happen to a row is that its end is set, or drawn nearer (a trigger refuses the rest).
import type { Knex } from 'knex';
import type { Role, RoleName } from '../../common/contract/roles.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import type { AssignedRole, RoleTerm } from '../domain/role.ts';
import { readDocument } from './accounts.ts';

type Row = {
  sub: string;
  login_name: string | null;
  name: string | null;
  person_box: Buffer | null;
  organisation: string;
  unit: string;
  role: RoleName;
  begins_at: Date;
  ends_at: Date | null;
};

/** False when the account has this very role during some of that time already. */
export async function insertRole(db: Knex, sub: string, role: Role, { beginsAt, endsAt }: RoleTerm): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into identity.roles (account_id, organisation, unit, role, begins_at, ends_at)
     select id, :org, :unit, :role, :beginsAt, :endsAt from identity.accounts account
     where sub = :sub and not exists (
       select 1 from identity.roles old
       where old.account_id = account.id and old.organisation = :org and old.unit = :unit and old.role = :role
         and (old.ends_at is null or old.ends_at > :beginsAt)
         and (:endsAt::timestamptz is null or old.begins_at < :endsAt))
     on conflict do nothing`,
    { ...role, sub, beginsAt, endsAt },
  );
  return rowCount === 1;
}

/** Roles that stand at `from` or later. The account's row is locked, so that two roles given at once see each other. */
export async function listRolesFrom(trx: Knex, sub: string, from: Date): Promise<readonly Role[]> {
  await trx.raw('select 1 from identity.accounts where sub = ? for update', [sub]);
  const { rows } = await trx.raw<{ rows: Row[] }>(
    `select organisation, unit, role from identity.roles
     where account_id = (select id from identity.accounts where sub = ?) and (ends_at is null or ends_at > ?)`,
    [sub, from],
  );
  return rows.map(({ organisation, unit, role }) => ({ org: organisation, unit, role }));
}

/** Ends what of this role stands or is still to come; returns how many rows that were. */
export async function endRoles(db: Knex, sub: string, { org, unit, role }: Role, at: Date): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.roles set ends_at = greatest(begins_at, :at)
     where account_id = (select id from identity.accounts where sub = :sub)
       and organisation = :org and unit = :unit and role = :role
       and (ends_at is null or ends_at > greatest(begins_at, :at))`,
    { sub, org, unit, role, at },
  );
  return rowCount;
}

/** The roles that an active account has at that moment. */
export async function listLiveRoles(db: Knex, sub: string, at: Date): Promise<readonly Role[]> {
  const query = db.raw<{ rows: Row[] }>(
    `select organisation, unit, role from identity.roles
     join identity.accounts on accounts.id = account_id
     where sub = ? and status = 'active' and begins_at <= ? and (ends_at is null or ends_at > ?)
     order by roles.id limit 100`,
    [sub, at, at],
  );
  const { rows } = await query.options({ name: 'live-roles' });
  return rows.map(({ organisation, unit, role }) => ({ org: organisation, unit, role }));
}

/** Roles of the past, of now and of the future, oldest first; of one login name or one organisation when given. */
export async function listAssignedRoles(
  db: Knex,
  keys: DocumentKeys,
  whose: { readonly loginName?: string | undefined; readonly org?: string | undefined },
): Promise<readonly AssignedRole[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select sub, login_name, name, person_box, organisation, unit, role, begins_at, ends_at from identity.roles
     join identity.accounts on accounts.id = account_id
     where (:loginName::text is null or login_name = :loginName) and (:org::text is null or organisation = :org)
     order by roles.id limit 1000`,
    { loginName: whose.loginName ?? null, org: whose.org ?? null },
  );
  return rows.map((row) => ({
    sub: row.sub,
    loginName: row.login_name ?? '',
    name: readDocument(keys, row)?.name ?? '',
    org: row.organisation,
    unit: row.unit,
    role: row.role,
    beginsAt: row.begins_at,
    endsAt: row.ends_at,
  }));
}
