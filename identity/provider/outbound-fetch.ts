// Requests that the provider sends out, which is back-channel logout only. The library refuses every private address;
// on a government network most systems have one. Networks on the explicit list are reached by an address that was
// resolved, checked and then connected to, so that a second resolution cannot change it. Everything else keeps the
// library's guard.
import { type Address, addressesOf, type Resolve, sendPinned } from '../../common/client/pinned-request.ts';
import { isInNetworks, parseNetworks } from '../../common/networks.ts';

export type Fetch = (target: string | URL | Request, options?: RequestInit) => Promise<Response>;
export type OutboundDeps = {
  /** CIDR networks, for example `10.20.0.0/16`. */
  readonly networks: readonly string[];
  /** How long an answer is waited for; the library's own limit, 2.5 s and not to be set, does not count here. */
  readonly timeoutMs: number;
  readonly resolve?: Resolve;
};

export function makeOutboundFetch({ networks, timeoutMs, resolve }: OutboundDeps): Fetch {
  const allowed = parseNetworks(networks);
  return async (target, given = {}) => {
    const options = { ...given, signal: AbortSignal.timeout(timeoutMs) };
    const url = new URL(target instanceof Request ? target.url : target);
    const addresses = await addressesOf(url, resolve);
    const pinned = addresses.filter(({ address }) => isInNetworks(allowed, address));
    return pinned.length > 0 ? fetchPinned(url, options, pinned) : globalThis.fetch(url, options);
  };
}

async function fetchPinned(url: URL, options: RequestInit, addresses: readonly Address[]): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set('user-agent', 'xinji-identity');
  const request = {
    method: options.method ?? 'GET',
    headers: Object.fromEntries(headers),
    body: options.body instanceof URLSearchParams ? options.body.toString() : undefined,
    signal: options.signal ?? undefined,
  };
  const { status, body } = await sendPinned(url, request, addresses);
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : body, { status });
}
