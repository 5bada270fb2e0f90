// Where the demo's clients find a running house: addresses, their own keys, the citizens' passwords. Read from the same
// settings as `xinji serve`; the story itself only speaks HTTP, as strangers would.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTokenSource, type TokenSource } from '../../common/client/token-source.ts';
import { systemClock } from '../../common/clock.ts';
import { systemUrls } from '../serve/demo-systems.ts';
import { readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { KEYS_DEV } from '../serve/keys.ts';
import { loadSecrets, type Secrets } from '../serve/secrets.ts';

export type World = {
  readonly identityUrl: string;
  readonly licenseUrl: string;
  readonly sealUrl: string;
  /** Business systems A and B. */
  readonly systemUrls: readonly [string, string];
  readonly passwords: Secrets['demo_passwords'];
  /** PEM of the development roots. */
  readonly trustRoots: string;
  /** Folder for what the story leaves behind. */
  readonly outFolder: string;
  /** Tokens for the license room, as a department or a verifier gets them. */
  tokenFor(clientId: 'health-commission' | 'market-regulator' | 'service-hall', scope: string): TokenSource;
};

/** The house of this checkout. Throws `config-invalid` when the settings are not those of a development house. */
export async function readWorld(env: NodeJS.ProcessEnv, outFolder: string): Promise<World> {
  const owner = readOwnerConfig(env);
  const secrets = await loadSecrets(owner.dataDir);
  const urls = Object.assign(
    {},
    ...roomEnvironments(env, owner, secrets, null).map((room) => room.env),
  ) as NodeJS.ProcessEnv;
  const identityUrl = urls['XINJI_IDENTITY_URL']!;
  const licenseUrl = urls['XINJI_LICENSE_URL']!;
  return {
    identityUrl,
    licenseUrl,
    sealUrl: urls['XINJI_SEAL_URL']!,
    systemUrls: systemUrls(owner),
    passwords: secrets.demo_passwords,
    trustRoots: readFileSync(join(KEYS_DEV, 'pki/trust-roots.pem'), 'utf8'),
    outFolder,
    tokenFor: (clientId, scope) =>
      makeTokenSource({
        issuer: identityUrl,
        clientId,
        keyPem: readFileSync(join(KEYS_DEV, `demo/${clientId}.key.pem`), 'utf8'),
        resource: licenseUrl,
        scope,
        allowHttp: true,
        clock: systemClock,
      }),
  };
}
