// A signing key and its times. It is published first, so that everybody who verifies can know it; it signs from a moment
// that was fixed when it was published, until its successor does; and it stays published until nothing that it signed
// counts any more. Because the moments are fixed beforehand, nodes need no word from each other to change at once.
import { createHash } from 'node:crypto';

/** ES256 (RFC 7518) with its thumbprint as `kid` (RFC 7638). */
export type SigningJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
};

export type SigningKey = {
  readonly kid: string;
  readonly publicJwk: SigningJwk;
  /** The private key, sealed; null when it has been destroyed. */
  readonly box: Uint8Array | null;
  readonly publishedAt: Date;
  readonly signsFrom: Date;
  /** When its successor takes over; null while there is none. */
  readonly retiresAt: Date | null;
  /** Taken out of use at once, because it may be known to others. */
  readonly withdrawnAt: Date | null;
};

export type KeyState = 'published' | 'signing' | 'retired' | 'withdrawn';

/** What holds at one moment. */
export type KeySchedule = {
  readonly signing: SigningKey;
  /** Everything in the key set, the signing key included, in the order of signing. */
  readonly published: readonly SigningKey[];
  /** When this schedule is to be made anew; null: not before somebody changes the keys. */
  readonly until: Date | null;
};

export function stateOf(key: SigningKey, now: Date): KeyState {
  if (key.withdrawnAt !== null) return 'withdrawn';
  if (key.signsFrom > now) return 'published';
  return key.retiresAt === null || key.retiresAt > now ? 'signing' : 'retired';
}

/** Null when no key signs. `keepSeconds`: how long a key is published after it signed last. */
export function scheduleAt(keys: readonly SigningKey[], now: Date, keepSeconds: number): KeySchedule | null {
  const leavesAt = ({ retiresAt }: SigningKey): number =>
    retiresAt === null ? Number.POSITIVE_INFINITY : retiresAt.getTime() + keepSeconds * 1000;
  const published = keys
    .filter((key) => key.withdrawnAt === null && leavesAt(key) > now.getTime())
    .sort((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
  const signing = published.find((key) => stateOf(key, now) === 'signing');
  if (!signing) return null;
  const moments = published.flatMap((key) => [key.signsFrom.getTime(), leavesAt(key)]);
  const next = Math.min(...moments.filter((moment) => moment > now.getTime()));
  return { signing, published, until: Number.isFinite(next) ? new Date(next) : null };
}

/** True when a successor is to be published, so that it signs when `last` has reached its age. */
export function isSuccessorDue(
  last: SigningKey,
  now: Date,
  { leadSeconds, maxAgeSeconds }: { readonly leadSeconds: number; readonly maxAgeSeconds: number },
): boolean {
  return now.getTime() >= last.signsFrom.getTime() + (maxAgeSeconds - leadSeconds) * 1000;
}

/** From when a key published now signs: a lead after now, and after the one before it. */
export function signsFrom(last: SigningKey | null, now: Date, leadSeconds: number): Date {
  if (last === null) return now;
  return new Date(Math.max(now.getTime() + leadSeconds * 1000, last.signsFrom.getTime() + 1));
}

/** The public half with its `kid`. */
export function toSigningJwk({ x, y }: { readonly x: string; readonly y: string }): SigningJwk {
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }));
  return { kty: 'EC', crv: 'P-256', x, y, kid: thumbprint.digest('base64url'), alg: 'ES256', use: 'sig' };
}
