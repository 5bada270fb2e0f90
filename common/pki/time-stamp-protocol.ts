// Request and response of the time-stamp protocol (RFC 3161): what a client asks and what an authority answers.
// The digest is all that an authority ever sees. Transport is HTTP with the two media types below.
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import { readBoolean, readInteger, readOid, readSequence } from '../asn1/der-read.ts';
import { derBoolean, derInteger, derOid, derSequence, derTlv, derUtf8 } from '../asn1/der-write.ts';
import { equalBytes } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import {
  asTimeStampMalformed,
  encodeImprint,
  encodeNonce,
  type MessageImprint,
  parseTimeStampToken,
  readImprint,
  readNonce,
  type TimeStampToken,
} from './time-stamp.ts';

export const QUERY_TYPE = 'application/timestamp-query';
export const REPLY_TYPE = 'application/timestamp-reply';

export type TimeStampRequest = {
  readonly imprint: MessageImprint;
  /** Null: any policy will do. */
  readonly policy: string | null;
  /** Content of the INTEGER; null when absent. */
  readonly nonce: Uint8Array | null;
  /** True: the token is to carry the certificates. */
  readonly certReq: boolean;
  /** Identifiers of the extensions asked for. */
  readonly extensions: readonly string[];
};

/** PKIFailureInfo: name -> bit. */
export const FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const;
export type TimeStampFailure = keyof typeof FAILURES;

const GRANTED = 0;
const GRANTED_WITH_MODS = 1;
const REJECTION = 2;

/** DER of a TimeStampReq. */
export function encodeTimeStampRequest(request: Omit<TimeStampRequest, 'extensions'>): Uint8Array {
  return derSequence(
    derInteger(1),
    encodeImprint(request.imprint),
    ...(request.policy ? [derOid(request.policy)] : []),
    ...(request.nonce ? [encodeNonce(request.nonce)] : []),
    ...(request.certReq ? [derBoolean(true)] : []),
  );
}

/** Reads a TimeStampReq; `time-stamp-malformed` says what is wrong. */
export function parseTimeStampRequest(der: Uint8Array): TimeStampRequest {
  return asTimeStampMalformed(() => {
    const [version, imprint, ...rest] = readSequence(parseDer(der, { maxNodes: 200 }), 2, 6);
    if (readInteger(version!) !== 1) throw new TrustError('time-stamp-malformed', 'the request is not version 1');
    const order: readonly number[] = [TAG.oid, TAG.integer, TAG.boolean, 0xa0];
    const places = rest.map(({ tag }) => order.indexOf(tag));
    if (places.some((place, index) => place < 0 || (index > 0 && place <= places[index - 1]!)))
      throw new TrustError('time-stamp-malformed', 'an unknown or misplaced field in the request');
    const [policy, nonce, certReq, extensions] = order.map((tag) => rest.find((node) => node.tag === tag));
    return {
      imprint: readImprint(imprint!),
      policy: policy ? readOid(policy) : null,
      nonce: nonce ? readNonce(nonce) : null,
      certReq: certReq ? readBoolean(certReq) : false,
      extensions: extensions ? extensions.children.map((node) => readOid(readSequence(node, 2, 3)[0]!)) : [],
    };
  });
}

/** DER of a TimeStampResp that grants `token`. */
export function encodeGrant(token: Uint8Array): Uint8Array {
  return derSequence(derSequence(derInteger(GRANTED)), token);
}

/** DER of a TimeStampResp that refuses, with the reason as a bit and as a sentence. */
export function encodeRejection(failure: TimeStampFailure, sentence: string): Uint8Array {
  return derSequence(derSequence(derInteger(REJECTION), derSequence(derUtf8(sentence)), failureBits(failure)));
}

/**
 * Reads the answer to a request: the token, when it was granted and is for exactly this request. `time-stamp-refused`
 * when it was not granted, `time-stamp-malformed` when it cannot be read or has another imprint, nonce or policy.
 */
export function readTimeStampReply(der: Uint8Array, request: Omit<TimeStampRequest, 'extensions'>): TimeStampToken {
  const [status, token] = asTimeStampMalformed(() => readSequence(parseDer(der), 1, 2));
  checkGranted(status!);
  if (!token) throw new TrustError('time-stamp-malformed', 'the reply grants a token and carries none');
  const read = parseTimeStampToken(token.raw);
  const { imprint, nonce, policy } = read.info;
  const wrong = (what: string): TrustError =>
    new TrustError('time-stamp-malformed', `the token has another ${what} than the request`);
  if (imprint.algorithm !== request.imprint.algorithm || !equalBytes(imprint.digest, request.imprint.digest))
    throw wrong('imprint');
  if (request.nonce && !(nonce && equalBytes(nonce, request.nonce))) throw wrong('nonce');
  if (request.policy && policy !== request.policy) throw wrong('policy');
  return read;
}

function checkGranted(node: DerNode): void {
  const { status, texts, bits } = asTimeStampMalformed(() => {
    const [first, ...rest] = readSequence(node, 1, 3);
    const strings = rest.find(({ tag }) => tag === TAG.sequence)?.children ?? [];
    const info = rest.find(({ tag }) => tag === TAG.bitString)?.content.subarray(1) ?? new Uint8Array();
    return {
      status: readInteger(first!),
      texts: strings.map(({ content }) => Buffer.from(content).toString('utf8')),
      bits: info,
    };
  });
  if (status === GRANTED || status === GRANTED_WITH_MODS) return;
  const names = Object.entries(FAILURES).filter(([, bit]) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
  const reason = [...names.map(([name]) => name), ...texts].join(': ').slice(0, 200);
  throw new TrustError(
    'time-stamp-refused',
    `The time-stamp authority answered with status ${status} ${reason}`.trim(),
  );
}

/** A named bit list in DER: no trailing zero bits. */
function failureBits(failure: TimeStampFailure): Uint8Array {
  const bit = FAILURES[failure];
  const bytes = new Uint8Array((bit >> 3) + 1);
  bytes[bit >> 3] = 0x80 >> (bit & 7);
  return derTlv(TAG.bitString, Uint8Array.of(7 - (bit & 7)), bytes);
}
