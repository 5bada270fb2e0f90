// Where time stamps come from: the port, and the client of an authority elsewhere that speaks RFC 3161 over HTTP.
// A reply is parsed like a stranger's and verified before it is believed. Every fault is `time-stamp-unavailable`: to the one
// who seals it makes no difference why there is no time stamp; the detail says it.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { sm3 } from '../crypto/sm3.ts';
import { isTrustError, TrustError } from '../errors.ts';
import type { Certificate } from '../pki/certificate.ts';
import { OID } from '../pki/oids.ts';
import { parseTimeStampToken, type TimeStampToken } from '../pki/time-stamp.ts';
import { encodeTimeStampRequest, QUERY_TYPE, REPLY_TYPE, readTimeStampReply } from '../pki/time-stamp-protocol.ts';
import { NO_TRUST, type TrustStores } from '../pki/trust-stores.ts';
import { verifyTimeStamp } from '../pki/verify-time-stamp.ts';

export type TimeStamper = {
  /**
   * Bytes that a token takes at most. Asked before a sealing key is used, so that an authority that is down is found
   * before it. `time-stamp-unavailable`.
   */
  readonly measure: () => Promise<number>;
  /** The authority's certificate and what it carries along, leaf first. `time-stamp-unavailable`. */
  readonly certificates: () => Promise<readonly Certificate[]>;
  /** DER of a token over the SM3 of `message`, verified. `time-stamp-unavailable`. */
  readonly stamp: (message: Uint8Array) => Promise<Uint8Array>;
  /** The same over what has this SM3. */
  readonly stampDigest: (digest: Uint8Array) => Promise<Uint8Array>;
};

export type TimeStampClientOptions = {
  readonly url: string;
  readonly clock: Clock;
  /** What the authority must lead to; null: only the token's own signature is checked. */
  readonly trust: TrustStores | null;
  /** 10 s unless given. */
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 65_536;
/** Serial numbers, fractions of seconds and signatures differ by a few bytes from token to token. */
const MARGIN_BYTES = 256;
const KNOWN_FOR_MS = 600_000;

/** Who signed a token, leaf first. */
function certificatesOf({ cms: { signerCertificate: leaf, certificates } }: TimeStampToken): readonly Certificate[] {
  return [...(leaf ? [leaf] : []), ...certificates.filter((certificate) => certificate !== leaf)];
}

/** A client of the authority at `url`. Its size is measured by a token over random bytes, and again after any fault. */
export function makeTimeStampClient(options: TimeStampClientOptions): TimeStamper {
  type Measured = { readonly bytes: number; readonly certificates: readonly Certificate[]; readonly until: number };
  let known: Measured | null = null;
  const ask = async (digest: Uint8Array): Promise<Uint8Array> => {
    try {
      return await askAuthority(options, digest);
    } catch (cause) {
      known = null;
      throw unavailable(cause);
    }
  };
  const measured = async (): Promise<Measured> => {
    const now = options.clock().getTime();
    if (known && known.until > now) return known;
    const token = await ask(new Uint8Array(randomBytes(32)));
    const certificates = certificatesOf(parseTimeStampToken(token));
    known = { bytes: token.length + MARGIN_BYTES, certificates, until: now + KNOWN_FOR_MS };
    return known;
  };
  return {
    measure: async () => (await measured()).bytes,
    certificates: async () => (await measured()).certificates,
    stamp: (message) => ask(sm3(message)),
    stampDigest: ask,
  };
}

async function askAuthority(options: TimeStampClientOptions, digest: Uint8Array): Promise<Uint8Array> {
  const nonce = new Uint8Array(randomBytes(8));
  // A positive INTEGER of full length, so that it comes back byte for byte.
  nonce[0] = (nonce[0]! & 0x3f) | 0x40;
  const request = { imprint: { algorithm: OID.sm3, digest }, policy: null, nonce, certReq: true };
  const reply = await post(options, encodeTimeStampRequest(request));
  const { raw } = readTimeStampReply(reply, request);
  const trust = options.trust ?? NO_TRUST;
  const message = (algorithm: string): Uint8Array | null => (algorithm === OID.sm3 ? digest : null);
  const { status, steps } = verifyTimeStamp(raw, { message, trust, now: options.clock(), claimed: null });
  if (options.trust ? status === 'passed' : status !== 'failed') return raw;
  const failed = steps.find((step) => step.status === 'failed');
  throw new TrustError('time-stamp-malformed', failed?.finding ?? 'the token does not pass');
}

async function post({ url, timeoutMs }: TimeStampClientOptions, query: Uint8Array): Promise<Uint8Array> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': QUERY_TYPE, Accept: REPLY_TYPE },
    body: query as Uint8Array<ArrayBuffer>,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS),
  });
  const type = response.headers.get('Content-Type')?.split(';')[0]?.trim();
  if (response.status !== 200 || type !== REPLY_TYPE) {
    await response.body?.cancel();
    throw new TrustError('time-stamp-malformed', `it answered with status ${response.status} and content ${type}`);
  }
  return readBounded(response);
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) throw new TrustError('time-stamp-malformed', 'its reply is larger than 64 KiB');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function unavailable(cause: unknown): TrustError {
  const said = isTrustError(cause) ? cause.message : 'it cannot be reached in time';
  return new TrustError('time-stamp-unavailable', `The time-stamp authority gives no token: ${said}`, { cause });
}
