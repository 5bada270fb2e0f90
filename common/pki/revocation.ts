// Was a certificate revoked, and when? The evidence is revocation lists and OCSP responses, whoever brings them: each is
// believed only when its issuer, or one that the issuer delegated, signed it, and only for the time that it covers.
// The answer is a fact about the certificate; what follows from it for a signature is judged in chain-revocation.ts.
// Not here: fetching, delta and indirect lists.
import { equalBytes } from '../bytes.ts';
import { isTrustError } from '../errors.ts';
import { isIssuerOf, isKeyHash } from './cert-id.ts';
import type { Certificate } from './certificate.ts';
import { type CertificateList, type CrlReason, parseCertificateList, type Revoked } from './certificate-list.ts';
import { findAddresses, findDistributionPoints } from './distribution-points.ts';
import { type OcspResponse, parseOcspResponse } from './ocsp-response.ts';
import { OID } from './oids.ts';
import { isSignedBy } from './verify-signed-by.ts';

/** DER of each. */
export type RevocationEvidence = {
  readonly crls: readonly Uint8Array[];
  readonly ocspResponses: readonly Uint8Array[];
};

export const NO_EVIDENCE: RevocationEvidence = { crls: [], ocspResponses: [] };

export type RevocationFinding =
  | { readonly status: 'good'; readonly finding: string }
  | { readonly status: 'revoked'; readonly at: Date; readonly reason: CrlReason | null; readonly finding: string }
  /** `finding` says what is missing, or why what is there does not serve. */
  | { readonly status: 'unknown'; readonly finding: string };

/** What one piece of evidence says, or why it does not count. */
type Statement = {
  readonly source: string;
  readonly said: 'good' | Revoked;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  /** It may have forgotten certificates that ended before. */
  readonly keepsSince: Date;
};
type Refusal = { readonly refused: string };

type Question = {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly evidence: RevocationEvidence;
  readonly now: Date;
};

/** Of each kind, so that what a document brings along costs no more than its verification. */
const MAX_PIECES = 64;
/** Clocks differ; five minutes are forgiven. */
const CLOCK_TOLERANCE_MS = 300_000;

/**
 * The state of `certificate` up to `at`: good, when evidence covers that time; revoked, when any says so, however old;
 * else unknown. `now` only tells evidence of the future. Never throws for what it is given.
 */
export function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  evidence: RevocationEvidence,
  at: Date,
  now: Date,
): RevocationFinding {
  const found = collectStatements({ certificate, issuer, evidence, now });
  const statements = found.filter((one): one is Statement => 'said' in one);
  const newestFirst = statements.toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
  const revoked = newestFirst.find(({ said }, index) => said !== 'good' && isLasting(said, newestFirst, index));
  if (revoked && revoked.said !== 'good') return describeRevoked(revoked, revoked.said);
  const good = newestFirst.find((statement) => statement.said === 'good' && covers(statement, certificate, at));
  if (good) return { status: 'good', finding: `Not revoked: ${good.source} of ${good.thisUpdate.toISOString()}.` };
  const stale = newestFirst[0];
  const refusals = found.flatMap((one) => ('refused' in one ? [one.refused] : []));
  const why = stale
    ? `${stale.source} of ${stale.thisUpdate.toISOString()} does not cover ${at.toISOString()}`
    : (refusals[0] ?? 'there is no revocation list and no OCSP response of its issuer');
  const finding = `Whether ${certificate.subject} was revoked is not known: ${why}.${unopened(certificate)}`;
  return { status: 'unknown', finding };
}

/** Verification opens no address of a certificate; who reads the report may want to ask there. */
function unopened(certificate: Certificate): string {
  const addresses = findAddresses(certificate).map((text) => text.slice(0, 100));
  return addresses.length > 0 ? ` Not asked: ${addresses.slice(0, 3).join(', ')}, which the certificate names.` : '';
}

/** Only a hold ends again: a newer piece that says good has lifted it. */
function isLasting(said: Revoked, newestFirst: readonly Statement[], index: number): boolean {
  return said.reason !== 'certificate-hold' || !newestFirst.slice(0, index).some((newer) => newer.said === 'good');
}

/** Made at or after `at`, or current then; a piece that has forgotten certificates which ended is no proof. */
function covers({ thisUpdate, nextUpdate, keepsSince }: Statement, { notAfter }: Certificate, at: Date): boolean {
  if (keepsSince > notAfter) return false;
  return thisUpdate >= at || (nextUpdate !== null && nextUpdate >= at);
}

function describeRevoked({ source }: Statement, { at, reason }: Revoked): RevocationFinding {
  const why = reason ? ` (${reason})` : '';
  return { status: 'revoked', at, reason, finding: `Revoked on ${at.toISOString()}${why}: ${source}.` };
}

function collectStatements(question: Question): readonly (Statement | Refusal)[] {
  const { crls, ocspResponses } = question.evidence;
  return [
    ...ocspResponses.slice(0, MAX_PIECES).flatMap((der) => readResponse(der, question)),
    ...crls.slice(0, MAX_PIECES).flatMap((der) => readCrl(der, question)),
  ];
}

function readCrl(der: Uint8Array, { certificate, issuer, now }: Question): readonly (Statement | Refusal)[] {
  const crl = remember(lists, der, parseCertificateList);
  if (typeof crl === 'string') return [{ refused: `a revocation list cannot be read (${crl})` }];
  if (!equalBytes(crl.issuerRaw, issuer.subjectRaw)) return [];
  const fault = crlFault(crl, certificate, issuer, now);
  if (fault) return [{ refused: `the revocation list of ${crl.thisUpdate.toISOString()} does not count: ${fault}` }];
  const { thisUpdate, nextUpdate, keepsSince } = crl;
  const said = crl.revoked.get(certificate.serial);
  if (said?.reason === 'remove-from-crl') return [];
  return [
    { source: 'revocation list', said: said ?? 'good', thisUpdate, nextUpdate, keepsSince: keepsSince ?? thisUpdate },
  ];
}

function crlFault(crl: CertificateList, certificate: Certificate, issuer: Certificate, now: Date): string | null {
  if (crl.unusable) return crl.unusable;
  if (crl.covers !== 'all' && (crl.covers === 'authorities') !== certificate.isCa)
    return `it is a list of ${crl.covers} only`;
  if (crl.parts.length > 0 && !isPartOf(crl.parts, certificate)) return 'it is a part that this certificate is not in';
  if (issuer.keyUsage && !issuer.keyUsage.includes('cRLSign')) return 'its issuer may not sign lists (cRLSign)';
  if (isSignedBy(crl, issuer) !== true) return 'its signature is not by the issuer it names';
  return isFuture(crl.thisUpdate, now) ? 'it lies in the future' : null;
}

function isPartOf(parts: readonly Uint8Array[], certificate: Certificate): boolean {
  return findDistributionPoints(certificate).some((name) => parts.some((part) => equalBytes(part, name)));
}

function readResponse(der: Uint8Array, question: Question): readonly (Statement | Refusal)[] {
  const { certificate, issuer, now } = question;
  const response = remember(responses, der, parseOcspResponse);
  if (typeof response === 'string') return [{ refused: `an OCSP response cannot be read (${response})` }];
  const single = response.singles.find(({ id }) => id.serial === certificate.serial && isIssuerOf(issuer, id));
  if (!single) return [];
  if (single.status === 'unknown') return [{ refused: 'the OCSP responder does not know the certificate' }];
  const source = `the OCSP response of ${single.thisUpdate.toISOString()} does not count`;
  const fault = responderFault(response, question);
  if (fault) return [{ refused: `${source}: ${fault}` }];
  if (isFuture(single.thisUpdate, now)) return [{ refused: `${source}: it lies in the future` }];
  const { status: said, thisUpdate, nextUpdate, archiveCutoff } = single;
  return [{ source: 'OCSP response', said, thisUpdate, nextUpdate, keepsSince: archiveCutoff ?? thisUpdate }];
}

/** RFC 6960: signed by the issuer itself, or by one that the issuer has certified for nothing but this. */
function responderFault(response: OcspResponse, { certificate, issuer, evidence, now }: Question): string | null {
  const candidates = [issuer, ...response.certificates].filter((one) => isNamedResponder(one, response));
  const signer = candidates.find((candidate) => isSignedBy(response, candidate) === true);
  if (!signer) return 'it is not signed by the issuer or by a certificate it carries';
  if (equalBytes(signer.raw, issuer.raw)) return null;
  if (!equalBytes(signer.issuerRaw, issuer.subjectRaw) || isSignedBy(signer, issuer) !== true)
    return `${signer.subject} was not certified by the issuer of ${certificate.subject}`;
  if (!signer.extendedKeyUsage?.purposes.includes(OID.ocspSigning))
    return `${signer.subject} is not certified for OCSP responses`;
  if (response.producedAt < signer.notBefore || response.producedAt > signer.notAfter)
    return `the certificate of ${signer.subject} was not valid then`;
  if (signer.extensions.some(({ oid }) => oid === OID.ocspNoCheck)) return null;
  // Its own state comes from lists alone: a response about a responder would have to be believed in turn.
  const lists = { crls: evidence.crls, ocspResponses: [] };
  const own = checkRevocation(signer, issuer, lists, response.producedAt, now);
  return own.status === 'good' ? null : own.finding.replace(/\.$/, '');
}

function isNamedResponder(candidate: Certificate, { responder }: OcspResponse): boolean {
  if ('nameRaw' in responder) return equalBytes(candidate.subjectRaw, responder.nameRaw);
  return isKeyHash(candidate, responder.keyHash, 'sha1') || isKeyHash(candidate, responder.keyHash, 'sm3');
}

function isFuture(thisUpdate: Date, now: Date): boolean {
  return thisUpdate.getTime() > now.getTime() + CLOCK_TOLERANCE_MS;
}

const lists = new WeakMap<Uint8Array, CertificateList | string>();
const responses = new WeakMap<Uint8Array, OcspResponse | string>();

/** Each piece is read once, however many certificates are asked about; the sentence of the problem when it cannot be. */
function remember<T>(
  known: WeakMap<Uint8Array, T | string>,
  der: Uint8Array,
  parse: (der: Uint8Array) => T,
): T | string {
  const found = known.get(der);
  if (found !== undefined) return found;
  const read = attempt(() => parse(der));
  known.set(der, read);
  return read;
}

function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (isTrustError(error)) return error.message;
    throw error;
  }
}
