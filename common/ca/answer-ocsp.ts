// The OCSP responder of the development authorities (RFC 6960): a request in, a response out, whatever the request is.
import { isTrustError } from '../errors.ts';
import { type CertId, isIssuerOf } from '../pki/cert-id.ts';
import { type OcspRequest, parseOcspRequest } from '../pki/ocsp-request.ts';
import { encodeOcspFailure, makeOcspResponse, type OcspResponseOrder } from '../pki/ocsp-response.ts';
import type { DevelopmentAuthority } from './development-authority.ts';

const DAY_MS = 86_400_000;

/**
 * DER of an OCSPResponse as of `now`, good for a day. A request that cannot be read is `malformedRequest`, one about
 * certificates of nobody here `unauthorized`; of one authority's certificates in a request, others are `unknown`.
 */
export async function answerOcsp(
  authorities: readonly DevelopmentAuthority[],
  query: Uint8Array,
  now: Date,
): Promise<Uint8Array> {
  const request = read(query);
  if (!request) return encodeOcspFailure('malformedRequest');
  const authority = authorities.find(({ certificate }) => request.ids.some((id) => isIssuerOf(certificate, id)));
  if (!authority) return encodeOcspFailure('unauthorized');
  const singles = await Promise.all(request.ids.map((id) => answerOne(authority, id, now)));
  const { certificate, sign } = authority.responder;
  return makeOcspResponse({ responder: certificate, producedAt: now, singles, nonce: request.nonce, sign });
}

async function answerOne(
  authority: DevelopmentAuthority,
  id: CertId,
  now: Date,
): Promise<OcspResponseOrder['singles'][number]> {
  const status = isIssuerOf(authority.certificate, id) ? await authority.stateOf(id.serial) : 'unknown';
  const known = typeof status === 'object' && status.at > now ? 'good' : status;
  return { id, status: known, thisUpdate: now, nextUpdate: new Date(now.getTime() + DAY_MS) };
}

function read(query: Uint8Array): OcspRequest | null {
  try {
    return parseOcspRequest(query);
  } catch (error) {
    if (isTrustError(error, 'revocation-malformed')) return null;
    throw error;
  }
}
