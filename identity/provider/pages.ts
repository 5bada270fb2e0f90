// The provider's own pages: its errors, the question before logout, the page after it. The words are in identity/web.
import type { IncomingMessage } from 'node:http';
import type { Configuration, Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { Note } from '../../common/note.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import type { LogoutNotice } from '../store/logout-notices.ts';
import { loginErrorPage } from '../web/error-page.ts';
import { loggedOutPage, logoutConfirmPage } from '../web/logout-pages.ts';
import { returningToPage } from '../web/returning-page.ts';
import type { Afterwards } from './afterwards.ts';

type Features = NonNullable<Configuration['features']>;
type Logout = NonNullable<Features['rpInitiatedLogout']>;

export type ProviderPages = {
  readonly renderError: NonNullable<Configuration['renderError']>;
  readonly logoutSource: NonNullable<Logout['logoutSource']>;
  readonly postLogoutSuccessSource: NonNullable<Logout['postLogoutSuccessSource']>;
};

export type PageRequest = {
  readonly frame: PageFrame;
  readonly requestId: string;
  /** Who asks, as the proxy in front of us says; the provider would believe the caller. */
  readonly address: string;
};

/** What the house knows of a request that the provider answers: the provider has a context of its own. */
export type PageRequests = {
  keep(request: IncomingMessage, page: PageRequest): void;
  of(request: IncomingMessage): PageRequest;
};

/** On the request itself: the provider has another context. */
const kept = new Note<PageRequest>('page');

export function makePageRequests(): PageRequests {
  return {
    keep: (request, page) => kept.put(request, page),
    of: (request) => {
      const page = kept.of(request);
      if (!page) throw new Error('the provider was called without its mount');
      return page;
    },
  };
}

export function makeProviderPages({ requests, clock }: { requests: PageRequests; clock: Clock }): ProviderPages {
  return {
    renderError: (ctx, out) => {
      const { frame, requestId } = requests.of(ctx.req);
      const { error, error_description } = out as { error: string; error_description?: string };
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = loginErrorPage(frame, {
        error,
        ...(error_description === undefined ? {} : { description: error_description }),
        system: ctx.oidc.client?.clientName ?? null,
        reference: requestId,
        at: clock(),
      });
    },
    logoutSource: (ctx, providerForm) => {
      const { frame } = requests.of(ctx.req);
      const systems = Object.entries(ctx.oidc.session?.authorizations ?? {}).filter(
        ([clientId, { sid }]) => sid && clientId !== OWN_CLIENT_ID,
      ).length;
      ctx.body = logoutConfirmPage(frame, { providerForm, system: ctx.oidc.client?.clientName ?? null, systems });
    },
    postLogoutSuccessSource: (ctx) => {
      ctx.body = loggedOutPage(requests.of(ctx.req).frame, {});
    },
  };
}

/** What a logout reached: the receipts of this request's session, after a bounded wait. */
export type ReceiptsOf = (sessionUid: string, since: Date) => Promise<readonly LogoutNotice[]>;

/**
 * After the logout form the library redirects to the system. `form-action 'self'` would block that hop, and nobody would
 * learn how many systems were told: the answer becomes a page that leads on.
 */
export function leadOnAfterLogout(
  provider: Provider,
  { requests, receiptsOf }: { requests: PageRequests; receiptsOf: ReceiptsOf },
): Afterwards {
  const leadOn: Afterwards['run'] = async (ctx, since) => {
    if (ctx.method !== 'POST' || ctx.status !== 303) return;
    const location = ctx.response.get('Location');
    const { frame } = requests.of(ctx.req);
    const receipts = ctx.oidc.session?.accountId ? await receiptsOf(ctx.oidc.session.uid, since) : [];
    const later = receipts.filter(({ state }) => state !== 'delivered').map(({ clientName }) => clientName);
    ctx.remove('Location');
    ctx.status = 200;
    ctx.type = 'text/html; charset=utf-8';
    const client = location.startsWith(`${provider.issuer}/`) ? undefined : ctx.oidc.client;
    if (client && later.length === 0) {
      ctx.body = returningToPage(frame, { system: client.clientName ?? client.clientId, url: location });
      return;
    }
    // A person must see which systems were not reached yet: this page does not lead on by itself.
    ctx.body = loggedOutPage(frame, {
      systems: receipts.length - later.length,
      later,
      ...(client ? { loginHref: location } : {}),
    });
  };
  return { routes: ['end_session_confirm'], run: leadOn };
}
