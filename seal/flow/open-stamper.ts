// Where this room's time stamps come from: its own authority, another one by URL, or nowhere.
import type { Knex } from 'knex';
import { makeTimeStampClient, type TimeStamper } from '../../common/client/time-stamper.ts';
import type { Clock } from '../../common/clock.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import type { TimeStampAuthority } from './answer-time-stamp.ts';
import { makeOwnStamper } from './own-time-stamper.ts';

export type StamperSource = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly authority: TimeStampAuthority | null;
  readonly tsa: { readonly kind: 'own' | 'none' } | { readonly kind: 'external'; readonly url: string };
};

/** Null when there is none. `isForRelease`: for sealings that are released, and for nothing else. */
export function openStamper(
  { authority, tsa, db, clock }: StamperSource,
  trust: TrustStores,
  { isForRelease = false } = {},
): TimeStamper | null {
  if (authority) return makeOwnStamper({ db, clock, authority }, isForRelease);
  return tsa.kind === 'external' ? makeTimeStampClient({ url: tsa.url, clock, trust }) : null;
}
