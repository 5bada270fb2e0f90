// The client of the room's own pages: built in, in production too, and no row that somebody could change or suspend. Its
// requests lead a person through the same login as every other system's. The code that comes back is exchanged by
// nobody: its PKCE verifier is thrown away (identity/http/own-session.ts), what counts is the session behind it.
import type { ClientMetadata } from 'oidc-provider';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import { OWN_SECTOR } from '../domain/subject.ts';

/** Where our own pages are answered. */
export const OWN_CALLBACK_PATH = '/account/callback';

/** Shown as the system that one logs in to. */
const OWN_CLIENT_NAME = '用户中心';

/** `issuer` is the room's public URL. */
export function ownClientMetadata(issuer: string): ClientMetadata {
  return {
    client_id: OWN_CLIENT_ID,
    client_name: OWN_CLIENT_NAME,
    application_type: 'web',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [`${issuer}${OWN_CALLBACK_PATH}`],
    post_logout_redirect_uris: [`${issuer}/`],
    scope: 'openid',
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
    subject_type: 'pairwise',
    xinji_accepts_units: false,
    xinji_first_party: true,
    xinji_organisation: '',
    xinji_purpose: '',
    xinji_resource_scopes: [],
    xinji_sector: OWN_SECTOR,
  };
}
