// What the API reference says of the OpenID Connect endpoints. The provider parses them itself; these rows describe.
import { z } from 'zod';
import { SCOPES } from '../../common/contract/identity.ts';
import { isDuty } from '../../common/contract/roles.ts';
import type { Operation } from '../../common/http/operation.ts';
import { CLAIM_TABLE } from '../domain/claims.ts';
import { OIDC_SCOPES } from '../domain/client.ts';
import { DEVICE_GRANT } from '../provider/client-metadata.ts';

const DUTIES = SCOPES.filter(isDuty);
const MACHINE_SCOPES = SCOPES.filter((scope) => !isDuty(scope));
const PERSON_SCOPES = OIDC_SCOPES.filter((scope) => scope !== 'openid').join(', ');
const CLAIMS_BY_SCOPE = CLAIM_TABLE.map(({ scope, claim }) => `${claim} (${scope})`).join(', ');
const CLAIMS = Object.fromEntries(CLAIM_TABLE.map(({ claim }) => [claim, z.string().optional()]));
const FORM = 'application/x-www-form-urlencoded';
const ASSERTION =
  'client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=JWT (RFC 7523, ES256, aud = issuer, jti used once)';
const OAUTH_ERROR = {
  description: 'OAuth error: `error`, `error_description`',
  content: {
    schema: z
      .object({ error: z.string(), error_description: z.string().optional() })
      .meta({ example: { error: 'invalid_grant' } }),
  },
};

export const discoveryOperation: Operation = {
  id: 'discovery',
  summary: 'Provider metadata (OpenID Connect Discovery)',
  summaryZh: '服务发现',
  tag: 'discovery',
  description: 'Read it once at start; every address below is in it.',
  answers: {
    200: {
      description: 'Metadata',
      content: {
        schema: z
          .object({ issuer: z.string(), jwks_uri: z.string() })
          .meta({ example: { issuer: 'https://id.example.gov.cn', jwks_uri: 'https://id.example.gov.cn/oidc/jwks' } }),
      },
    },
  },
};

export const jwksOperation: Operation = {
  id: 'jwks',
  summary: 'Public keys that verify our tokens',
  summaryZh: '验证令牌的公钥',
  tag: 'discovery',
  answers: { 200: { description: 'JWK set, ES256', content: { type: 'application/jwk-set+json' } } },
};

export const authorizeOperation: Operation = {
  id: 'authorize',
  summary: 'Send a person to log in (authorization code with PKCE)',
  summaryZh: '引导用户登录（授权码与 PKCE）',
  tag: 'login',
  description:
    'A page for the browser, not a call. It ends at redirect_uri with code and state, or with error and state; a wrong client or redirect_uri is told to the person and never redirected.',
  query: z.object({
    client_id: z.string().meta({ description: 'As registered', example: 'business-a' }),
    response_type: z.literal('code'),
    redirect_uri: z.url().meta({
      description: 'One of the registered ones, exactly',
      example: 'https://hall.example.gov.cn/login/callback',
    }),
    scope: z
      .string()
      .meta({ description: `openid, and what is registered of ${PERSON_SCOPES}`, example: 'openid profile' }),
    state: z.string().meta({ description: 'Random, bound to the browser', example: 'aG3x9kQ0' }),
    nonce: z.string().meta({ description: 'Random; comes back in the ID token', example: 'n-0S6_WzA2Mj' }),
    code_challenge: z
      .string()
      .meta({ description: 'RFC 7636, S256', example: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }),
    code_challenge_method: z.literal('S256'),
  }),
  answers: { 303: { description: 'To the login page, or to redirect_uri' } },
};

export const pushOperation: Operation = {
  id: 'pushAuthorizationRequest',
  summary: 'Push the authorization request (RFC 9126)',
  summaryZh: '推送授权请求',
  tag: 'login',
  description: 'The same parameters, sent by the system itself; the browser then carries only request_uri.',
  body: {
    type: FORM,
    description: 'The parameters of /oidc/auth and a client assertion',
    example: `${ASSERTION}&response_type=code&…`,
  },
  answers: {
    201: {
      description: 'request_uri and its life in seconds',
      content: {
        schema: z
          .object({ request_uri: z.string(), expires_in: z.int() })
          .meta({ example: { request_uri: 'urn:ietf:params:oauth:request_uri:x', expires_in: 60 } }),
      },
    },
    400: OAUTH_ERROR,
  },
};

export const tokenOperation: Operation = {
  id: 'token',
  summary: 'Exchange a code, or get a token for another room',
  summaryZh: '以授权码换取令牌，或获取访问其他服务的令牌',
  tag: 'tokens',
  description: `grant_type=authorization_code with code, redirect_uri and code_verifier; a code is good for one exchange. grant_type=refresh_token with the newest refresh_token, where registered; each use gives the next one. grant_type=${DEVICE_GRANT} with device_code; until the person has confirmed, authorization_pending, and slow_down to who asks within five seconds. grant_type=client_credentials with resource = the public URL of the room (RFC 8707) and scope out of ${MACHINE_SCOPES.join(', ')}; the token is a JWT (RFC 9068) for that room alone. Duties of persons (${DUTIES.join(', ')}) come with a code whose request named them and the room; \`scope\` of the answer says which of them the person's roles bring. With a proof in the header DPoP (RFC 9449) the tokens are bound to its key.`,
  body: {
    type: FORM,
    description: 'Grant parameters and a client assertion',
    example: `grant_type=client_credentials&resource=https://license.example.gov.cn&scope=license:issue&${ASSERTION}`,
  },
  answers: {
    200: {
      description: 'Tokens',
      content: {
        schema: z
          .object({
            access_token: z.string(),
            token_type: z.enum(['Bearer', 'DPoP']),
            expires_in: z.int(),
            scope: z.string().optional(),
            id_token: z.string().optional(),
            refresh_token: z.string().optional(),
          })
          .meta({ example: { access_token: 'eyJ…', token_type: 'Bearer', expires_in: 300, scope: 'license:issue' } }),
      },
    },
    400: OAUTH_ERROR,
    401: { description: 'invalid_client: the assertion is not accepted' },
  },
};

export const deviceOperation: Operation = {
  id: 'deviceAuthorization',
  summary: 'Get a code for a terminal without keyboard or browser (RFC 8628)',
  summaryZh: '为大厅终端获取登录代码',
  tag: 'login',
  description:
    'The terminal shows user_code and verification_uri, or a QR code of verification_uri_complete; the person opens it on the phone, logs in, sees who asks and confirms. Meanwhile the terminal asks /oidc/token every 5 seconds with its device_code.',
  body: {
    type: FORM,
    description: 'scope, and the client as at /oidc/token',
    example: `scope=openid profile&${ASSERTION}`,
  },
  answers: {
    200: {
      description: 'The codes and their life in seconds',
      content: {
        schema: z
          .object({
            device_code: z.string(),
            user_code: z.string(),
            verification_uri: z.string(),
            verification_uri_complete: z.string(),
            expires_in: z.int(),
          })
          .meta({
            example: {
              device_code: 'GmRh…',
              user_code: 'WDJB-MJHT',
              verification_uri: 'https://id.example.gov.cn/device',
              verification_uri_complete: 'https://id.example.gov.cn/device?user_code=WDJB-MJHT',
              expires_in: 600,
            },
          }),
      },
    },
    400: OAUTH_ERROR,
    401: { description: 'invalid_client' },
  },
};

export const introspectionOperation: Operation = {
  id: 'introspect',
  summary: 'Ask whether a token of yours is still good (RFC 7662)',
  summaryZh: '查询令牌是否有效',
  tag: 'tokens',
  description:
    'For opaque tokens and refresh tokens, by the client they were issued to. Tokens for another room are JWTs and are checked there.',
  body: { type: FORM, description: 'The token, and the client as at /oidc/token', example: `token=…&${ASSERTION}` },
  answers: {
    200: {
      description: 'active: false says no more',
      content: {
        schema: z
          .object({ active: z.boolean(), sub: z.string().optional(), exp: z.int().optional() })
          .meta({ example: { active: true, sub: 'k3d…', exp: 1_800_000_000 } }),
      },
    },
    400: OAUTH_ERROR,
    401: { description: 'invalid_client' },
  },
};

export const revocationOperation: Operation = {
  id: 'revoke',
  summary: 'End a token of yours (RFC 7009)',
  summaryZh: '撤销令牌',
  tag: 'tokens',
  description: 'The end of a refresh token ends the grant and every token under it.',
  body: { type: FORM, description: 'The token, and the client as at /oidc/token', example: `token=…&${ASSERTION}` },
  answers: {
    200: { description: 'It is over, or never was' },
    400: OAUTH_ERROR,
    401: { description: 'invalid_client' },
  },
};

export const userinfoOperation: Operation = {
  id: 'userinfo',
  summary: 'Claims of the person who logged in',
  summaryZh: '已登录用户的信息',
  tag: 'login',
  description: `Authorization: Bearer, or DPoP with a proof, and the access token of the code exchange. Claims by granted scope: ${CLAIMS_BY_SCOPE}.`,
  answers: {
    200: {
      description: 'Claims of the granted scopes',
      content: {
        schema: z.object({ sub: z.string(), ...CLAIMS }).meta({ example: { sub: 'k3d…', name: '张三' } }),
      },
    },
    401: { description: 'invalid_token' },
  },
};

export const endSessionOperation: Operation = {
  id: 'endSession',
  summary: 'Log the person out of everything (RP-initiated logout)',
  summaryZh: '统一退出',
  tag: 'logout',
  description:
    'A page for the browser. After the person has confirmed, every system of the session gets a logout token by POST to its backchannel_logout_uri.',
  query: z.object({
    id_token_hint: z.string().optional().meta({ description: 'The ID token of this login' }),
    client_id: z.string().optional(),
    post_logout_redirect_uri: z
      .url()
      .optional()
      .meta({ description: 'One of the registered ones', example: 'https://hall.example.gov.cn/' }),
    state: z.string().optional(),
  }),
  answers: { 200: { description: 'The page that asks' } },
};
