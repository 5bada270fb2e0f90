// Consent: what a system will get, with the values, and the grant that remembers the answer. One page; systems of the
// platform itself are asked about only where an administrator had to approve (identity/provider/grants.ts). What the person
// agrees to is written down for longer than the session (identity/flow/give-consent.ts).
import type Koa from 'koa';
import type { Grant } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { isDuty, ROLE_SCOPES, type Role } from '../../common/contract/roles.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Account, AccountDocument } from '../domain/account.ts';
import { acrOf } from '../domain/assurance.ts';
import { ABOUT_PERSON, type ClaimScope, claimsOf, scopeOf } from '../domain/claims.ts';
import { OIDC_SCOPES } from '../domain/client.ts';
import { type Decision, decide } from '../domain/consent.ts';
import { maskCode } from '../domain/mask.ts';
import type { ConsentGiven } from '../flow/give-consent.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import type { IdentityEvent } from '../store/events.ts';
import { type ConsentItem, consentPage } from '../web/consent-page.ts';
import { finishInteraction, type Interaction, systemName } from './open-interaction.ts';

export type ConsentDeps = {
  readonly provider: CurrentProvider;
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
  /** Roles of a person that stand now. */
  readonly listRoles: (sub: string) => Promise<readonly Role[]>;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
  readonly giveConsent: (consent: ConsentGiven) => Promise<Decision>;
  /** Ends a grant and what was made of it. */
  readonly revokeGrant: (grantId: string) => Promise<void>;
  /** How long an agreement counts; of programs, and with 0 of all, until the session must have ended. */
  readonly consentDays: number;
  readonly sessionSeconds: number;
};

export type ConsentSteps = {
  readonly show: (ctx: Koa.Context, interaction: Interaction) => Promise<void>;
  /** Records the decision that the form holds; returns where the flow goes on. */
  readonly decide: (
    ctx: Koa.Context,
    interaction: Interaction,
    form: Readonly<Record<string, string>>,
  ) => Promise<string>;
};

/** What the library found missing in the grant. */
type Missing = {
  readonly missingOIDCScope?: readonly string[];
  readonly missingOIDCClaims?: readonly string[];
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
};

export function makeConsentSteps(deps: ConsentDeps): ConsentSteps {
  const { provider, csrf } = deps;
  return {
    show: async (ctx, interaction) => {
      const client = await findClient(deps, interaction);
      const until = await untilOf(deps, interaction);
      const page = consentPage(pageFrame(ctx, `/interaction/${interaction.uid}`), {
        action: `/interaction/${interaction.uid}/consent`,
        csrf: csrf.token(ctx, interaction.uid),
        system: await systemName(provider, interaction),
        operator: textOf(client?.['xinji_organisation']),
        purpose: textOf(client?.['xinji_purpose']),
        items: await listItems(deps, interaction),
        duties: await listDuties(deps, interaction),
        offline: scopesAsked(interaction).includes('offline_access'),
        until: until.once ? null : until.at,
      });
      sendPage(ctx, page);
    },
    decide: async (ctx, interaction, form) => {
      const sub = interaction.session?.accountId;
      const about = { clientId: String(interaction.params['client_id']), requestId: requestIdOf(ctx) };
      if (form['decision'] !== 'agree' || sub === undefined) {
        await deps.record({ ...about, sub, kind: 'consent.declined' });
        const declined = { error: 'access_denied', error_description: 'the person declined' };
        return finishInteraction(interaction, declined);
      }
      const asked = scopesAsked(interaction).filter((scope) => scope !== 'openid');
      const optional = await optionalScopes(deps, interaction);
      const ticked = optional.filter((scope) => form[`give_${scope}`] !== undefined);
      const decision = decide(asked, optional, ticked);
      const until = await untilOf(deps, interaction);
      const counts = await deps.giveConsent({ ...about, ...decision, sub, until: until.at });
      const grantId = await saveGrant(deps, interaction, { sub, now: decision, counts });
      return finishInteraction(interaction, { consent: { grantId } }, { merges: true });
    },
  };
}

/** The grant of this session, wider by what was given; a new one in its place when the person changed his mind. */
async function saveGrant(
  deps: ConsentDeps,
  interaction: Interaction,
  { sub, now, counts }: { sub: string; now: Decision; counts: Decision },
): Promise<string> {
  const { missingOIDCClaims = [], missingResourceScopes = {} } = interaction.prompt.details as Missing;
  const provider = deps.provider();
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const isChanged = known !== undefined && contradicts(known, now);
  const grant =
    known === undefined || isChanged
      ? new provider.Grant({ accountId: sub, clientId: String(interaction.params['client_id']) })
      : known;
  const given = [...now.given, ...(isChanged ? counts.given : [])];
  grant.addOIDCScope(['openid', ...OIDC_SCOPES.filter((scope) => given.includes(scope))].join(' '));
  if (now.declined.length > 0) grant.rejectOIDCScope(now.declined.join(' '));
  // With refresh tokens that outlive the session a grant lives longer, from now on: its life is reckoned anew.
  if (now.given.includes('offline_access')) Object.assign(grant, { exp: undefined });
  const [refused, granted] = [true, false].map((isRefused) =>
    missingOIDCClaims.filter((claim) => now.declined.includes(scopeOf(claim) ?? '') === isRefused),
  );
  if (granted?.length) grant.addOIDCClaims(granted);
  if (refused?.length) grant.rejectOIDCClaims(refused);
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) grant.addResourceScope(resource, [...scopes]);
  const grantId = await grant.save();
  if (isChanged) await deps.revokeGrant(known.jti);
  return grantId;
}

/** True when the grant holds what was declined now, or refused what is given now. */
function contradicts(grant: Grant, { given, declined }: Decision): boolean {
  const holds = grant.getOIDCScope().split(' ');
  const refused = grant.getRejectedOIDCScope().split(' ');
  return declined.some((scope) => holds.includes(scope)) || given.some((scope) => refused.includes(scope));
}

async function listItems(deps: ConsentDeps, interaction: Interaction): Promise<readonly ConsentItem[]> {
  const sub = interaction.session?.accountId;
  if (sub === undefined) return [];
  const asked = ABOUT_PERSON.filter((scope) => scopesAsked(interaction).includes(scope));
  const optional = await optionalScopes(deps, interaction);
  const account = await deps.findAccount(sub);
  const document = asked.some((scope) => SEALED.has(scope)) ? await deps.readDocument(sub) : null;
  const values: Readonly<Record<ClaimScope, string | undefined>> = {
    profile: account?.name,
    phone: document?.phone && maskCode(document.phone),
    email: document?.mail,
    level: account ? acrOf(account.level) : undefined,
    identity_document: document?.holder && maskCode(document.holder.code),
  };
  return asked.flatMap((scope) => {
    const value = values[scope] ?? null;
    // What is not there cannot be chosen.
    if (value === null && optional.includes(scope)) return [];
    return [{ scope, claim: claimsOf(scope)[0]!, value, optional: optional.includes(scope) }];
  });
}

const SEALED: ReadonlySet<string> = new Set(['phone', 'email', 'identity_document']);

/** By scope, and by the parameter `claims` (OpenID Connect Core), which names single claims. */
function scopesAsked({ params, prompt }: Interaction): readonly string[] {
  const { missingOIDCClaims = [] } = prompt.details as Missing;
  const named = [
    ...String(params['scope'] ?? '').split(' '),
    ...missingOIDCClaims.flatMap((claim) => scopeOf(claim) ?? []),
  ];
  return [...new Set(named.filter((scope) => scope !== ''))];
}

async function optionalScopes(deps: ConsentDeps, interaction: Interaction): Promise<readonly string[]> {
  const optional = (await findClient(deps, interaction))?.['xinji_optional_scopes'];
  return Array.isArray(optional) ? optional.filter((scope) => typeof scope === 'string') : [];
}

/** Programs keep no key, and anybody may call himself by their name: what is given to one counts once. */
async function untilOf(deps: ConsentDeps, interaction: Interaction): Promise<{ at: Date; once: boolean }> {
  const client = await findClient(deps, interaction);
  const once = client?.applicationType === 'native' || deps.consentDays === 0;
  const seconds = once ? deps.sessionSeconds : deps.consentDays * 86_400;
  return { at: new Date(deps.clock().getTime() + seconds * 1000), once };
}

function findClient({ provider }: ConsentDeps, interaction: Interaction) {
  return provider().Client.find(String(interaction.params['client_id']));
}

/** The roles that bring what is asked for; nothing else of the person's roles is given. */
async function listDuties({ listRoles }: ConsentDeps, { session, params }: Interaction): Promise<readonly Role[]> {
  const asked = String(params['scope'] ?? '').split(' ');
  if (session?.accountId === undefined || !asked.some(isDuty)) return [];
  const roles = await listRoles(session.accountId);
  return roles.filter(({ role }) => ROLE_SCOPES[role].some((scope) => asked.includes(scope)));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
