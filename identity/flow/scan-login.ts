// 扫码登录 in its acts: a browser shows a code, a phone opens it and decides, the browser goes on. What each may do is decided
// by compare-and-set in the store; nothing here depends on which of two requests came first.
import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { Account } from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import {
  CONFIRMED_SECONDS,
  isScanCode,
  lentLevel,
  MAX_TURNS,
  phaseOf,
  type Scan,
  type ScanPhase,
  scanCode,
} from '../domain/scan.ts';
import { claimScan, decideScan, findLastScan, findScan, insertScan, useScan } from '../store/scans.ts';

export type ScanDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  /** Of `deriveScanKey`. */
  readonly key: Uint8Array;
  /** How long a code is good. */
  readonly ttlSeconds: number;
};

/** Where the code is shown. */
export type Screen = {
  readonly interactionUid: string;
  readonly clientId: string;
  readonly device: string;
  readonly address: string;
};

export type ShownScan = { readonly code: string; readonly scan: Scan; readonly phase: ScanPhase };

/**
 * The code of this interaction as it stands, a first one when there is none. `isNew` asks for another in the place of one
 * that is over. Null when the interaction has had too many.
 */
export async function showScan(deps: ScanDeps, screen: Screen, isNew: boolean): Promise<ShownScan | null> {
  const { db, clock, key } = deps;
  const now = clock();
  const last = await findLastScan(db, screen.interactionUid);
  const phase = last && phaseOf(last, now);
  if (last && phase && !(isNew && (phase === 'over' || phase === 'refused')))
    return { code: scanCode(key, screen.interactionUid, last.turn), scan: last, phase };
  const turn = (last?.turn ?? 0) + 1;
  if (turn > MAX_TURNS) return null;
  const code = scanCode(key, screen.interactionUid, turn);
  const expiresAt = new Date(now.getTime() + deps.ttlSeconds * 1000);
  await insertScan(db, {
    ...screen,
    turn,
    number: randomInt(10, 100),
    shownAt: now,
    expiresAt,
    codeDigest: digest(code),
  });
  // Two tabs of one interaction meet here: both show what the quicker one wrote.
  const scan = (await findLastScan(db, screen.interactionUid))!;
  return { code: scanCode(key, screen.interactionUid, scan.turn), scan, phase: phaseOf(scan, now) };
}

/** How the code of an interaction stands, for the browser that shows it. */
export async function scanPhase({ db, clock }: ScanDeps, interactionUid: string): Promise<ScanPhase> {
  const scan = await findLastScan(db, interactionUid);
  return scan ? phaseOf(scan, clock()) : 'over';
}

export type OpenedScan =
  | { readonly outcome: 'open'; readonly scan: Scan }
  /** `taken`: another account was quicker. `decided`: this one has decided already. */
  | { readonly outcome: 'over' | 'taken' }
  | { readonly outcome: 'decided'; readonly confirmed: boolean };

/** A phone opens the code: the first account claims it. */
export async function openScan({ db, clock }: ScanDeps, code: string, account: Account): Promise<OpenedScan> {
  if (!isScanCode(code)) return { outcome: 'over' };
  const now = clock();
  const codeDigest = digest(code);
  await claimScan(db, { codeDigest, accountId: account.id, now });
  const scan = await findScan(db, codeDigest);
  if (scan === null || scan.accountId === null) return { outcome: 'over' };
  if (scan.accountId !== account.id) return { outcome: 'taken' };
  if (scan.state === 'confirmed' || scan.state === 'used') return { outcome: 'decided', confirmed: true };
  if (scan.state === 'refused') return { outcome: 'decided', confirmed: false };
  return phaseOf(scan, now) === 'scanned' ? { outcome: 'open', scan } : { outcome: 'over' };
}

/** The person on the phone decides; null when there is nothing to decide any more. */
export async function answerScan(
  { db, clock }: ScanDeps,
  code: string,
  by: {
    readonly account: Account;
    readonly sessionUid: string;
    readonly level: Level;
    readonly confirmed: boolean;
  },
): Promise<Scan | null> {
  if (!isScanCode(code)) return null;
  const now = clock();
  const expiresAt = new Date(now.getTime() + CONFIRMED_SECONDS * 1000);
  const { account, sessionUid, confirmed } = by;
  const decision = { sessionUid, confirmed, level: lentLevel(by.level), codeDigest: digest(code), now, expiresAt };
  return decideScan(db, { ...decision, accountId: account.id });
}

/** The browser goes on with what was confirmed, once. */
export async function finishScan(
  { db, clock }: ScanDeps,
  interactionUid: string,
): Promise<{ readonly accountId: number; readonly level: Level } | null> {
  const scan = await useScan(db, interactionUid, clock());
  return scan?.accountId && scan.level ? { accountId: scan.accountId, level: scan.level } : null;
}

const digest = (code: string): Uint8Array => sm3(utf8(code));
