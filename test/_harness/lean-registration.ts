// A client for races and measurements: its registration, and what it signs with.
import { generateKeyPairSync } from 'node:crypto';
import type { ClientRegistration } from '../../identity/domain/client.ts';
import type { PublicJwk } from '../../identity/domain/client-parts.ts';
import { type LeanClient, leanClient } from './lean-browser.ts';

export type Registered = { readonly registration: ClientRegistration; readonly client: LeanClient };

export function makeRegistered(clientId: string, change: Partial<ClientRegistration> = {}): Registered {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = privateKey.export({ format: 'jwk' });
  const redirectUri = `http://${clientId}.example/callback`;
  const key: PublicJwk = { kty: 'EC', crv: 'P-256', x: String(x), y: String(y) };
  const registration: ClientRegistration = {
    clientId,
    applicationType: 'web',
    name: `系统 ${clientId}`,
    organisation: '示例单位',
    purpose: '办理业务',
    firstParty: true,
    grantTypes: ['authorization_code'],
    scopes: ['openid', 'profile'],
    redirectUris: [redirectUri],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: null,
    sector: 'example',
    jwks: { keys: [key] },
    ...change,
  };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { registration, client: leanClient(clientId, redirectUri, pem) };
}

/** A hall terminal. */
export const TERMINAL: Partial<ClientRegistration> = {
  grantTypes: ['device_code'],
  redirectUris: [],
};

/** Without a person. */
export const MACHINE: Partial<ClientRegistration> = {
  grantTypes: ['client_credentials'],
  scopes: ['seal:use'],
  redirectUris: [],
};
