// A unit asks a holder for a consent, and looks at what became of it.
//   1 a registered client   2 terms that may be asked for   3 a registered return address   4 the holder, by his key only
//   5 the request on record; the browser of the citizen takes it from here (decide-consent.ts)
import type { ConsentRequestBody } from '../../common/contract/license-consent.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { checkAskedTerms, REQUEST_SECONDS } from '../domain/consent-terms.ts';
import { holderKey } from '../domain/holder-key.ts';
import { type ConsentRequest, findConsentRequest, insertConsentRequest } from '../store/consent-requests.ts';
import { type Consent, findConsentOfRequest } from '../store/consents.ts';
import { findLicenseHeads } from '../store/licenses.ts';
import { getClient } from './clients.ts';
import type { LicenseDeps } from './deps.ts';

type AskDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;

export type RequestState = {
  readonly request: Omit<ConsentRequest, 'organisationName'>;
  /** With the current identifier of each license; null for one that is gone. */
  readonly consent: (Consent & { readonly licenses: readonly AllowedLicense[] }) | null;
};
type AllowedLicense = Consent['allowed'][number] & { readonly identifier: string | null };

/** Throws client-not-registered, invalid-request, license-type-not-found, return-address-unknown. */
export async function requestConsent(deps: AskDeps, clientId: string, body: ConsentRequestBody): Promise<RequestState> {
  // 1
  const client = await getClient(deps, clientId);
  // 2
  const now = deps.clock();
  const until = new Date(body.until);
  const fields = body.licenses.map((one) => [...one.fields, ...one.optional_fields]);
  checkAskedTerms({ until, fields }, now);
  for (const { license_type: licenseType } of body.licenses) await deps.catalog.get(licenseType);
  // 3
  const returnTo = body.return_to ?? null;
  if (returnTo !== null && !client.returnAddresses.includes(returnTo))
    throw new TrustError('return-address-unknown', 'return_to is not a registered address', { pointer: '/return_to' });
  // 4
  const key = body.holder ? holderKey(deps.keys.pepper, body.holder.code_type, body.holder.code) : null;
  // 5
  const request = {
    requestId: makeId('crq'),
    clientId,
    organisation: client.organisation,
    holderKey: key,
    wanted: body.licenses.map((one) => ({
      licenseType: one.license_type,
      fields: one.fields,
      optionalFields: one.optional_fields.filter((name) => !one.fields.includes(name)),
    })),
    purpose: body.purpose,
    matterCode: body.matter.code,
    matterName: body.matter.name,
    consentUntil: until,
    maxUses: body.max_uses ?? null,
    returnTo,
    askedAt: now,
    expiresAt: new Date(Math.min(now.getTime() + REQUEST_SECONDS * 1000, until.getTime())),
  };
  await insertConsentRequest(deps.db, request);
  return { request: { ...request, state: 'pending' }, consent: null };
}

/** What became of a request, told to the organisation that made it. Throws client-not-registered, consent-request-not-found. */
export async function getRequestState(
  deps: Pick<LicenseDeps, 'db'>,
  clientId: string,
  requestId: string,
): Promise<RequestState> {
  const client = await getClient(deps, clientId);
  const request = await findConsentRequest(deps.db, requestId);
  if (request?.organisation !== client.organisation)
    throw new TrustError('consent-request-not-found', 'your organisation made no such request');
  const consent = request.state === 'given' ? await findConsentOfRequest(deps.db, requestId) : null;
  if (!consent) return { request, consent: null };
  const ids = consent.allowed.map(({ licenseId }) => licenseId);
  const current = new Map((await findLicenseHeads(deps.db, ids)).map((head) => [head.licenseId, head.identifier]));
  const licenses = consent.allowed.map((one) => ({ ...one, identifier: current.get(one.licenseId) ?? null }));
  return { request, consent: { ...consent, licenses } };
}
