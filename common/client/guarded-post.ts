// Requests to addresses that strangers registered. A host is resolved, every address is judged, and the one that passed is
// connected to: public ones, and those in networks that the operator has allowed. So nobody makes the house speak to its own
// inner addresses (SSRF), not by a name that resolves to one, and not by a name that resolves anew in between.
import { isInNetworks, isPublicAddress, parseNetworks } from '../networks.ts';
import { addressesOf, type PinnedAnswer, type Resolve, sendPinned } from './pinned-request.ts';

export type GuardedPostDeps = {
  /** CIDR networks that may be reached although they are not public. */
  readonly networks: readonly string[];
  readonly timeoutMs: number;
  readonly resolve?: Resolve;
};

export type GuardedPost = (
  url: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  signal?: AbortSignal,
) => Promise<PinnedAnswer>;

/** Rejects with an Error in words when no address may be reached, nothing answers, or it takes too long. */
export function makeGuardedPost({ networks, timeoutMs, resolve }: GuardedPostDeps): GuardedPost {
  const allowed = parseNetworks(networks);
  return async (target, { headers, body }, signal) => {
    const url = new URL(target);
    const addresses = await addressesOf(url, resolve);
    const reachable = addresses.filter(({ address }) => isInNetworks(allowed, address) || isPublicAddress(address));
    if (reachable.length === 0) throw new Error(`${url.hostname} has no address that may be reached`);
    const deadline = AbortSignal.timeout(timeoutMs);
    const limits = signal ? AbortSignal.any([signal, deadline]) : deadline;
    return sendPinned(url, { method: 'POST', headers, body, signal: limits }, reachable);
  };
}
