// One-time codes by SMS and mail: six digits, good for one purpose in one browser or interaction, for minutes and a few tries.
// A code for an address that nobody has is answered alike: the row is there and no code fits it, only nothing is sent.
// Whoever guesses has five tries a code, and few codes an address and hour; counted before anything is looked at, so that
// parallel guesses count too.
import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { equalBytes, toHex, utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { closeBox, hmacSm3, openBox } from '../../common/crypto/sealed-box.ts';
import { networkOf } from '../../common/networks.ts';
import { type DocumentKeys, makeLoginKey } from '../domain/document-box.ts';
import { maskMail, maskPhone } from '../domain/message.ts';
import { deleteCode, findCode, spendCode, takeCodeTry, upsertCode } from '../store/one-time-codes.ts';
import { takeLimit } from './limit.ts';
import { notify } from './notify.ts';

export type OneTimeCodeDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly otpSeconds: number;
  readonly otpTries: number;
};

/** Names the one place where a code is good. */
export type CodePlace = {
  /** A word of the caller: `login`, `register`. */
  readonly purpose: string;
  /** The interaction, or a random name that only this browser has. */
  readonly binding: string;
};

export type CodeAddress = { readonly phone: string } | { readonly mail: string };

export type CodeRequest = CodePlace & {
  readonly to: CodeAddress;
  /** Whom the code is for, given back when it is right; null when nobody has the address, and nothing is sent. */
  readonly subject: string | null;
  /** The words of the message. */
  readonly words: (code: string, minutes: number) => string;
  /** Where the wish comes from; its digest and its network address. */
  readonly deviceKey: Uint8Array;
  readonly address: string;
};

export type SentTo = {
  /** For sending once more; a page shows the masked one only. */
  readonly to: CodeAddress;
  /** 138****0012 */
  readonly maskedTo: string;
  readonly expiresAt: Date;
  readonly resendAt: Date;
};

export type SendResult =
  | ({ readonly outcome: 'sent' } & SentTo)
  | { readonly outcome: 'too-early'; readonly resendAt: Date }
  | { readonly outcome: 'paused'; readonly until: Date };

export type CheckResult =
  | { readonly outcome: 'right'; readonly subject: string; readonly to: CodeAddress }
  | { readonly outcome: 'wrong'; readonly triesLeft: number; readonly subject: string | null }
  /** Never sent, used, expired, or guessed too often: a new one is needed. */
  | { readonly outcome: 'gone'; readonly subject: string | null };

/** Another code for the same place may be asked for after so long. */
export const RESEND_SECONDS = 60;
const HOUR = 3600;
/** Codes to one address; from one browser; from one network, where a hall full of people may sit. */
const MAX_PER_ADDRESS = 5;
const MAX_PER_DEVICE = 10;
const MAX_PER_NETWORK = 100;

type Boxed = { readonly to: CodeAddress; readonly subject: string | null };

export async function sendCode(deps: OneTimeCodeDeps, request: CodeRequest): Promise<SendResult> {
  const { db, clock, keys } = deps;
  const now = clock();
  const lookup = lookupOf(keys, request);
  // 1. Not again at once.
  const before = await findCode(db, lookup);
  if (before !== null && resendAt(before.sentAt) > now)
    return { outcome: 'too-early', resendAt: resendAt(before.sentAt) };
  // 2. Not too often, whoever is meant.
  const address = textOf(request.to);
  const limits = [
    { kind: 'code-address', key: makeLoginKey(keys, `code:${address}`), max: MAX_PER_ADDRESS },
    { kind: 'code-device', key: request.deviceKey, max: MAX_PER_DEVICE },
    { kind: 'code-network', key: networkOf(request.address), max: MAX_PER_NETWORK },
  ];
  for (const limit of limits) {
    const taken = await takeLimit(db, { ...limit, windowSeconds: HOUR, now });
    if (taken.outcome === 'paused') return taken;
  }
  // 3. Code and message together.
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const expiresAt = new Date(now.getTime() + deps.otpSeconds * 1000);
  const { to, subject } = request;
  const box = closeBox(keys.box, utf8(JSON.stringify({ to, subject } satisfies Boxed)), contextOf(lookup));
  const codeKey = subject === null ? null : codeKeyOf(keys, lookup, code);
  await db.transaction(async (trx) => {
    await upsertCode(trx, { lookup, codeKey, box, sentAt: now, expiresAt });
    if (subject !== null)
      await notify(deps, trx, {
        to,
        kind: `${request.purpose}-code`,
        words: request.words(code, Math.floor(deps.otpSeconds / 60)),
      });
  });
  return { outcome: 'sent', to, maskedTo: mask(to), expiresAt, resendAt: resendAt(now) };
}

/** What was sent for this place and still counts; null: nothing. */
export async function findSentCode({ db, clock, keys }: OneTimeCodeDeps, place: CodePlace): Promise<SentTo | null> {
  const lookup = lookupOf(keys, place);
  const sent = await findCode(db, lookup);
  if (sent === null || sent.expiresAt <= clock()) return null;
  const { to } = openBoxed(keys, lookup, sent.box);
  return { to, maskedTo: mask(to), expiresAt: sent.expiresAt, resendAt: resendAt(sent.sentAt) };
}

/** Judges a code; a right one is spent. Blanks and full-width digits are accepted. */
export async function checkCode(
  deps: OneTimeCodeDeps,
  place: CodePlace & { readonly code: string },
): Promise<CheckResult> {
  const { db, clock, keys, otpTries } = deps;
  const lookup = lookupOf(keys, place);
  const sent = await takeCodeTry(db, lookup, { maxTries: otpTries, now: clock() });
  if (sent === null) return { outcome: 'gone', subject: null };
  const typed = codeKeyOf(keys, lookup, place.code.normalize('NFKC').replace(/\D/gu, ''));
  const { to, subject } = openBoxed(keys, lookup, sent.box);
  const fits = equalBytes(typed, sent.codeKey ?? new Uint8Array(typed.length)) && sent.codeKey !== null;
  if (fits && subject !== null && (await spendCode(db, lookup, typed))) return { outcome: 'right', subject, to };
  if (sent.tries >= otpTries) return { outcome: 'gone', subject };
  return { outcome: 'wrong', triesLeft: otpTries - sent.tries, subject };
}

/** For who typed a wrong address and wants to begin again. */
export async function dropCode({ db, keys }: OneTimeCodeDeps, place: CodePlace): Promise<void> {
  await deleteCode(db, lookupOf(keys, place));
}

function lookupOf(keys: DocumentKeys, { purpose, binding }: CodePlace): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`code place:${purpose}\0${binding}`));
}

function codeKeyOf(keys: DocumentKeys, lookup: Uint8Array, code: string): Uint8Array {
  return hmacSm3(keys.lookup, utf8('code:'), lookup, utf8(code));
}

function openBoxed(keys: DocumentKeys, lookup: Uint8Array, box: Uint8Array): Boxed {
  return JSON.parse(new TextDecoder().decode(openBox(keys.box, box, contextOf(lookup)))) as Boxed;
}

function contextOf(lookup: Uint8Array): string {
  return `identity.one_time_codes/${toHex(lookup)}`;
}

function resendAt(sentAt: Date): Date {
  return new Date(sentAt.getTime() + RESEND_SECONDS * 1000);
}

function textOf(to: CodeAddress): string {
  return 'phone' in to ? to.phone : to.mail;
}

function mask(to: CodeAddress): string {
  return 'phone' in to ? maskPhone(to.phone) : maskMail(to.mail);
}
