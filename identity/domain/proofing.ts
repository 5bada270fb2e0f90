// Proof of identity: the sources that are asked, as ports, and the level that a proof brings. What a source answers is never
// an error: also that it cannot be reached is an answer, and never the person's fault.
import { holderCodeNotices } from '../../common/codes/holder-code.ts';
import type { Holder } from './account.ts';
import type { Level } from './assurance.ts';

export type ProofingMethod = 'population' | 'face' | 'counter' | 'legal-person' | 'vouched';
export type ProofingOutcome = 'matched' | 'mismatched' | 'unavailable';

export const SOURCES = ['population', 'face', 'legal-person', 'counter'] as const;
/** Names of the sources in settings. */
export type Source = (typeof SOURCES)[number];

/** What counts besides name and number when a proven account is recovered; a passkey with user verification only. */
export const RECOVERY_WAYS = ['passkey', 'totp', 'recovery', 'face'] as const;
export type RecoveryWay = (typeof RECOVERY_WAYS)[number];
/** What a recovery stands on besides the code; `counter`: a clerk allowed it to who has this phone. */
export type RecoveryProof = RecoveryWay | 'counter';

/** What identifies a person: 姓名 and 证件号码. */
export type Identity = { readonly name: string; readonly holder: Holder };

/**
 * What is odd about the number of a proven document, such as an abolished region, as words for the event of the proof: it
 * never keeps a person from being proven, and an auditor may look at it. Empty for nearly everybody.
 */
export function describeNotices({ holder }: Identity): { readonly notices?: string } {
  const notices = holderCodeNotices(holder.type, holder.code);
  return notices.length === 0 ? {} : { notices: notices.join(' ') };
}

/** A source of truth; `port` goes into the record of what was proven. */
type Port = { readonly port: string };

/** 人口库: do name and number belong together (two elements)? */
export type PopulationBase = Port & { check(identity: Identity): Promise<ProofingOutcome> };

/** 人脸核验: is the picture the one of the person of this name and number? `picture`: JPEG or PNG. */
export type FaceCheck = Port & { compare(identity: Identity, picture: Uint8Array): Promise<ProofingOutcome> };

/** 法人库: is this the unit of that code, and is the person its legal representative? */
export type LegalPersonBase = Port & {
  check(unit: { readonly code: string; readonly name: string }, representative: Identity): Promise<ProofingOutcome>;
};

/** 窗口核验: a clerk held the document beside its holder; the hall's own system may know better, or the clerk's word counts. */
export type CounterCheck = Port & { confirm(seen: Identity, clerkSub: string): Promise<ProofingOutcome> };

/** What this house can ask; null where no source is set up. */
export type ProofingPorts = {
  readonly population: PopulationBase | null;
  readonly face: FaceCheck | null;
  readonly legalPerson: LegalPersonBase | null;
  readonly counter: CounterCheck;
};

/**
 * The level that an account has after a proof that matched. Name and number against the base: 3. The face proves that the
 * document is the person's: 4, but only on top of the base. Document and person at a counter: 5. It never falls.
 */
export function levelAfter(before: Level, method: Exclude<ProofingMethod, 'legal-person' | 'vouched'>): Level {
  if (method === 'counter') return 5;
  if (method === 'face') return before >= 3 ? atLeast(before, 4) : before;
  return atLeast(before, 3);
}

function atLeast(level: Level, floor: Level): Level {
  return level > floor ? level : floor;
}

/** Seconds to wait before a silent source is asked again, after so many tries: a minute, doubling, at most six hours. */
export function retryAfterSeconds(tries: number): number {
  return Math.min(60 * 2 ** Math.max(0, tries), 6 * 60 * 60);
}
