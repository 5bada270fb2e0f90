// Accounts of the demo citizens and registrations of all clients, through the flows of the identity room.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { isTrustError } from '../../common/errors.ts';
import { readRoomConfig } from '../../identity/config.ts';
import type { ClientRegistration, PublicJwk } from '../../identity/domain/client.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { KEYS_DEV } from '../serve/keys.ts';
import type { Secrets } from '../serve/secrets.ts';
import { CITIZENS, ISSUING_DEPARTMENT, LICENSE_CLIENT, SYSTEMS, VERIFIER } from './values.ts';

/** Addresses of systems A and B. */
export type SystemUrls = readonly string[];

export async function seedIdentity(
  env: NodeJS.ProcessEnv,
  passwords: Secrets['demo_passwords'],
  systemUrls: SystemUrls,
): Promise<void> {
  const config = readRoomConfig(env);
  const db = connect(config.databaseUrl, { applicationName: 'xinji seed', poolMax: 1 });
  const keys = deriveDocumentKeys(config.masterKey);
  try {
    for (const citizen of CITIZENS) {
      const holder = { type: citizen.codeType, code: citizen.code };
      const { login: loginName, name, phone } = citizen;
      const account = { loginName, password: passwords[loginName], name, holder, phone };
      await registerAccount({ db, clock: systemClock, keys }, account).catch((error: unknown) => {
        if (!isTrustError(error, 'account-exists')) throw error;
      });
    }
    for (const client of listClients(config.licenseUrl, systemUrls)) {
      await registerClient({ db, clock: systemClock, requireHttps: false }, client);
    }
  } finally {
    await db.destroy();
  }
}

/** The clients of a development house with their public keys. */
export function listClients(licenseUrl: string, systemUrls: SystemUrls): readonly ClientRegistration[] {
  return [
    {
      ...webClient(LICENSE_CLIENT.clientId, licenseUrl, 'license/client.key.pem'),
      name: LICENSE_CLIENT.name,
      purpose: '查看和出示本人电子证照',
      firstParty: true,
      grantTypes: ['authorization_code', 'client_credentials'],
      scopes: ['openid', 'profile', 'identity_document', ...LICENSE_CLIENT.scopes],
    },
    ...SYSTEMS.map(
      ({ clientId, name }, index): ClientRegistration => ({
        ...webClient(clientId, systemUrls[index]!, `demo/${clientId}.key.pem`),
        name,
        purpose: '网上办事',
        firstParty: true,
        grantTypes: ['authorization_code'],
        scopes: ['openid', 'profile'],
      }),
    ),
    machineClient(ISSUING_DEPARTMENT, '签发电子证照'),
    machineClient(VERIFIER, '核验电子证照'),
  ];
}

type WebPart = Pick<
  ClientRegistration,
  'clientId' | 'organisation' | 'sector' | 'jwks' | 'redirectUris' | 'postLogoutRedirectUris' | 'backchannelLogoutUri'
>;

function webClient(clientId: string, url: string, keyFile: string): WebPart {
  return {
    clientId,
    organisation: '示例市数据局',
    sector: clientId,
    jwks: publicKeysOf(keyFile),
    redirectUris: [`${url}/login/callback`],
    postLogoutRedirectUris: [`${url}/`, `${url}/?out=1`],
    backchannelLogoutUri: `${url}/backchannel-logout`,
  };
}

function machineClient(
  { clientId, name, scopes }: { readonly clientId: string; readonly name: string; readonly scopes: readonly string[] },
  purpose: string,
): ClientRegistration {
  return {
    clientId,
    name,
    organisation: name,
    purpose,
    firstParty: true,
    grantTypes: ['client_credentials'],
    scopes,
    redirectUris: [],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: null,
    sector: clientId,
    jwks: publicKeysOf(`demo/${clientId}.key.pem`),
  };
}

function publicKeysOf(keyFile: string): { readonly keys: readonly PublicJwk[] } {
  const publicKey = createPublicKey(readFileSync(join(KEYS_DEV, keyFile)));
  return { keys: [publicKey.export({ format: 'jwk' }) as PublicJwk] };
}
