// Responses of the online certificate status protocol (RFC 6960): read strictly with the signed bytes kept, and made for
// the development authority. Whether a response may be believed is judged in revocation.ts.
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import {
  readBitString,
  readExplicit,
  readInteger,
  readOctetString,
  readOid,
  readSequence,
  readTime,
} from '../asn1/der-read.ts';
import {
  derBitString,
  derExplicit,
  derGeneralizedTime,
  derOctetString,
  derOid,
  derSequence,
  derTlv,
} from '../asn1/der-write.ts';
import { TrustError } from '../errors.ts';
import { type CertId, encodeCertId, readCertId } from './cert-id.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { CRL_REASONS, type CrlReason, type Revoked, readReason } from './certificate-list.ts';
import { readExtensionList } from './extensions.ts';
import { asRevocationMalformed, encodeNonceExtension, readNonceExtension } from './ocsp-request.ts';
import { OID } from './oids.ts';
import type { Signed } from './verify-signed-by.ts';

export type CertStatus = 'good' | 'unknown' | Revoked;

export type SingleResponse = {
  readonly id: CertId;
  readonly status: CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  /** Certificates that ended before this time may have been forgotten; null when nothing is said. */
  readonly archiveCutoff: Date | null;
};

export type OcspResponse = Signed & {
  readonly raw: Uint8Array;
  /** Name (DER) or SHA-1 of the key of who signed. */
  readonly responder: { readonly nameRaw: Uint8Array } | { readonly keyHash: Uint8Array };
  readonly producedAt: Date;
  readonly singles: readonly SingleResponse[];
  readonly nonce: Uint8Array | null;
  readonly certificates: readonly Certificate[];
};

/** OCSPResponseStatus by number. */
export const OCSP_FAILURES = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;
export type OcspFailure = keyof typeof OCSP_FAILURES;

const MAX_BYTES = 256 * 1024;
const SM2_WITH_SM3 = derSequence(derOid(OID.sm2WithSm3));

export type OcspResponseOrder = {
  /** Who signs: the issuer, or one that it has delegated (EKU OCSPSigning), which is carried along. */
  readonly responder: Certificate;
  readonly producedAt: Date;
  readonly singles: readonly (Omit<SingleResponse, 'archiveCutoff' | 'status'> & {
    readonly status: 'good' | 'unknown' | { readonly at: Date; readonly reason: CrlReason };
  })[];
  readonly nonce: Uint8Array | null;
  readonly isCarried?: boolean;
  /** SM2 over the message by the responder's key, DER. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** DER of an OCSPResponse with status successful. */
export async function makeOcspResponse(order: OcspResponseOrder): Promise<Uint8Array> {
  const { responder, producedAt, singles, nonce, isCarried = true, sign } = order;
  const tbs = derSequence(
    derExplicit(1, responder.subjectRaw),
    wholeSeconds(producedAt),
    derSequence(...singles.map(encodeSingle)),
    ...(nonce ? [derExplicit(1, derSequence(encodeNonceExtension(nonce)))] : []),
  );
  const basic = derSequence(
    tbs,
    SM2_WITH_SM3,
    derBitString(await sign(tbs)),
    ...(isCarried ? [derExplicit(0, derSequence(responder.raw))] : []),
  );
  return derSequence(enumerated(0), derExplicit(0, derSequence(derOid(OID.ocspBasic), derOctetString(basic))));
}

/** DER of an OCSPResponse that says why there is none. */
export function encodeOcspFailure(failure: OcspFailure): Uint8Array {
  return derSequence(enumerated(OCSP_FAILURES[failure]));
}

/** `revocation-malformed` when it cannot be read or is a refusal, which is then named. */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  if (der.length > MAX_BYTES) throw malformed('an OCSP response of more than 256 KiB');
  return asRevocationMalformed(() => {
    const [status, wrapped] = readSequence(parseDer(der), 1, 2);
    if (status!.tag !== 0x0a || status!.content.length !== 1) throw malformed('the status is no ENUMERATED');
    const code = status!.content[0]!;
    const failure = Object.entries(OCSP_FAILURES).find(([, number]) => number === code)?.[0];
    if (code !== 0) throw malformed(`the responder refuses: ${failure ?? `status ${code}`}`);
    if (!wrapped) throw malformed('the response is empty');
    const [type, content] = readSequence(readExplicit(wrapped, 0), 2, 2);
    if (readOid(type!) !== OID.ocspBasic) throw malformed(`the response is of type ${readOid(type!)}`);
    return readBasic(parseDer(readOctetString(content!)), der);
  });
}

function readBasic(root: DerNode, raw: Uint8Array): OcspResponse {
  const [tbs, algorithm, signature, certificates] = readSequence(root, 3, 4);
  const fields = [...readSequence(tbs!, 3, 5)];
  if (fields[0]!.tag === 0xa0 && readInteger(readExplicit(fields.shift()!, 0)) !== 0)
    throw malformed('the response is not version 1');
  const [responder, producedAt, singles, extensions] = fields;
  if (!singles || fields.length > 4) throw malformed('the response is cut off');
  return {
    raw,
    tbsRaw: tbs!.raw,
    signatureAlgorithm: readOid(readSequence(algorithm!, 1, 2)[0]!),
    signatureAlgorithmRaw: algorithm!.raw,
    signature: readBitString(signature!),
    responder: readResponder(responder!),
    producedAt: readGeneralized(producedAt!),
    singles: readSequence(singles, 1, 100).map(readSingle),
    nonce: extensions ? readNonceExtension(readExplicit(extensions, 1)) : null,
    certificates: certificates
      ? readSequence(readExplicit(certificates, 0), 0, 8).map((node) => parseCertificate(node.raw))
      : [],
  };
}

function readResponder(node: DerNode): OcspResponse['responder'] {
  if (node.tag === 0xa1) return { nameRaw: readExplicit(node, 1).raw };
  return { keyHash: readOctetString(readExplicit(node, 2)) };
}

function readSingle(node: DerNode): SingleResponse {
  const [id, status, thisUpdate, ...rest] = readSequence(node, 3, 5);
  const next = rest[0]?.tag === 0xa0 ? readGeneralized(readExplicit(rest.shift()!, 0)) : null;
  const [extensions, ...others] = rest;
  if (others.length > 0) throw malformed('an unknown field at the end of a status');
  const list = extensions ? readExtensionList(readExplicit(extensions, 1)) : [];
  const unknown = list.find(({ critical }) => critical);
  if (unknown) throw malformed(`the critical extension ${unknown.oid} is not understood`);
  const cutoff = list.find(({ oid }) => oid === OID.ocspArchiveCutoff);
  return {
    id: readCertId(id!),
    status: readStatus(status!),
    thisUpdate: readGeneralized(thisUpdate!),
    nextUpdate: next,
    archiveCutoff: cutoff ? readGeneralized(parseDer(cutoff.value)) : null,
  };
}

/** [0] good, [1] revoked { time, [0] reason }, [2] unknown. */
function readStatus(node: DerNode): CertStatus {
  if (node.tag === 0x80 && node.content.length === 0) return 'good';
  if (node.tag === 0x82 && node.content.length === 0) return 'unknown';
  const [at, reason, ...others] = node.children;
  if (node.tag !== 0xa1 || !at || others.length > 0) throw malformed('a status that is none');
  return { at: readGeneralized(at), reason: reason ? readReason(readExplicit(reason, 0)) : null };
}

function readGeneralized(node: DerNode): Date {
  if (node.tag !== TAG.generalizedTime) throw malformed('a time that is no GeneralizedTime');
  return readTime(node);
}

function encodeSingle({ id, status, thisUpdate, nextUpdate }: OcspResponseOrder['singles'][number]): Uint8Array {
  return derSequence(
    encodeCertId(id),
    encodeStatus(status),
    wholeSeconds(thisUpdate),
    ...(nextUpdate ? [derExplicit(0, wholeSeconds(nextUpdate))] : []),
  );
}

function encodeStatus(status: OcspResponseOrder['singles'][number]['status']): Uint8Array {
  if (status === 'good') return Uint8Array.of(0x80, 0);
  if (status === 'unknown') return Uint8Array.of(0x82, 0);
  return derTlv(0xa1, wholeSeconds(status.at), derExplicit(0, enumerated(CRL_REASONS[status.reason])));
}

const enumerated = (value: number): Uint8Array => derTlv(0x0a, Uint8Array.of(value));
const wholeSeconds = (time: Date): Uint8Array => derGeneralizedTime(new Date(Math.floor(time.getTime() / 1000) * 1000));

function malformed(found: string): TrustError {
  return new TrustError('revocation-malformed', found);
}
