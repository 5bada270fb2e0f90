// Time-stamp tokens (RFC 3161, GB/T 20520): a CMS SignedData around a TSTInfo, which says that a digest existed at a time.
// Here: making and reading. The judgement is verify-time-stamp.ts, request and response are time-stamp-protocol.ts.
// Not here: imprints other than SM3 are read, and refused by the judgement.
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import {
  readBigInteger,
  readBoolean,
  readInteger,
  readOctetString,
  readOid,
  readSequence,
  readTime,
} from '../asn1/der-read.ts';
import { derGeneralizedTime, derInteger, derOctetString, derOid, derSequence } from '../asn1/der-write.ts';
import { toHex } from '../bytes.ts';
import { sm3 } from '../crypto/sm3.ts';
import { isTrustError, TrustError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';
import { type ParsedSignedData, parseSignedData } from './read-signed-data.ts';
import { makeSignedData } from './signed-data.ts';

export type MessageImprint = {
  readonly algorithm: string;
  readonly digest: Uint8Array;
};

export type TimeStampInfo = {
  readonly policy: string;
  readonly imprint: MessageImprint;
  /** Lower-case hexadecimal without leading zero byte. */
  readonly serial: string;
  readonly time: Date;
  /** Content of the INTEGER as received; null when absent. */
  readonly nonce: Uint8Array | null;
};

export type TimeStampToken = {
  readonly raw: Uint8Array;
  readonly cms: ParsedSignedData;
  readonly info: TimeStampInfo;
};

export type TimeStampOrder = {
  readonly policy: string;
  /** SM3 of what is stamped, 32 bytes. */
  readonly digest: Uint8Array;
  /** Unsigned, big-endian, at most 20 bytes; never given twice by one authority. */
  readonly serial: Uint8Array;
  readonly time: Date;
  /** As the request gave it. */
  readonly nonce: Uint8Array | null;
  readonly certificate: Certificate;
  /** Authorities to carry beside the certificate; null carries none at all, as RFC 3161 asks when certReq is not set. */
  readonly chain: readonly Certificate[] | null;
  /** SM2 over the message by the authority's key, DER; a dummy of 72 bytes gives the largest size there is. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

const SM3_ALGORITHM = derSequence(derOid(OID.sm3));
/** Accuracy of the tokens made here: one second. */
const ONE_SECOND = derSequence(derInteger(1));

/** DER of a TimeStampToken over an SM3 digest. */
export function makeTimeStampToken(order: TimeStampOrder): Promise<Uint8Array> {
  if (order.digest.length !== 32) throw new RangeError(`an SM3 digest has 32 bytes, not ${order.digest.length}`);
  const content = derSequence(
    derInteger(1),
    derOid(order.policy),
    encodeImprint({ algorithm: OID.sm3, digest: order.digest }),
    derInteger(order.serial),
    derGeneralizedTime(order.time),
    ONE_SECOND,
    ...(order.nonce ? [encodeNonce(order.nonce)] : []),
  );
  return makeSignedData({
    encapsulated: { contentType: OID.tstInfo, content },
    digest: sm3(content),
    signerCert: order.certificate,
    certs: order.chain,
    sign: order.sign,
  });
}

/** Reads a token; `time-stamp-malformed` says what is wrong. */
export function parseTimeStampToken(der: Uint8Array): TimeStampToken {
  return asTimeStampMalformed(() => {
    const cms = parseSignedData(der);
    if (cms.contentType !== OID.tstInfo || !cms.content)
      throw new TrustError('time-stamp-malformed', `the content is ${cms.contentType}, not a TSTInfo`);
    return { raw: cms.raw, cms, info: readInfo(parseDer(cms.content)) };
  });
}

/** MessageImprint; SM3 is written without parameters. */
export function encodeImprint({ algorithm, digest }: MessageImprint): Uint8Array {
  const identifier = algorithm === OID.sm3 ? SM3_ALGORITHM : derSequence(derOid(algorithm));
  return derSequence(identifier, derOctetString(digest));
}

export function readImprint(node: DerNode): MessageImprint {
  const [algorithm, digest] = readSequence(node, 2, 2);
  return { algorithm: readOid(readSequence(algorithm!, 1, 2)[0]!), digest: readOctetString(digest!) };
}

/** An INTEGER with exactly this content. */
export function encodeNonce(content: Uint8Array): Uint8Array {
  const header = Uint8Array.of(TAG.integer, content.length);
  return new Uint8Array([...header, ...content]);
}

/** Content of a nonce; longer ones than 64 bytes serve nobody. */
export function readNonce(node: DerNode): Uint8Array {
  readBigInteger(node);
  if (node.content.length > 64) throw new TrustError('time-stamp-malformed', 'a nonce of more than 64 bytes');
  return node.content;
}

/** Turns what the readers below say into the code of time stamps. */
export function asTimeStampMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed') || isTrustError(cause, 'cms-malformed'))
      throw new TrustError('time-stamp-malformed', cause.message, { cause });
    throw cause;
  }
}

/** TSTInfo { version, policy, messageImprint, serialNumber, genTime, accuracy?, ordering?, nonce?, [0] tsa?, [1] extensions? }. */
function readInfo(node: DerNode): TimeStampInfo {
  const [version, policy, imprint, serial, time, ...rest] = readSequence(node, 5, 10);
  if (readInteger(version!) !== 1) throw new TrustError('time-stamp-malformed', 'the TSTInfo is not version 1');
  if (readBigInteger(serial!) < 0n) throw new TrustError('time-stamp-malformed', 'the serial number is negative');
  if (time!.tag !== TAG.generalizedTime) throw new TrustError('time-stamp-malformed', 'genTime is no GeneralizedTime');
  const order = [TAG.sequence, TAG.boolean, TAG.integer, 0xa0, 0xa1];
  const places = rest.map(({ tag }) => order.indexOf(tag as (typeof order)[number]));
  if (places.some((place, index) => place < 0 || (index > 0 && place <= places[index - 1]!)))
    throw new TrustError('time-stamp-malformed', 'an unknown or misplaced field in the TSTInfo');
  const ordering = rest.find(({ tag }) => tag === TAG.boolean);
  if (ordering) readBoolean(ordering);
  const nonce = rest.find(({ tag }) => tag === TAG.integer);
  return {
    policy: readOid(policy!),
    imprint: readImprint(imprint!),
    serial: toHex(serial!.content).replace(/^00(?=.)/, ''),
    time: readTime(time!),
    nonce: nonce ? readNonce(nonce) : null,
  };
}
