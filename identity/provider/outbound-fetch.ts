// Requests that the provider sends out, which is back-channel logout only. The library refuses every private address;
// on a government network most systems have one. Networks on the explicit list are reached by an address that was
// resolved, checked and then connected to, so that a second resolution cannot change it. Everything else keeps the
// library's guard.
import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isInNetworks, parseNetworks } from '../../common/networks.ts';

export type Address = { readonly address: string; readonly family: number };
export type Fetch = (target: string | URL | Request, options?: RequestInit) => Promise<Response>;
export type OutboundDeps = {
  /** CIDR networks, for example `10.20.0.0/16`. */
  readonly networks: readonly string[];
  /** How long an answer is waited for; the library's own limit, 2.5 s and not to be set, does not count here. */
  readonly timeoutMs: number;
  readonly resolve?: (hostname: string) => Promise<readonly Address[]>;
};

const MAX_BODY_BYTES = 64 * 1024;

export function makeOutboundFetch({ networks, timeoutMs, resolve = resolveAll }: OutboundDeps): Fetch {
  const allowed = parseNetworks(networks);
  return async (target, given = {}) => {
    const options = { ...given, signal: AbortSignal.timeout(timeoutMs) };
    const url = new URL(target instanceof Request ? target.url : target);
    const addresses = await resolve(url.hostname.replace(/^\[|\]$/g, ''));
    const pinned = addresses.filter(({ address }) => isInNetworks(allowed, address));
    return pinned.length > 0 ? fetchPinned(url, options, pinned) : globalThis.fetch(url, options);
  };
}

async function resolveAll(hostname: string): Promise<readonly Address[]> {
  const family = isIP(hostname);
  return family === 0 ? lookup(hostname, { all: true }) : [{ address: hostname, family }];
}

/** One request to one of the checked addresses; redirects are not followed. */
function fetchPinned(url: URL, options: RequestInit, addresses: readonly Address[]): Promise<Response> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = new Headers(options.headers);
  const body = options.body instanceof URLSearchParams ? options.body.toString() : undefined;
  headers.set('user-agent', 'xinji-identity');
  if (body !== undefined) headers.set('content-length', String(Buffer.byteLength(body)));
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: options.method ?? 'GET',
        headers: Object.fromEntries(headers),
        agent: false,
        ...(options.signal ? { signal: options.signal } : {}),
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
        answer.on('end', () => resolve(toResponse(answer.statusCode ?? 500, Buffer.concat(chunks))));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function toResponse(status: number, body: Uint8Array<ArrayBuffer>): Response {
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : body, { status });
}
