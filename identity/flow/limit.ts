// How often something may be done for one key in one window of time: tries of a code, codes sent to a phone, scans,
// registrations. Counted in the database before the thing is looked at, so that parallel tries and other instances count too.
import type { Knex } from 'knex';
import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { deleteTries, giveTryBack, takeTry } from '../store/login-tries.ts';

export type Limit = {
  /** What is counted, a word of the caller: `otp-sent`, `scan`. Different kinds do not meet. */
  readonly kind: string;
  /** For whom. What names a person (phone, login name) comes as a keyed digest (domain/document-box.ts), never as text. */
  readonly key: string | Uint8Array;
};

export type LimitRule = { readonly max: number; readonly windowSeconds: number; readonly now: Date };

export type LimitResult =
  | { readonly outcome: 'ok'; readonly left: number }
  | { readonly outcome: 'paused'; readonly until: Date };

/** Counts one; `paused` from the one after `max` until the window ends. */
export async function takeLimit(db: Knex, limit: Limit & LimitRule): Promise<LimitResult> {
  const { max, windowSeconds, now } = limit;
  const windowEndsAt = new Date(now.getTime() + windowSeconds * 1000);
  const taken = await takeTry(db, { ...placeOf(limit), now, windowEndsAt });
  if (taken.tries > max) return { outcome: 'paused', until: taken.windowEndsAt };
  return { outcome: 'ok', left: max - taken.tries };
}

/** Takes one back out of the count: what was counted was no guess. */
export async function giveLimitBack(db: Knex, limit: Limit): Promise<void> {
  const { loginKey, address } = placeOf(limit);
  await giveTryBack(db, loginKey, address);
}

/** Forgets the count. */
export async function forgetLimit(db: Knex, limit: Limit): Promise<void> {
  const { loginKey, address } = placeOf(limit);
  await deleteTries(db, loginKey, address);
}

/** `#` keeps the kinds apart from network addresses, which stand in the same column for tries of passwords. */
function placeOf({ kind, key }: Limit): { readonly loginKey: Uint8Array; readonly address: string } {
  return { loginKey: typeof key === 'string' ? sm3(utf8(key)) : key, address: `#${kind}` };
}

/** Codes of terminals typed from one address. */
export function deviceLimit(address: string): Limit {
  return { kind: 'device-code', key: address };
}
