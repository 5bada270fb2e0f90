// Requests of the online certificate status protocol (RFC 6960): made by who asks, read by who answers.
// Not here: signed requests, which nobody needs to answer.
import { type DerNode, parseDer } from '../asn1/der.ts';
import { readExplicit, readInteger, readOctetString, readSequence } from '../asn1/der-read.ts';
import { derExplicit, derOctetString, derSequence } from '../asn1/der-write.ts';
import { isTrustError, TrustError } from '../errors.ts';
import { type CertId, encodeCertId, readCertId } from './cert-id.ts';
import { encodeExtension, readExtensionList } from './extensions.ts';
import { OID } from './oids.ts';

export const OCSP_REQUEST_TYPE = 'application/ocsp-request';
export const OCSP_RESPONSE_TYPE = 'application/ocsp-response';

export type OcspRequest = {
  readonly ids: readonly CertId[];
  /** 1 to 32 bytes (RFC 8954), which the answer repeats; null: an answer made before will do. */
  readonly nonce: Uint8Array | null;
};

/** In one request; more are asked one by one. */
const MAX_IDS = 20;

/** DER of an OCSPRequest. */
export function encodeOcspRequest({ ids, nonce }: OcspRequest): Uint8Array {
  const list = derSequence(...ids.map((id) => derSequence(encodeCertId(id))));
  const extensions = nonce ? [derExplicit(2, derSequence(encodeNonceExtension(nonce)))] : [];
  return derSequence(derSequence(list, ...extensions));
}

/** `revocation-malformed` says what is wrong; a signature on it is not looked at. */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  return asRevocationMalformed(() => {
    const [tbs] = readSequence(parseDer(der, { maxNodes: 1000 }), 1, 2);
    const fields = [...readSequence(tbs!, 1, 4)];
    if (fields[0]!.tag === 0xa0 && readInteger(readExplicit(fields.shift()!, 0)) !== 0)
      throw new TrustError('revocation-malformed', 'the request is not version 1');
    if (fields[0]?.tag === 0xa1) fields.shift(); // who asks
    const [list, extensions] = fields;
    if (!list || fields.length > 2) throw new TrustError('revocation-malformed', 'the request is cut off');
    const ids = readSequence(list, 1, MAX_IDS).map((node) => readCertId(readSequence(node, 1, 2)[0]!));
    return { ids, nonce: extensions ? readNonceExtension(readExplicit(extensions, 2)) : null };
  });
}

export function encodeNonceExtension(nonce: Uint8Array): Uint8Array {
  return encodeExtension(OID.ocspNonce, derOctetString(nonce));
}

/** The nonce among extensions, or null; a critical extension that is not known is refused. */
export function readNonceExtension(list: DerNode): Uint8Array | null {
  const extensions = readExtensionList(list);
  const unknown = extensions.find(({ critical, oid }) => critical && oid !== OID.ocspNonce);
  if (unknown) throw new TrustError('revocation-malformed', `the critical extension ${unknown.oid} is not understood`);
  const found = extensions.find(({ oid }) => oid === OID.ocspNonce);
  if (!found) return null;
  const nonce = readOctetString(parseDer(found.value));
  if (nonce.length < 1 || nonce.length > 32)
    throw new TrustError('revocation-malformed', `a nonce of ${nonce.length} bytes; 1 to 32 are lawful`);
  return nonce;
}

/** Turns what the readers say into the code of revocation. */
export function asRevocationMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed') || isTrustError(cause, 'certificate-malformed'))
      throw new TrustError('revocation-malformed', cause.message, { cause });
    throw cause;
  }
}
