// 动态口令: time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds, as every authenticator app does it). The secret
// is sealed for its account. A step of the clock is good once: the last one used is kept and only a later one counts, by
// compare-and-set. Ten recovery codes stand in when the phone is lost; each is a row of its own that is spent.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { Secret, TOTP } from 'otpauth';
import { utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { closeBox, hmacSm3, openBox } from '../../common/crypto/sealed-box.ts';
import { makeToken } from '../../common/ids.ts';
import type { Account } from '../domain/account.ts';
import { type DocumentKeys, makeLoginKey } from '../domain/document-box.ts';
import { factorContext } from '../domain/factor.ts';
import { insertFactor, listFactors, markFactorUsed, removeFactors, spendFactor } from '../store/factors.ts';
import { forgetLimit, giveLimitBack, takeLimit } from './limit.ts';
import { notify } from './notify.ts';

export type AuthenticatorDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

/** What an app needs: the address in the QR code, and the secret for typing. */
export type Enrolment = { readonly uri: string; readonly secret: string };

export type ProveResult =
  | { readonly outcome: 'right' }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'paused'; readonly until: Date };

export const RECOVERY_CODES = 10;
const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** One step before and after: clocks of phones differ. */
const WINDOW = 1;
/** Wrong codes of an account in a quarter of an hour and in a day: of a million codes three are good at a time. */
const QUARTER = { kind: 'totp', max: 5, windowSeconds: 15 * 60 } as const;
const DAY = { kind: 'totp-day', max: 20, windowSeconds: 24 * 60 * 60 } as const;

/** A new secret, base32. */
export function makeTotpSecret(): string {
  return new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer }).base32;
}

/** For the app; `label` is shown in it. */
export function describeEnrolment(secret: string, label: string): Enrolment {
  return { secret, uri: totpOf(secret, label).toString() };
}

/** Adds the authenticator when the first code fits. `done` runs in the same transaction. */
export async function enrolTotp(
  { db, clock, keys }: AuthenticatorDeps,
  of: {
    readonly account: Account;
    readonly secret: string;
    readonly code: string;
    readonly label: string;
    readonly done: (trx: Knex) => Promise<void>;
  },
): Promise<'added' | 'wrong' | 'exists'> {
  const { account, secret } = of;
  const step = stepOf(secret, of.code, clock());
  if (step === null) return 'wrong';
  const box = closeBox(keys.box, utf8(secret), factorContext(account.sub, 'totp'));
  return db.transaction(async (trx) => {
    const factor = { accountId: account.id, kind: 'totp', label: of.label, box, addedAt: clock() } as const;
    if (!(await insertFactor(trx, { ...factor, public: { last_step: step } }))) return 'exists';
    await of.done(trx);
    return 'added';
  });
}

export async function proveTotp(deps: AuthenticatorDeps, account: Account, code: string): Promise<ProveResult> {
  const { db, clock, keys } = deps;
  return guarded(deps, account, async () => {
    const [factor] = await listFactors(db, account.id, 'totp');
    if (factor === undefined || factor.box === null) return false;
    const secret = new TextDecoder().decode(openBox(keys.box, factor.box, factorContext(account.sub, 'totp')));
    const step = stepOf(secret, code, clock());
    const last = Number(factor.public['last_step'] ?? 0);
    if (step === null || step <= last) return false;
    return markFactorUsed(db, factor, { usedAt: clock(), public: { last_step: step } });
  });
}

/** Ten new codes in the place of all that were; shown once, kept as keyed digests. `done` runs in the same transaction. */
export async function makeRecoveryCodes(
  { db, clock, keys }: AuthenticatorDeps,
  account: Account,
  done: (trx: Knex) => Promise<void>,
): Promise<readonly string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => `${makeToken(5)}-${makeToken(5)}`);
  const addedAt = clock();
  await db.transaction(async (trx) => {
    await removeFactors(trx, account.id, 'recovery', addedAt);
    for (const code of codes) {
      const lookup = recoveryKey(keys, account, code);
      await insertFactor(trx, { accountId: account.id, kind: 'recovery', label: '', lookup, addedAt });
    }
    await done(trx);
  });
  return codes;
}

/** A right code is spent, and the person is told. */
export async function proveRecoveryCode(deps: AuthenticatorDeps, account: Account, code: string): Promise<ProveResult> {
  const { db, clock, keys } = deps;
  return guarded(deps, account, () =>
    db.transaction(async (trx) => {
      const lookup = recoveryKey(keys, account, code);
      if (!(await spendFactor(trx, { accountId: account.id, kind: 'recovery', lookup }, clock()))) return false;
      const left = (await listFactors(trx, account.id, 'recovery')).length;
      const words = `【信基】您的账号刚刚用一个恢复码通过了验证，还剩 ${left} 个。不是您本人？请立即修改密码。`;
      await notify(deps, trx, { to: { sub: account.sub }, kind: 'recovery-code-used', words });
      return true;
    }),
  );
}

/** Counted before anything is looked at, for TOTP and recovery codes together; a right one was no guess. */
async function guarded(
  { db, clock, keys }: AuthenticatorDeps,
  { sub }: Account,
  prove: () => Promise<boolean>,
): Promise<ProveResult> {
  const key = makeLoginKey(keys, `totp:${sub}`);
  for (const rule of [QUARTER, DAY]) {
    const taken = await takeLimit(db, { ...rule, key, now: clock() });
    if (taken.outcome === 'paused') return taken;
  }
  if (!(await prove())) return { outcome: 'wrong' };
  await forgetLimit(db, { ...QUARTER, key });
  await giveLimitBack(db, { ...DAY, key });
  return { outcome: 'right' };
}

/** The step of the clock that the code belongs to; null when it fits none that is near. */
function stepOf(secret: string, code: string, now: Date): number | null {
  const token = code.normalize('NFKC').replace(/\D/gu, '');
  const delta = totpOf(secret, '').validate({ token, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? null : Math.floor(now.getTime() / 1000 / PERIOD_SECONDS) + delta;
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({
    issuer: '信基 Xinji',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  });
}

/** Blanks, hyphens and capitals do not matter; o, i and l are read as the digits they look like. */
function recoveryKey(keys: DocumentKeys, { sub }: Account, code: string): Uint8Array {
  const plain = code
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]/gu, '')
    .replaceAll('o', '0')
    .replace(/[il]/gu, '1');
  return hmacSm3(keys.lookup, utf8(`recovery:${sub}:${plain.slice(0, 20)}`));
}
