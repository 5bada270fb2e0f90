// A registration between its wire form (common/contract/client-registration.ts) and ours.
import type { ClientRegistrationDocument } from '../../common/contract/client-registration.ts';
import { acrOf, parseAcr } from './assurance.ts';
import type { Client, ClientRegistration } from './client.ts';

/** What was handed in; rules that were left out get their defaults later. */
export function fromDocument(document: ClientRegistrationDocument): ClientRegistration {
  const { min_level: level, auth_method: authMethod, profile, optional_scopes: optionalScopes } = document;
  return {
    clientId: document.client_id,
    applicationType: document.application_type,
    name: document.name,
    organisation: document.organisation,
    purpose: document.purpose,
    sector: document.sector,
    firstParty: document.first_party,
    grantTypes: document.grant_types as ClientRegistration['grantTypes'],
    scopes: document.scopes,
    redirectUris: document.redirect_uris,
    postLogoutRedirectUris: document.post_logout_redirect_uris,
    backchannelLogoutUri: document.backchannel_logout_uri,
    jwks: document.jwks as ClientRegistration['jwks'],
    minLevel: level == null ? null : parseAcr(level),
    ...(authMethod === undefined ? {} : { authMethod }),
    ...(profile === undefined ? {} : { profile }),
    ...(document.dpop_bound === undefined ? {} : { dpopBound: document.dpop_bound }),
    ...(document.par_required === undefined ? {} : { parRequired: document.par_required }),
    ...(document.jar_required === undefined ? {} : { jarRequired: document.jar_required }),
    ...(document.accepts_units === undefined ? {} : { acceptsUnits: document.accepts_units }),
    ...(optionalScopes === undefined ? {} : { optionalScopes }),
  };
}

/** What is shown of a registration. */
export function toDocument(client: Client): object {
  return {
    client_id: client.clientId,
    status: client.status,
    version: client.version,
    application_type: client.applicationType,
    name: client.name,
    organisation: client.organisation,
    purpose: client.purpose,
    sector: client.sector,
    first_party: client.firstParty,
    grant_types: client.grantTypes,
    scopes: client.scopes,
    approved_scopes: client.approvedScopes,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_uri: client.backchannelLogoutUri,
    jwks: client.jwks,
    auth_method: client.authMethod,
    profile: client.profile,
    dpop_bound: client.dpopBound,
    par_required: client.parRequired,
    jar_required: client.jarRequired,
    min_level: client.minLevel === null ? null : acrOf(client.minLevel),
    accepts_units: client.acceptsUnits,
    optional_scopes: client.optionalScopes,
  };
}
