// Who stands at the desk: a person with the role license-clerk of an organisation, which the path names.
import type Koa from 'koa';
import { LICENSE_CLIENT_ID } from '../../common/contract/identity.ts';
import { TrustError } from '../../common/errors.ts';
import type { AuthorityReader } from '../flow/authority-readings.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import type { Clerk } from '../flow/issuer.ts';
import { findOrganisationNames } from '../store/clients.ts';
import { type IssuingRight, listAuthorityRights } from '../store/issuing-rights.ts';
import type { DeskFrame } from '../web/desk-frame.ts';
import { paramOf, personOf } from './person.ts';
import type { SessionGate } from './session-gate.ts';

export type DeskParts = { readonly deps: LicenseDeps; readonly sessions: SessionGate };
export type AtDesk = {
  readonly clerk: Clerk;
  readonly desk: DeskFrame;
  /** What the organisation issues now. */
  readonly rights: readonly IssuingRight[];
};

/** Codes of the organisations of which the person is a clerk. */
export function organisationsOfClerk({ sessions }: DeskParts, ctx: Koa.Context): readonly string[] {
  const roles = sessions.sessionOf(ctx).roles.filter(({ role }) => role === 'license-clerk');
  return [...new Set(roles.map(({ org }) => org))];
}

/** As whom the clerk reads what his organisation issued. */
export function readerOf({ clerk, desk }: AtDesk): AuthorityReader {
  return { actor: clerk.account, organisation: clerk.organisation, organisationName: desk.organisation.name };
}

/** The clerk at the desk of the organisation in the path. Throws `role-missing`. */
export async function atDesk(parts: DeskParts, ctx: Koa.Context): Promise<AtDesk> {
  const { deps, sessions } = parts;
  const organisation = paramOf(ctx, 'org');
  if (!organisationsOfClerk(parts, ctx).includes(organisation))
    throw new TrustError('role-missing', 'the role license-clerk of this organisation is needed');
  const rights = (await listAuthorityRights(deps.db, organisation)).filter(
    ({ authorityCode }) => authorityCode === organisation,
  );
  const names = await findOrganisationNames(deps.db, [organisation]);
  const name = rights[0]?.authorityName ?? names.get(organisation) ?? organisation;
  return {
    clerk: { clientId: LICENSE_CLIENT_ID, account: sessions.sessionOf(ctx).sub, organisation },
    desk: { person: personOf(sessions, ctx), organisation: { code: organisation, name } },
    rights,
  };
}
