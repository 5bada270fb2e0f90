// What people do about their own accounts outside of a login: registration now; each page has its own file.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import type { Route } from '../../common/http/routes.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import type { ProofingPorts } from '../domain/proofing.ts';
import { judgeNewPassword, type PasswordPolicy } from '../flow/new-password.ts';
import { checkCode, findSentCode, type OneTimeCodeDeps, sendCode } from '../flow/one-time-code.ts';
import { registerPerson, registerWithoutProof } from '../flow/register-person.ts';
import { findAccountByPhone } from '../store/accounts.ts';
import { makeDrafts } from './drafts.ts';
import { makeKeptPassword } from './kept-password.ts';
import { type RegisterDraft, registerRoutes } from './register.ts';
import type { Visitors } from './visitor.ts';

export type PeopleDeps = OneTimeCodeDeps & {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly cookies: Cookies;
  readonly csrf: Csrf;
  readonly visitors: Visitors;
  readonly passwords: PasswordPolicy;
  readonly ports: ProofingPorts;
  readonly draftHours: number;
};

export function peopleRoutes(deps: PeopleDeps): readonly Route[] {
  const { db, keys } = deps;
  const codes = {
    sendCode: (request: Parameters<typeof sendCode>[1]) => sendCode(deps, request),
    findSentCode: (place: Parameters<typeof findSentCode>[1]) => findSentCode(deps, place),
    checkCode: (at: Parameters<typeof checkCode>[1]) => checkCode(deps, at),
  };
  return [
    ...registerRoutes({
      ...deps,
      ...codes,
      drafts: makeDrafts<RegisterDraft>('register', deps),
      keptPassword: makeKeptPassword(deps),
      minPasswordLength: deps.passwords.minLength,
      findAccountByPhone: (phone) => findAccountByPhone(db, keys, phone),
      judgePassword: (password, person) => judgeNewPassword(deps.passwords, password, person),
      register: (person, identity) => registerPerson(deps, person, identity),
      registerWithoutProof: (person, name) => registerWithoutProof(deps, person, name),
    }),
  ];
}
