// The plans of the OpenID Foundation's conformance suite for what this provider is: their modules, what each asks, and how it
// ends here. docs/conformance.md is made of this table; conformance.test.ts holds it to the truth.
import { BASIC_MODULES } from './basic-modules.ts';
import { BACKCHANNEL_MODULES, RP_LOGOUT_MODULES } from './logout-modules.ts';
import type { Module } from './world.ts';

/** `fail`: the module is run, and must fail; when it passes the table is wrong. */
export type Verdict = 'pass' | 'fail' | 'not applicable';
export type Row = { readonly name: string; readonly asks: string; readonly verdict: Verdict; readonly why?: string };
export type Plan = {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly modules: Readonly<Record<string, Module>>;
};

const pass = (name: string, asks: string, why?: string): Row => ({
  name,
  asks,
  verdict: 'pass',
  ...(why === undefined ? {} : { why }),
});
const none = (name: string, asks: string, why: string): Row => ({ name, asks, verdict: 'not applicable', why });

const BASIC: readonly Row[] = [
  pass('oidcc-server', 'code flow, ID token and state, client_secret_basic'),
  pass('oidcc-response-type-missing', 'a request without response_type is refused'),
  pass('oidcc-idtoken-signature', 'the ID token names a published key, which verifies it', 'ES256, not RS256'),
  none(
    'oidcc-idtoken-unsigned',
    'unsigned ID tokens for who registers for them',
    'never given; clients are registered by hand',
  ),
  pass('oidcc-userinfo-get', 'userinfo by GET with a header'),
  pass('oidcc-userinfo-post-header', 'userinfo by POST with a header'),
  pass('oidcc-userinfo-post-body', 'userinfo by POST with the token in the body'),
  pass('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', 'a request without nonce'),
  pass('oidcc-scope-profile', 'scope profile', 'of its claims only name'),
  pass('oidcc-scope-email', 'scope email', 'email alone, not email_verified'),
  none('oidcc-scope-address', 'scope address', 'not offered, as discovery says'),
  pass('oidcc-scope-phone', 'scope phone', 'phone_number alone'),
  none('oidcc-scope-all', 'all four scopes', 'scope address is not offered'),
  pass('oidcc-ensure-other-scope-order-succeeds', 'openid as the last scope'),
  pass('oidcc-display-page', 'display=page'),
  pass('oidcc-display-popup', 'display=popup'),
  pass('oidcc-prompt-login', 'prompt=login asks again who is logged in'),
  pass('oidcc-prompt-none-not-logged-in', 'prompt=none without a login is login_required'),
  pass('oidcc-prompt-none-logged-in', 'prompt=none with a login answers at once, with the same login'),
  pass('oidcc-max-age-1', 'max_age=1 asks again after that time'),
  pass('oidcc-max-age-10000', 'max_age=10000 does not, and tells auth_time'),
  pass('oidcc-ensure-request-with-unknown-parameter-succeeds', 'an unknown parameter does no harm'),
  pass('oidcc-id-token-hint', 'id_token_hint with prompt=none'),
  pass('oidcc-login-hint', 'login_hint'),
  pass('oidcc-ui-locales', 'ui_locales of a language that is not spoken here'),
  pass('oidcc-claims-locales', 'claims_locales'),
  pass('oidcc-ensure-request-with-acr-values-succeeds', 'acr_values, and acr in the ID token'),
  pass('oidcc-codereuse', 'a code is refused the second time'),
  pass('oidcc-codereuse-30seconds', 'also half a minute later; tokens of the first exchange die'),
  pass('oidcc-ensure-registered-redirect-uri', 'an unregistered redirect_uri is told to the person'),
  pass('oidcc-ensure-post-request-succeeds', 'an authorization request by POST'),
  pass('oidcc-server-client-secret-post', 'code flow, client_secret_post'),
  pass(
    'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    'a request_uri of others is taken or refused by name',
    'refused',
  ),
  none(
    'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
    'an unsigned request object',
    'discovery offers ES256 alone, for which the suite skips it; signed ones: flows-openid-client.test.ts',
  ),
  pass('oidcc-claims-essential', 'a claim asked for by the parameter claims'),
  none(
    'oidcc-ensure-request-object-with-redirect-uri',
    'redirect_uri of an unsigned request object counts',
    'as above',
  ),
  pass('oidcc-refresh-token', 'refresh, with the same subject and login'),
  pass('oidcc-ensure-request-with-valid-pkce-succeeds', 'PKCE with S256'),
];

const RP_LOGOUT: readonly Row[] = [
  pass('oidcc-rp-initiated-logout-discovery-endpoint-verification', 'discovery names end_session_endpoint'),
  pass('oidcc-rp-initiated-logout', 'logout with hint, address and state comes back with state'),
  pass('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', 'an unregistered address is an error page'),
  pass('oidcc-rp-initiated-logout-modified-id-token-hint', 'a hint under alg none is an error page'),
  pass('oidcc-rp-initiated-logout-no-id-token-hint', 'without a hint the person is asked and led nowhere'),
  pass('oidcc-rp-initiated-logout-no-params', 'without any parameter likewise'),
  pass('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', 'without an address likewise'),
  pass('oidcc-rp-initiated-logout-no-state', 'without state it comes back without state'),
  pass('oidcc-rp-initiated-logout-only-state', 'with state alone the person is asked and led nowhere'),
  pass(
    'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
    'an address with an added query is refused',
  ),
  pass('oidcc-rp-initiated-logout-bad-id-token-hint', 'a hint that is no token is an error page'),
];

const BACKCHANNEL: readonly Row[] = [
  pass('oidcc-backchannel-logout-discovery-endpoint-verification', 'discovery says that it is supported, with sid'),
  pass('oidcc-backchannel-rp-initiated-logout', 'the system gets one logout token with sub, sid and event'),
];

export const PLANS: readonly Plan[] = [
  { name: 'oidcc-basic-certification-test-plan', title: 'Basic OP', rows: BASIC, modules: BASIC_MODULES },
  {
    name: 'oidcc-rp-initiated-logout-certification-test-plan',
    title: 'RP-initiated logout OP',
    rows: RP_LOGOUT,
    modules: RP_LOGOUT_MODULES,
  },
  {
    name: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan',
    title: 'Back-channel logout OP',
    rows: BACKCHANNEL,
    modules: BACKCHANNEL_MODULES,
  },
];

const INTRODUCTION = `# Conformance

<!-- Made by test/identity/conformance (UPDATE_CONFORMANCE=1 writes it anew); edit plans.ts there, not this page. -->

The modules of the OpenID Foundation's conformance suite for an OpenID provider, by their names, expressed as tests of our own
(\`test/identity/conformance\`, with openid-client and jose as judges). **This is no certification**, and the Foundation's own
runner has not been run: it needs the address of a provider that it can reach. Where its runner would see something else:

- Every request here carries PKCE, which this provider asks of every client (RFC 9700). The Basic plan sends it in one
  module only: without PKCE a request is refused with \`invalid_request\`, in all others too. This is a decision.
- ID tokens are signed with ES256. OpenID Connect Core, 15.1, asks for RS256 too; it is not offered. This is a decision.
- The person is asked before a logout, also with a valid \`id_token_hint\`.
`;

/** docs/conformance.md */
export function conformancePage(): string {
  const parts = PLANS.map(({ name, title, rows }) => {
    const count = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length;
    const lines = rows.map(
      ({ name: module, asks, verdict, why }) => `| \`${module}\` | ${asks} | ${verdict} | ${why ?? ''} |`,
    );
    return `## ${title}

\`${name}\`: ${rows.length} modules, ${count('pass')} pass, ${count('fail')} fail, ${count('not applicable')} not applicable.

| module | asks | here | note |
|---|---|---|---|
${lines.join('\n')}
`;
  });
  return [INTRODUCTION, ...parts].join('\n');
}
