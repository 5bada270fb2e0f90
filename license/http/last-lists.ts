// What the list of 我的证照 said last, for the minutes in which the database cannot be reached: it is shown with the time that
// it is of, and nothing else is. In the memory of this process, by the session; a session that ends is forgotten at once.
import type { Clock } from '../../common/clock.ts';
import type { WalletLicense } from '../web/wallet-page.ts';
import type { HolderSession } from './session-box.ts';

/** So long a session is believed without being looked up, and its list is shown. */
const BELIEVED_MS = 5 * 60_000;
const MOST_SESSIONS = 2_000;

type Remembered = {
  readonly session: HolderSession;
  readonly list: { readonly at: Date; readonly licenses: readonly WalletLicense[] } | null;
  readonly until: number;
};

export type LastLists = {
  /** The session was found just now. */
  readonly seen: (session: HolderSession) => void;
  /** There is no such session any more. */
  readonly forget: (token: string) => void;
  /** The session as it was seen last, within the minutes that it is believed. */
  readonly recallSession: (token: string) => HolderSession | null;
  readonly keep: (session: HolderSession, licenses: readonly WalletLicense[]) => void;
  readonly recallList: (session: HolderSession) => Remembered['list'];
};

export function makeLastLists(clock: Clock): LastLists {
  const kept = new Map<string, Remembered>();
  const put = (session: HolderSession, list: Remembered['list']): void => {
    const now = clock().getTime();
    kept.delete(session.token); // and in again at the end: the order of the map is the order of use
    if (kept.size >= MOST_SESSIONS) kept.delete(kept.keys().next().value as string);
    kept.set(session.token, { session, list, until: Math.min(now + BELIEVED_MS, session.expiresAt.getTime()) });
  };
  const recall = (token: string): Remembered | null => {
    const found = kept.get(token);
    if (found && found.until > clock().getTime()) return found;
    kept.delete(token);
    return null;
  };
  return {
    seen: (session) => put(session, kept.get(session.token)?.list ?? null),
    forget: (token) => void kept.delete(token),
    recallSession: (token) => recall(token)?.session ?? null,
    keep: (session, licenses) => put(session, { at: clock(), licenses }),
    recallList: ({ token }) => recall(token)?.list ?? null,
  };
}
