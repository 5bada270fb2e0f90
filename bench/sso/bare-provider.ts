// The bare library as a process, the measure of ours: oidc-provider with its own adapter in memory, static clients, the same
// algorithms and the same ways of a client, and nothing of a house around it. A person is logged in by asking.
// Told by its environment: BENCH_BARE = JSON of BareSettings. Told by {statements}, it sends these by pg alone in each request.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { type ClientMetadata, type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Recorded } from './recording-node.ts';
import { openStatements } from './sent-statements.ts';

export type BareSettings = {
  readonly port: number;
  readonly clients: readonly ClientMetadata[];
  /** Audience of access tokens for machines. */
  readonly audience: string;
  readonly scope: string;
};

const { port, clients, audience, scope }: BareSettings = JSON.parse(process.env['BENCH_BARE'] ?? '{}');
const issuer = `http://localhost:${port}`;
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const lifetimes = { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 300, Grant: 86_400 };

const configuration: Configuration = {
  clients: clients.map((client) => ({ ...client })),
  jwks: { keys: [{ ...jwk, kty: 'EC', alg: 'ES256', use: 'sig' }] },
  claims: { openid: ['sub', 'amr', 'auth_time'], profile: ['name'] },
  clientAuthMethods: ['private_key_jwt'],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: ['bench'], long: { signed: true }, short: { signed: true } },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, name: '张三' }) }),
  loadExistingGrant: findGrant,
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: () => true,
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: { ...lifetimes, IdToken: 600, Interaction: 900, Session: 28_800, RefreshToken: 86_400 },
  routes: { authorization: '/oidc/auth', token: '/oidc/token', introspection: '/oidc/introspect' },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => false,
      getResourceServerInfo: () => ({ scope, audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
};

async function findGrant(ctx: KoaContextWithOIDC) {
  const { client, session, account, provider } = ctx.oidc;
  const grantId = session?.grantIdFor(client!.clientId);
  if (grantId) return provider.Grant.find(grantId);
  const grant = new provider.Grant({ accountId: account!.accountId, clientId: client!.clientId });
  grant.addOIDCScope('openid profile');
  await grant.save();
  return grant;
}

const provider = new Provider(issuer, configuration);
const sent = await openStatements(process.env['BENCH_DATABASE_URL']);
provider.use(async (_ctx, next) => {
  await next();
  await sent.run();
});
process.on('message', ({ statements }: { statements: readonly Recorded[] }) => {
  sent.use(statements);
  process.send?.({ type: 'done' });
});
const answer = provider.callback();
const server = createServer((request, response) => {
  if (request.url?.startsWith('/interaction/'))
    void provider.interactionFinished(request, response, { login: { accountId: 'zhangsan', amr: ['pwd'] } });
  else void answer(request, response);
});
for (const { client_id } of clients) await provider.Client.find(client_id);
server.listen(port, '127.0.0.1', () => process.send?.({ type: 'ready' }));
process.on('disconnect', () => process.exit(0));
