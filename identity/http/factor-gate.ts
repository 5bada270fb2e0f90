// Who may change the ways to log in of an account: a session that has proven as much as the account can, up to level 3. An
// account that cannot reach it yet (a password and nothing else) gets its second factor with what it has.
import type Koa from 'koa';
import type { Account } from '../domain/account.ts';
import { type Level, type Method, waysTo } from '../domain/assurance.ts';
import type { Typed } from './kept-forms.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type FactorGate = {
  /** Has this session proven enough? To look takes less than to change. */
  isOpen(session: OwnSession): Promise<boolean>;
  /** As `requireSession`; null: the answer leads to what is missing. */
  requireSession(ctx: Koa.Context): Promise<OwnSession | null>;
  /** As `requireForm`; `back` is the page of the form, `keep` names the fields that wait there for the person. */
  requireForm(
    ctx: Koa.Context,
    back: string,
    keep?: readonly string[],
  ): Promise<{ readonly session: OwnSession; readonly form: Typed } | null>;
};

const WANTED: Level = 3;

export function makeFactorGate(deps: {
  readonly own: OwnSessions;
  /** Methods that the account could use now. */
  readonly methodsOf: (account: Account) => Promise<readonly Method[]>;
}): FactorGate {
  const { own, methodsOf } = deps;
  const needOf = async ({ account, level, proofs }: OwnSession): Promise<Level> => {
    if (level >= WANTED) return level;
    const ways = waysTo(WANTED, account.level, proofs, await methodsOf(account));
    return ways.outcome === 'missing' ? WANTED : level;
  };
  return {
    isOpen: async (session) => (await needOf(session)) <= session.level,
    requireSession: async (ctx) => {
      const session = await own.requireSession(ctx);
      if (session === null) return null;
      return own.requireSession(ctx, { minLevel: await needOf(session) });
    },
    requireForm: async (ctx, back, keep = []) => {
      const session = await own.findSession(ctx);
      return own.requireForm(ctx, { back, keep, ...(session === null ? {} : { minLevel: await needOf(session) }) });
    },
  };
}
