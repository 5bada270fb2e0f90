// One signed request to an object store (AWS Signature Version 4), bounded in time and bytes. It goes where the setting says:
// no redirect is followed, and the address is judged after it was resolved, by the connection that then uses it.
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { TrustError } from '../errors.ts';
import { isInNetworks, parseNetworks } from '../networks.ts';

export type S3Answer = { readonly status: number; readonly body: Buffer };
export type S3Send = (
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE',
  /** Path and query below the endpoint. */
  target: string,
  options?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: Uint8Array },
) => Promise<S3Answer>;

export type S3SendOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of one attempt; 15,000 unless given. */
  readonly timeoutMs?: number;
  /** Attempts in all; 4 unless given. */
  readonly attempts?: number;
  /** Before the second attempt, doubled each time, with chance; 100 unless given. */
  readonly pauseMs?: number;
  /** Of an answer. */
  readonly maxBytes: number;
};

/** Link-local (which includes the metadata services of clouds), multicast, broadcast and "this host". */
const REFUSED = parseNetworks([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::/32',
]);

/** Statuses after which the same request may succeed. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 429, 500, 502, 503, 504]);

export const isRefusedAddress = (address: string): boolean => isInNetworks(REFUSED, address);

/** Answers with any status that repeating does not change; `file-store-unavailable` when no attempt had one. */
export function makeS3Send(options: S3SendOptions): S3Send {
  const { attempts = 4, pauseMs = 100 } = options;
  const attempt = makeAttempt(options);
  return async (method, target, { headers = {}, body } = {}) => {
    let last: unknown;
    for (let turn = 1; turn <= attempts; turn++) {
      if (turn > 1) await sleep(pauseMs * 2 ** (turn - 2) * (0.5 + Math.random()));
      try {
        const answer = await attempt(method, target, headers, body);
        if (!PASSING.has(answer.status)) return answer;
        last = new Error(`status ${answer.status}`);
      } catch (error) {
        if (error instanceof TrustError) throw error;
        last = error;
      }
    }
    throw new TrustError(
      'file-store-unavailable',
      `${method} was tried ${attempts} times: ${(last as Error).message}`,
      {
        cause: last,
      },
    );
  };
}

type Attempt = (
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | undefined,
) => Promise<S3Answer>;

function makeAttempt(options: S3SendOptions): Attempt {
  const { endpoint, region, accessKeyId, secretAccessKey, timeoutMs = 15_000, maxBytes } = options;
  const isSecure = endpoint.startsWith('https:');
  const agent = isSecure ? new HttpsAgent(AGENT) : new HttpAgent(AGENT);
  const cache = new Map<string, ArrayBuffer>();
  return async (method, target, headers, body) => {
    const url = new URL(target, endpoint);
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const signing = { accessKeyId, secretAccessKey, region, service: 's3', cache };
    const signed = await new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, 'X-Amz-Content-Sha256': digest },
      ...signing,
    }).sign();
    const length = body ? { 'content-length': String(body.length) } : {};
    const send = isSecure ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const request = send(
        url,
        {
          method,
          agent,
          headers: { ...Object.fromEntries(signed.headers), ...length },
          lookup: guardedLookup,
          signal: AbortSignal.timeout(timeoutMs),
        },
        (answer) => collect(answer, maxBytes).then(resolve, reject),
      );
      request.on('error', reject);
      request.end(body);
    });
  };
}

const AGENT = { keepAlive: true, maxSockets: 32 } as const;

const guardedLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = error ? undefined : addresses.find(({ address }) => isRefusedAddress(address));
    const [first] = error ? [] : addresses;
    if (error) return done(error, '');
    if (refused) return done(new Error(`${hostname} has the refused address ${refused.address}`), '');
    if (options.all) return done(null, addresses);
    return first ? done(null, first.address, first.family) : done(new Error(`${hostname} has no address`), '');
  });
};

async function collect(answer: IncomingMessage, maxBytes: number): Promise<S3Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      answer.destroy();
      throw new TrustError('file-corrupt', `the object store answered with more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks) };
}
