// 扫码登录: a code on one screen that a logged-in phone confirms. The code belongs to one interaction of one browser; the
// phone is shown where that browser is, and both screens show the same two digits.
import { utf8 } from '../../common/bytes.ts';
import { deriveKey, hmacSm3 } from '../../common/crypto/sealed-box.ts';
import type { Level } from './assurance.ts';

export const SCAN_STATES = ['waiting', 'scanned', 'confirmed', 'refused', 'used'] as const;
export type ScanState = (typeof SCAN_STATES)[number];

export type Scan = {
  readonly interactionUid: string;
  /** Counts the codes of one interaction from 1; only the last one counts. */
  readonly turn: number;
  readonly clientId: string;
  /** Two digits that both screens show. */
  readonly number: number;
  /** Where the code is shown: what the browser calls itself, and its network address. */
  readonly device: string;
  readonly address: string;
  readonly state: ScanState;
  /** Who scanned it. */
  readonly accountId: number | null;
  /** The phone's session and its level, once it confirmed. */
  readonly sessionUid: string | null;
  readonly level: Level | null;
  readonly shownAt: Date;
  readonly expiresAt: Date;
};

/** What a screen shows: the stored state, or that its time is over. */
export type ScanPhase = Exclude<ScanState, 'used'> | 'over';

/** How often one interaction may ask for a new code. */
export const MAX_TURNS = 30;
/** Once confirmed, the browser has this long to go on. */
export const CONFIRMED_SECONDS = 60;
/** A phone never lends more than this. */
const MAX_LEVEL: Level = 3;

export function phaseOf({ state, expiresAt }: Pick<Scan, 'state' | 'expiresAt'>, now: Date): ScanPhase {
  if (state === 'used') return 'over';
  return state === 'refused' || expiresAt > now ? state : 'over';
}

/** What the phone's session is worth on the other screen. */
export function lentLevel(session: Level): Level {
  return session < MAX_LEVEL ? session : MAX_LEVEL;
}

/** `rootSecret`: 32 bytes. */
export function deriveScanKey(rootSecret: Uint8Array): Uint8Array {
  return deriveKey(rootSecret, 'identity scan code');
}

/** The code of one turn, the same whenever the page is shown again; base64url, 43 characters. */
export function scanCode(key: Uint8Array, interactionUid: string, turn: number): string {
  return Buffer.from(hmacSm3(key, utf8(`${turn}\0${interactionUid}`))).toString('base64url');
}

/** True for what could be a code; saves asking the database for nonsense. */
export function isScanCode(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
