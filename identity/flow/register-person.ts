// The last step of a person's own registration: the phone is proven by a code, the password is judged and hashed, name and
// number were typed. The population base decides what the account begins with. A phone number that another account has
// changes its owner only when the new one is proven to be somebody else: numbers are given out again.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { type Account, type AccountDocument, parseName } from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import { makeLoginKey } from '../domain/document-box.ts';
import { maskPhone } from '../domain/message.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import { describeNotices, type Identity } from '../domain/proofing.ts';
import {
  changeDocument,
  findAccountByHolder,
  findAccountByPhone,
  findAccountBySub,
  findDocument,
  insertAccount,
} from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { insertProofing } from '../store/proofings.ts';
import { unbindAddress } from './change-address.ts';
import { takeLimit } from './limit.ts';
import { judgeNewPassword, type PasswordPolicy } from './new-password.ts';
import { hashPassword } from './password.ts';
import { type PopulationDeps, type ProveDeps, parseIdentity } from './prove-identity.ts';
import { waitForProof } from './wait-for-proof.ts';

export type NewPerson = { readonly phone: string; readonly password: string };

export type RegisterPersonDeps = PopulationDeps & { readonly passwords: PasswordPolicy };

export type RegistrationResult =
  | { readonly outcome: 'registered'; readonly level: Level; readonly waits: boolean }
  | { readonly outcome: 'mismatched' }
  /** The base is silent, and the phone is another account's, so that nothing can be made before it answers. */
  | { readonly outcome: 'unavailable' }
  /** Another account was proven with this document; `phone` is its masked one. */
  | { readonly outcome: 'taken'; readonly phone: string | null }
  /** Without proof the phone stays where it is. */
  | { readonly outcome: 'phone-bound' }
  | { readonly outcome: 'password-refused'; readonly fault: PasswordFault }
  | { readonly outcome: 'paused'; readonly until: Date };

/** Questions to the base about one phone in a day. */
const MAX_QUESTIONS = 10;
const DAY_SECONDS = 24 * 3600;

/** With name and number. Errors: invalid-request, code-check with a pointer. */
export async function registerPerson(
  deps: RegisterPersonDeps,
  person: NewPerson,
  input: Identity,
): Promise<RegistrationResult> {
  const { db, clock, keys, ports } = deps;
  // 1. Judge, the password once more now that the name is known; and count: the base is no place to try names and numbers out.
  const identity = parseIdentity(input, clock());
  const fault = await judgeNewPassword(deps.passwords, person.password, { ...identity, phone: person.phone });
  if (fault !== null) return { outcome: 'password-refused', fault };
  const key = makeLoginKey(keys, `identity:${person.phone}`);
  const limit = { kind: 'identity', key, max: MAX_QUESTIONS, windowSeconds: DAY_SECONDS, now: clock() };
  const taken = await takeLimit(db, limit);
  if (taken.outcome === 'paused') return taken;
  // 2. Ask, outside of any transaction.
  const base = ports.population;
  const answer = base === null ? 'unavailable' : await base.check(identity);
  if (answer === 'mismatched') return { outcome: 'mismatched' };
  const bound = await findAccountByPhone(db, keys, person.phone);
  if (answer === 'unavailable') {
    if (bound !== null) return base === null ? { outcome: 'phone-bound' } : { outcome: 'unavailable' };
    return registerUnproven(deps, person, identity.name, base === null ? null : identity);
  }
  // 3. One proven document, one account.
  const owner = await findAccountByHolder(db, keys, identity.holder);
  if (owner !== null && owner.level > 2) return { outcome: 'taken', phone: await maskedPhoneOf(deps, owner) };
  // 4. Account, record, and what changes its owner, together.
  const passwordHash = await hashPassword(person.password, deps.passwords.work);
  const at = clock();
  await db.transaction(async (trx) => {
    if (bound !== null) await unbindAddress(deps, trx, { account: bound, kind: 'phone', at });
    if (owner !== null) await changeDocument(trx, keys, owner.sub, ({ holder: _, ...rest }) => rest);
    const { sub, id } = await insert(deps, trx, passwordHash, { ...identity, phone: person.phone }, 3);
    const proofing = { at, method: 'population', port: base!.port, outcome: 'matched', level: 3 } as const;
    await insertProofing(trx, id, proofing);
    await insertEvent(trx, { at, kind: 'account.registered', sub });
    const detail = { level: 3, method: 'population', ...describeNotices(identity) };
    await insertEvent(trx, { at, kind: 'account.proven', sub, detail });
  });
  return { outcome: 'registered', level: 3, waits: false };
}

/** For who wants to prove himself later: level 2, only on a phone that nobody has. Errors: invalid-request. */
export async function registerWithoutProof(
  deps: RegisterPersonDeps,
  person: NewPerson,
  name: string,
): Promise<RegistrationResult> {
  const parsed = parseName(name);
  const fault = await judgeNewPassword(deps.passwords, person.password, { name: parsed, phone: person.phone });
  if (fault !== null) return { outcome: 'password-refused', fault };
  if ((await findAccountByPhone(deps.db, deps.keys, person.phone)) !== null) return { outcome: 'phone-bound' };
  return registerUnproven(deps, person, parsed, null);
}

async function registerUnproven(
  deps: RegisterPersonDeps,
  person: NewPerson,
  name: string,
  waiting: Identity | null,
): Promise<RegistrationResult> {
  const { db, clock, keys } = deps;
  const passwordHash = await hashPassword(person.password, deps.passwords.work);
  const at = clock();
  await db.transaction(async (trx) => {
    const { sub } = await insert(deps, trx, passwordHash, { name, phone: person.phone }, 2);
    await insertEvent(trx, { at, kind: 'account.registered', sub });
    const account = await findAccountBySub(trx, keys, sub);
    if (waiting !== null)
      await waitForProof({ keys }, trx, account!, { identity: waiting, now: at, days: deps.proofWaitDays });
  });
  return { outcome: 'registered', level: 2, waits: waiting !== null };
}

async function insert(
  { keys }: ProveDeps,
  trx: Knex,
  passwordHash: string,
  document: AccountDocument,
  level: Level,
): Promise<{ readonly sub: string; readonly id: number }> {
  const sub = randomBytes(20).toString('base64url');
  return { sub, id: await insertAccount(trx, keys, { sub, loginName: null, document, passwordHash, level }) };
}

async function maskedPhoneOf({ db, keys }: ProveDeps, { sub }: Account): Promise<string | null> {
  const phone = (await findDocument(db, keys, sub))?.phone;
  return phone === undefined ? null : maskPhone(phone);
}
