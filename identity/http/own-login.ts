// Leads a person from one of our own pages through the provider's login and back. What the provider answers is not
// believed for itself: the session behind the cookie counts, and here only decides what is said when it is not enough.

import { randomBytes } from 'node:crypto';
import type Koa from 'koa';
import { utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { localPath, pageFrame, sendPage } from '../../common/http/preferences.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { Level } from '../domain/assurance.ts';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import { OWN_CALLBACK_PATH } from '../provider/own-client.ts';
import { loginUnfinishedPage } from '../web/login-unfinished-page.ts';

/** What is needed, and where it leads back to. */
export type OwnLoginRequest = { readonly back: string; readonly minLevel?: Level };

export type OwnLogin = {
  /** Answers 303 to an authorization request of the built-in client. */
  begin(ctx: Koa.Context, request: OwnLoginRequest): void;
  /** The request that the answer at the callback belongs to; null when it is none of ours. */
  requestOf(ctx: Koa.Context): OwnLoginRequest | null;
};

const STATE_PURPOSE = 'own login:';

/** `url` is the room's public URL. */
export function makeOwnLogin({ cookies, url }: { cookies: Cookies; url: string }): OwnLogin {
  return {
    begin: (ctx, { back, minLevel }) => {
      const need = minLevel === undefined ? {} : { minLevel };
      const state = Buffer.from(utf8(JSON.stringify({ back: localPath(back), ...need }))).toString('base64url');
      const query = new URLSearchParams({
        client_id: OWN_CLIENT_ID,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: `${url}${OWN_CALLBACK_PATH}`,
        state: `${state}.${cookies.sign(STATE_PURPOSE + state)}`,
        // A challenge without a verifier: nobody can exchange this code.
        code_challenge: randomBytes(32).toString('base64url'),
        code_challenge_method: 'S256',
        ...(minLevel === undefined ? {} : { acr_values: `L${minLevel}` }),
      });
      seeOther(ctx, `${url}/oidc/auth?${query}`);
    },
    requestOf: (ctx) => {
      const [state = '', signature = ''] = String(ctx.query['state'] ?? '').split('.');
      if (!cookies.isSigned(STATE_PURPOSE + state, signature)) return null;
      return JSON.parse(Buffer.from(state, 'base64url').toString('utf8')) as OwnLoginRequest;
    },
  };
}

export type OwnCallbackDeps = {
  readonly clock: Clock;
  readonly ownLogin: OwnLogin;
  /** The level of the session behind the request; null for nobody. */
  readonly levelOf: (ctx: Koa.Context) => Promise<Level | null>;
};

/** GET /account/callback. */
export function makeOwnCallback({ clock, ownLogin, levelOf }: OwnCallbackDeps): (ctx: Koa.Context) => Promise<void> {
  return async (ctx) => {
    const request = ownLogin.requestOf(ctx) ?? { back: '/account' };
    const level = await levelOf(ctx);
    if (level !== null && level >= (request.minLevel ?? 2)) {
      seeOther(ctx, localPath(request.back));
      return;
    }
    const page = loginUnfinishedPage(pageFrame(ctx, '/account'), {
      level,
      needed: request.minLevel ?? null,
      again: localPath(request.back),
      reference: requestIdOf(ctx),
      at: clock(),
      technical: String(ctx.query['error'] ?? '').slice(0, 100),
    });
    sendPage(ctx, page, 403);
  };
}
