// Many systems behind one listener: callbacks that a browser ends at, addresses for logout tokens, one key for all.
// They know OpenID Connect through a foreign client library, and each answers as it is told.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, importPKCS8 } from 'jose';
import type { Knex } from 'knex';
import * as oidc from 'openid-client';
import type { Browser } from '../bin/demo/browser.ts';
import { registerClient } from '../identity/flow/register-client.ts';

export type RelyingParties = {
  readonly ids: readonly string[];
  /** Logout tokens that came, by system. */
  readonly told: ReadonlyMap<string, number>;
  /** Systems that answer 503. */
  readonly down: Set<string>;
  /** `http://localhost:PORT` of the listener. */
  readonly url: string;
  /** From the system's log-in button to its session: authorization, exchange, ID token. Returns `sid`. */
  cross(browser: Browser, id: string): Promise<string>;
  /** Where the log-in button leads, for a first login. */
  begin(id: string): Promise<Begun>;
  finish(begun: Begun, callback: string): Promise<string>;
  stop(): void;
};

export type Begun = { readonly id: string; readonly target: string; readonly state: string; readonly verifier: string };

export async function startRelyingParties(db: Knex, issuer: string, count: number): Promise<RelyingParties> {
  const told = new Map<string, number>();
  const down = new Set<string>();
  const server = createServer((request, response) => {
    const [, place, id = ''] = (request.url ?? '').split(/[/?]/);
    request.resume().on('end', () => {
      if (place === 'logout') told.set(id, (told.get(id) ?? 0) + 1);
      response.writeHead(place === 'logout' && down.has(id) ? 503 : 200, { 'Content-Type': 'text/plain' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const ids = Array.from({ length: count }, (_, n) => `bench-${String(n).padStart(4, '0')}`);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  await registerAll(db, { ids, url, keyPem });
  const key = await importPKCS8(keyPem, 'ES256');
  const options = { execute: [oidc.allowInsecureRequests] };
  const found = await oidc.discovery(new URL(issuer), ids[0]!, undefined, oidc.PrivateKeyJwt(key), options);
  const configs = new Map(ids.map((id) => [id, configOf(found, id, oidc.PrivateKeyJwt(key))]));

  const begin = async (id: string): Promise<Begun> => {
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const target = oidc.buildAuthorizationUrl(configs.get(id)!, {
      redirect_uri: `${url}/callback/${id}`,
      scope: 'openid profile',
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { id, target: target.href, state, verifier };
  };
  const finish = async ({ id, state, verifier }: Begun, callback: string): Promise<string> => {
    const checks = { expectedState: state, pkceCodeVerifier: verifier, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(configs.get(id)!, new URL(callback), checks);
    return String(tokens.claims()?.['sid']);
  };
  return {
    ids,
    told,
    down,
    url,
    begin,
    finish,
    cross: async (browser, id) => {
      const begun = await begin(id);
      const page = await browser.open(begun.target);
      return finish(begun, page.url);
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function configOf(found: oidc.Configuration, id: string, auth: oidc.ClientAuth): oidc.Configuration {
  const metadata = { id_token_signed_response_alg: 'ES256' };
  const config = new oidc.Configuration(found.serverMetadata(), id, metadata, auth);
  oidc.allowInsecureRequests(config);
  return config;
}

type Registrations = { readonly ids: readonly string[]; readonly url: string; readonly keyPem: string };

async function registerAll(db: Knex, { ids, url, keyPem }: Registrations): Promise<void> {
  const { x, y } = await exportJWK(await importPKCS8(keyPem, 'ES256', { extractable: true }));
  for (const clientId of ids) {
    await registerClient(
      { db, clock: () => new Date(), requireHttps: false },
      {
        clientId,
        applicationType: 'web',
        name: `系统 ${clientId}`,
        organisation: '示例单位',
        purpose: '办理业务',
        firstParty: true,
        grantTypes: ['authorization_code'],
        scopes: ['openid', 'profile'],
        redirectUris: [`${url}/callback/${clientId}`],
        postLogoutRedirectUris: [],
        backchannelLogoutUri: `${url}/logout/${clientId}`,
        sector: 'bench',
        jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: x!, y: y! }] },
      },
    );
  }
}
