// The time-stamp authority of this room (RFC 3161, GB/T 20520): a request in, a response out, whatever the request is.
// What is asked is checked, the serial number is put on record, then the key is used. Time is the room's clock.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { OID } from '../../common/pki/oids.ts';
import { makeTimeStampToken } from '../../common/pki/time-stamp.ts';
import {
  encodeGrant,
  encodeRejection,
  parseTimeStampRequest,
  type TimeStampFailure,
  type TimeStampRequest,
} from '../../common/pki/time-stamp-protocol.ts';
import { insertTimeStamp } from '../store/time-stamps.ts';

/** The identity of the authority: its certificate, what leads to the root, the policy it stamps under, its key. */
export type TimeStampAuthority = {
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  readonly policy: string;
  /** SM2 signature, DER, over `message` by the authority's own key. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

export type TimeStampDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  readonly authority: TimeStampAuthority;
};

type Refusal = { readonly failure: TimeStampFailure; readonly sentence: string };

/** Random, so that two processes and a restored backup do not meet. */
export const SERIAL_BYTES = 16;

/** DER of a TimeStampResp for any bytes; what cannot be granted is a rejection with its failInfo, never an exception. */
export async function answerTimeStamp(deps: TimeStampDeps, query: Uint8Array): Promise<Uint8Array> {
  let request: TimeStampRequest;
  try {
    request = parseTimeStampRequest(query);
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return encodeRejection('badDataFormat', error.message);
  }
  const refusal = refuse(request, deps);
  if (refusal) return encodeRejection(refusal.failure, refusal.sentence);
  try {
    return encodeGrant(await issueTimeStamp(deps, request));
  } catch (error) {
    deps.log.error({ err: error }, 'a time stamp could not be given');
    return encodeRejection('systemFailure', 'The authority cannot give time stamps now; try again.');
  }
}

/**
 * A token for a request that is in order: `digest` is an SM3, `nonce` comes back as it is. `isForRelease`: it leaves the room
 * in a sealing only, behind the commit of its release.
 */
export async function issueTimeStamp(
  { db, clock, authority }: Pick<TimeStampDeps, 'db' | 'clock' | 'authority'>,
  { imprint, nonce, certReq }: Pick<TimeStampRequest, 'imprint' | 'nonce' | 'certReq'>,
  isForRelease = false,
): Promise<Uint8Array> {
  const { certificate, chain, policy, sign } = authority;
  const time = clock();
  if (time < certificate.notBefore || time > certificate.notAfter)
    throw new TrustError('time-stamp-unavailable', `The certificate of ${certificate.subject} is not valid now`);
  const serial = new Uint8Array(randomBytes(SERIAL_BYTES));
  const row = { serial: toHex(serial), time, policy, imprintSm3: toHex(imprint.digest) };
  if (!(await insertTimeStamp(db, row, isForRelease)))
    throw new Error(`the serial number ${row.serial} was drawn twice`);
  const digest = imprint.digest;
  return makeTimeStampToken({ policy, digest, serial, time, nonce, certificate, chain: certReq ? chain : null, sign });
}

function refuse({ imprint, policy, extensions }: TimeStampRequest, { authority }: TimeStampDeps): Refusal | null {
  if (imprint.algorithm !== OID.sm3)
    return { failure: 'badAlg', sentence: `Digests by ${imprint.algorithm} are not stamped here, only SM3.` };
  if (imprint.digest.length !== 32)
    return { failure: 'badDataFormat', sentence: `An SM3 digest has 32 bytes, not ${imprint.digest.length}.` };
  if (policy !== null && policy !== authority.policy)
    return { failure: 'unacceptedPolicy', sentence: `The policy here is ${authority.policy}.` };
  if (extensions.length > 0)
    return { failure: 'unacceptedExtension', sentence: `The extension ${extensions[0]} is not understood.` };
  return null;
}
