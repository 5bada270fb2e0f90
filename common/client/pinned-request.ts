// One HTTP request to an address that was resolved and checked before: the name is not resolved a second time, so that what
// was checked is what is connected to. The name stays in the Host header and in what TLS asks for. No redirect is followed.
import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';

export type Address = { readonly address: string; readonly family: number };
export type Resolve = (hostname: string) => Promise<readonly Address[]>;

export type PinnedRequest = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};
export type PinnedAnswer = { readonly status: number; readonly body: Buffer<ArrayBuffer> };

const MAX_BODY_BYTES = 64 * 1024;

/** The addresses of a URL's host; an address in the place of a name is itself. */
export async function addressesOf(url: URL, resolve: Resolve = resolveAll): Promise<readonly Address[]> {
  return resolve(url.hostname.replace(/^\[|\]$/g, ''));
}

async function resolveAll(hostname: string): Promise<readonly Address[]> {
  const family = isIP(hostname);
  return family === 0 ? lookup(hostname, { all: true }) : [{ address: hostname, family }];
}

/** Rejects with what the connection says, or when the answer is larger than 64 KiB. */
export function sendPinned(url: URL, given: PinnedRequest, addresses: readonly Address[]): Promise<PinnedAnswer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const { method, body, signal } = given;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method,
        headers: { ...given.headers, ...length },
        agent: false,
        ...(signal ? { signal } : {}),
        lookup: (_hostname, { all }, done) => {
          const first = addresses[0]!;
          if (all) done(null, addresses as Address[]);
          else done(null, first.address, first.family);
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_BODY_BYTES) answer.destroy(new Error('the answer is too large'));
          chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 500, body: Buffer.concat(chunks) }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
