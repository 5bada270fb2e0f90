// Consent: what a system will get, with the values, and the grant that remembers the answer. One page; systems of the
// platform itself are never asked about (identity/provider/grants.ts).
import type Koa from 'koa';
import { isDuty, ROLE_SCOPES, type Role } from '../../common/contract/roles.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Account, AccountDocument } from '../domain/account.ts';
import { acrOf } from '../domain/assurance.ts';
import { scopeOf } from '../domain/claims.ts';
import { maskCode } from '../domain/mask.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import type { IdentityEvent } from '../store/events.ts';
import { type ConsentPage, consentPage } from '../web/consent-page.ts';
import { type Interaction, systemName } from './open-interaction.ts';

export type ConsentDeps = {
  readonly provider: CurrentProvider;
  readonly csrf: Csrf;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
  /** Roles of a person that stand now. */
  readonly listRoles: (sub: string) => Promise<readonly Role[]>;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
};

export type ConsentSteps = {
  readonly show: (ctx: Koa.Context, interaction: Interaction) => Promise<void>;
  /** Records the decision; returns where the flow goes on. */
  readonly decide: (ctx: Koa.Context, interaction: Interaction, agreed: boolean) => Promise<string>;
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
      const client = await provider().Client.find(String(interaction.params['client_id']));
      const page = consentPage(pageFrame(ctx, `/interaction/${interaction.uid}`), {
        action: `/interaction/${interaction.uid}/consent`,
        csrf: csrf.token(ctx, interaction.uid),
        system: await systemName(provider, interaction),
        operator: textOf(client?.['xinji_organisation']),
        purpose: textOf(client?.['xinji_purpose']),
        claims: await listClaims(deps, interaction),
        duties: await listDuties(deps, interaction),
        offline: scopesAsked(interaction).includes('offline_access'),
      });
      sendPage(ctx, page);
    },
    decide: async (ctx, interaction, agreed) => {
      const sub = interaction.session?.accountId;
      const event = { sub, clientId: String(interaction.params['client_id']), requestId: requestIdOf(ctx) };
      await deps.record({ ...event, kind: agreed ? 'consent.given' : 'consent.declined' });
      if (!agreed || sub === undefined) {
        const declined = { error: 'access_denied', error_description: 'the person declined' };
        return provider().interactionResult(ctx.req, ctx.res, declined, { mergeWithLastSubmission: false });
      }
      const grantId = await saveGrant(provider, interaction, sub);
      return provider().interactionResult(
        ctx.req,
        ctx.res,
        { consent: { grantId } },
        { mergeWithLastSubmission: true },
      );
    },
  };
}

async function saveGrant(current: CurrentProvider, interaction: Interaction, accountId: string): Promise<string> {
  const provider = current();
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = interaction.prompt.details as Missing;
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant = known ?? new provider.Grant({ accountId, clientId: String(interaction.params['client_id']) });
  if (missingOIDCScope) grant.addOIDCScope([...missingOIDCScope]);
  // With refresh tokens that outlive the session a grant lives longer, from now on: its life is reckoned anew.
  if (missingOIDCScope?.includes('offline_access')) Object.assign(grant, { exp: undefined });
  if (missingOIDCClaims) grant.addOIDCClaims([...missingOIDCClaims]);
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {}))
    grant.addResourceScope(resource, [...scopes]);
  return grant.save();
}

async function listClaims(deps: ConsentDeps, interaction: Interaction): Promise<ConsentPage['claims']> {
  const sub = interaction.session?.accountId;
  if (sub === undefined) return [];
  const scopes = scopesAsked(interaction);
  const account = scopes.includes('profile') || scopes.includes('level') ? await deps.findAccount(sub) : null;
  const sealed = ['phone', 'email', 'identity_document'].some((scope) => scopes.includes(scope));
  const document = sealed ? await deps.readDocument(sub) : null;
  return [
    ...(scopes.includes('profile') && account ? [{ claim: 'name' as const, value: account.name }] : []),
    ...(scopes.includes('phone') && document?.phone
      ? [{ claim: 'phone_number' as const, value: maskCode(document.phone) }]
      : []),
    ...(scopes.includes('email') && document?.mail ? [{ claim: 'email' as const, value: document.mail }] : []),
    ...(scopes.includes('identity_document') && document?.holder
      ? [{ claim: 'identity_document' as const, value: maskCode(document.holder.code) }]
      : []),
    ...(scopes.includes('level') && account ? [{ claim: 'level' as const, value: acrOf(account.level) }] : []),
  ];
}

/** By scope, and by the parameter `claims` (OpenID Connect Core), which names single claims. */
function scopesAsked({ params, prompt }: Interaction): readonly string[] {
  const { missingOIDCClaims = [] } = prompt.details as Missing;
  return [...String(params['scope'] ?? '').split(' '), ...missingOIDCClaims.flatMap((claim) => scopeOf(claim) ?? [])];
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
