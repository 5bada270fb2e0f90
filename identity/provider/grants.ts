// What a person granted to a client, for one session. The client's part in the session is claimed here, before a code is
// made: two tabs of one system get the same sid and grant, and no client is forgotten by a request that ends later.
import type { Knex } from 'knex';
import { errors, type Grant, type KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { takeRandomBytes } from '../../common/ids.ts';
import { claimsOf } from '../domain/claims.ts';
import { OIDC_SCOPES, scopesToApprove } from '../domain/client.ts';
import { outlivesSession } from '../domain/consent.ts';
import { OWN_SECTOR } from '../domain/subject.ts';
import { type NewArtifact, revokeGrant } from '../store/artifacts.ts';
import { findLiveConsent } from '../store/consents.ts';
import { joinSession } from '../store/session-clients.ts';
import type { ActAs } from './act-as.ts';
import { noteJoined } from './adapter.ts';
import { type Duties, sayNoRole } from './duties.ts';
import { holdGrant, joinLater } from './request-writes.ts';
import { type Audience, askedDuties, personScopes } from './resources.ts';

export type GrantsDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly audiences: readonly Audience[];
  readonly duties: Duties;
  readonly actAs: ActAs;
};

/** For the library's `loadExistingGrant`. Undefined means: ask for consent. */
export function makeLoadGrant(deps: GrantsDeps): (ctx: KoaContextWithOIDC) => Promise<Grant | undefined> {
  return async (ctx) => {
    const { session, provider } = ctx.oidc;
    const clientId = ctx.oidc.client?.clientId;
    if (!session || !clientId) return undefined;
    await refuseWithoutRole(ctx, deps);
    const takesPart = session.authorizations?.[clientId];
    const known = takesPart?.grantId ?? null;
    const granted = ctx.oidc.result?.consent?.grantId ?? known;
    let grant = granted === null ? undefined : await provider.Grant.find(granted);
    let held: NewArtifact | null = null;
    if (!grant && ctx.oidc.client?.['xinji_first_party'] === true) {
      grant = makeFirstPartyGrant(ctx, deps.audiences);
      held = await holdGrant(() => grant!.save());
    }
    if (!grant) grant = await makeKeptGrant(ctx, deps);
    if (grant) grant = await deps.actAs.settle(ctx, grant);
    // As it was read a moment ago; the exchange of the code judges again.
    if (!grant || (takesPart?.sid && known === grant.jti)) return grant;
    const claim: Claim = { session, clientId, grant, known, held };
    if (held !== null && known === null && claimLater(deps, ctx, { ...claim, held })) return grant;
    return claimPart(deps, ctx, claim);
  };
}

/** A client's part in a session under `grant`. `known`: under which it takes part; `held`: the grant when it is not written yet. */
type Claim = {
  readonly session: NonNullable<KoaContextWithOIDC['oidc']['session']>;
  readonly clientId: string;
  readonly grant: Grant;
  readonly known: string | null;
  readonly held: NewArtifact | null;
};

/** Writes it, and returns the grant that counts: of two at once the first one's. */
async function claimPart(deps: GrantsDeps, ctx: KoaContextWithOIDC, claim: Claim): Promise<Grant> {
  const { session, clientId, grant } = claim;
  let { known, held } = claim;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const at = { sessionUid: session.uid, clientId, now: deps.clock() };
    const wanted = { sid: makeSid(), grantId: grant.jti, persistsLogout: false };
    const joined = await joinSession(deps.db, at, wanted, { replacing: known, grant: held });
    held = null;
    session.sidFor(clientId, joined.sid);
    noteJoined(session.authorizations!, clientId, joined);
    if (joined.grantId === grant.jti) return grant;
    const winner = joined.grantId === null ? undefined : await ctx.oidc.provider.Grant.find(joined.grantId);
    if (winner && (await deps.actAs.fits(ctx, winner.jti))) return winner;
    known = joined.grantId; // that grant was revoked, or is used in another name: ours takes its place
  }
  return grant;
}

/** It goes with the code that is made under it, most often as the first one; false: it has to be written now. */
function claimLater(deps: GrantsDeps, ctx: KoaContextWithOIDC, claim: Claim & { readonly held: NewArtifact }): boolean {
  const { session, clientId, grant, held } = claim;
  const at = { sessionUid: session.uid, clientId, now: deps.clock() };
  const wanted = { sid: makeSid(), grantId: grant.jti, persistsLogout: false };
  const isLater = joinLater({
    at,
    grant: held,
    wanted,
    otherwise: async () => {
      const { jti: grantId } = await claimPart(deps, ctx, claim);
      // Else the session would put ours in its place when it is saved.
      session.grantIdFor(clientId, grantId);
      return { sid: session.sidFor(clientId) ?? wanted.sid, grantId };
    },
  });
  if (!isLater) return false;
  session.sidFor(clientId, wanted.sid);
  noteJoined(session.authorizations!, clientId, wanted);
  return true;
}

function makeSid(): string {
  return takeRandomBytes(24).toString('base64url');
}

/** Who has none of the duties that are asked for learns it here, before consent, and the client by access_denied. */
async function refuseWithoutRole(ctx: KoaContextWithOIDC, { audiences, duties }: GrantsDeps): Promise<void> {
  const asked = askedDuties(ctx);
  if (asked.length === 0) return;
  const known = audiences.flatMap(({ scopes }) => scopes).filter((scope) => asked.includes(scope));
  if ((await duties.allowed(ctx, known)).length === 0) throw new errors.AccessDenied(sayNoRole(known));
}

/**
 * Everything the registration allows, once: requests under it are narrowed to what they ask for and what roles bring. What an
 * administrator had to approve stays out: the person is shown the values and asked.
 */
function makeFirstPartyGrant(ctx: KoaContextWithOIDC, audiences: readonly Audience[]): Grant {
  const { client, account, provider } = ctx.oidc;
  const sector = String(client!['xinji_sector']);
  const asked: readonly string[] = [
    ...scopesToApprove({ clientId: client!.clientId, sector }),
    ...(sector === OWN_SECTOR ? [] : ['offline_access']),
  ];
  const allowed = (client!.scope ?? '').split(' ').filter((scope) => !asked.includes(scope));
  const grant = new provider.Grant({ accountId: account!.accountId, clientId: client!.clientId });
  grant.addOIDCScope(OIDC_SCOPES.filter((scope) => allowed.includes(scope)));
  grant.addOIDCClaims(allowed.flatMap(claimsOf));
  for (const audience of audiences) {
    const offered = personScopes(audience, client!);
    if (offered.length > 0) grant.addResourceScope(audience.url, [...offered]);
  }
  return grant;
}

/** What the person agreed to in an earlier session and has not taken back. Programs are asked about each time. */
async function makeKeptGrant(ctx: KoaContextWithOIDC, { db, clock }: GrantsDeps): Promise<Grant | undefined> {
  const { client, account, provider } = ctx.oidc;
  if (!client || !account || client.applicationType === 'native') return undefined;
  const findConsent = () => findLiveConsent(db, account.accountId, client.clientId, clock());
  const consent = await findConsent();
  const registered = (client.scope ?? '').split(' ');
  const given = outlivesSession(consent?.scopes ?? []).filter((scope) => registered.includes(scope));
  const declined = outlivesSession(consent?.declined ?? []);
  if (consent === null || given.length + declined.length === 0) return undefined;
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.addOIDCScope(['openid', ...given].join(' '));
  grant.addOIDCClaims(given.flatMap(claimsOf));
  if (declined.length > 0) {
    grant.rejectOIDCScope(declined.join(' '));
    grant.rejectOIDCClaims(declined.flatMap(claimsOf));
  }
  const grantId = await grant.save();
  // Withdrawn in the same moment: the withdrawal may have looked for grants before this one was written.
  if ((await findConsent()) !== null) return grant;
  await revokeGrant(db, grantId);
  return undefined;
}
