// A look-up opens one account to this session of the administrator: the address of its page bears a signature that no other
// session and no other part of the console has, so that nobody comes to an account without a reason on record.
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../../../common/clock.ts';
import type { AdminDuty } from '../../../common/contract/roles.ts';
import { isTrustError, TrustError } from '../../../common/errors.ts';
import type { Cookies } from '../../../common/http/cookies.ts';
import { pageFrame } from '../../../common/http/preferences.ts';
import type { Fault } from '../../../common/web/parts.ts';
import type { Account } from '../../domain/account.ts';
import type { DocumentKeys } from '../../domain/document-box.ts';
import { lookUpAccount } from '../../flow/look-up-account.ts';
import { findAccountBySub } from '../../store/accounts.ts';
import { documentFault, typedFault } from '../../web/admin/search-form.ts';
import type { Typed } from '../kept-forms.ts';
import type { Admin, AdminGate } from './gate.ts';
import { reasonFaults, textOf } from './typed.ts';

export type LookUpDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly cookies: Cookies;
  readonly gate: AdminGate;
};

export type Search = {
  readonly duty: AdminDuty;
  /** The page of the search, where the flash `none` says that nobody was found. */
  readonly path: string;
  /** The page again, with what was typed and what is wrong. */
  readonly again: (of: {
    readonly admin: Admin;
    readonly typed: Typed;
    readonly faults: readonly Fault[];
  }) => void | Promise<void>;
  /** Where the account found is shown; null for one that this part has nothing to do with. */
  readonly hrefOf: (admin: Admin, account: Account) => string | null;
};

/** The POST of a search with `typed`, `code_type` where a document is meant, and `reason`. */
export async function searchAccount(
  deps: Omit<LookUpDeps, 'cookies'>,
  ctx: Koa.Context,
  search: Search,
): Promise<void> {
  const { gate } = deps;
  const { duty, path, again, hrefOf } = search;
  const accepted = await gate.requireForm(ctx, duty, path);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const typed = (form['typed'] ?? '').trim();
  const frame = pageFrame(ctx, path);
  const { code_type: type = '', reason = '' } = form;
  const faults = [...(typed === '' ? [typedFault(frame)] : []), ...reasonFaults(frame.lang, form)];
  if (faults.length > 0) return again({ admin, typed: form, faults });
  const meant = type === '' ? {} : { type };
  const account = await unlessMalformed(
    lookUpAccount(deps, { typed, ...meant, by: admin.session.account.sub, reason }),
  );
  if (account === 'malformed') return again({ admin, typed: form, faults: [documentFault(frame)] });
  const href = account && hrefOf(admin, account);
  if (href === null) return gate.leaveFor(ctx, admin, path, { code: 'none' });
  gate.leaveFor(ctx, admin, href);
}

/** A number that no document of the type has is the clerk's slip, and no account is looked for. */
async function unlessMalformed<T>(looking: Promise<T>): Promise<T | 'malformed'> {
  try {
    return await looking;
  } catch (error) {
    if (isTrustError(error, 'code-check') || isTrustError(error, 'invalid-request')) return 'malformed';
    throw error;
  }
}

/** The account of the address when this session looked it up at `path`; else null, and the answer leads to the search. */
export async function openAccount(
  { db, keys, cookies, gate }: LookUpDeps,
  ctx: Koa.Context,
  admin: Admin,
  path: string,
): Promise<Account | null> {
  const { sub = '' } = ctx['params'] as { sub?: string };
  if (!cookies.isSigned(lookUpOf(admin, path, sub), textOf(ctx.query['look']))) {
    gate.leaveFor(ctx, admin, path);
    return null;
  }
  const account = await findAccountBySub(db, keys, sub);
  if (account === null) throw new TrustError('not-found', 'There is no such account.');
  return account;
}

/** Address of the account, or of an act on it, for this session. */
export function openedHref(
  { cookies }: LookUpDeps,
  admin: Admin,
  { path, sub, act }: { readonly path: string; readonly sub: string; readonly act?: string },
): string {
  const page = act === undefined ? `${path}/${sub}` : `${path}/${sub}/${act}`;
  return `${page}?${new URLSearchParams({ look: cookies.sign(lookUpOf(admin, path, sub)) })}`;
}

function lookUpOf({ session }: Admin, path: string, sub: string): string {
  return `look-up:${path}:${session.sessionUid}:${sub}`;
}
