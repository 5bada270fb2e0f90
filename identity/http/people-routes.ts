// What people do about their own accounts outside of a login: registration, recovery, proof, phone; each has a file of its own.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import type { Route } from '../../common/http/routes.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import type { ProofingPorts } from '../domain/proofing.ts';
import { type AddressKind, changeAddress, removeMail } from '../flow/change-address.ts';
import type { FactorChangeDeps } from '../flow/change-factors.ts';
import { isAllowedAtCounter } from '../flow/help-at-counter.ts';
import { judgeNewPassword, type PasswordPolicy } from '../flow/new-password.ts';
import type { OneTimeCodeDeps } from '../flow/one-time-code.ts';
import type { PasskeyDeps } from '../flow/passkey-deps.ts';
import { passkeyRecoveryOptions } from '../flow/prove-passkey.ts';
import { listRecoveryWays, proveForRecovery, recoverWithPassword } from '../flow/recover-account.ts';
import { registerPerson, registerWithoutProof } from '../flow/register-person.ts';
import { findAccountByMail, findAccountByPhone, findAccountBySub, findDocument } from '../store/accounts.ts';
import { addressRoutes } from './change-address.ts';
import { closeRoutes } from './close-account.ts';
import { makeCodes } from './code-step.ts';
import { makeDrafts } from './drafts.ts';
import type { FactorGate } from './factor-gate.ts';
import { makeKeptPassword } from './kept-password.ts';
import type { OwnSessions } from './own-session.ts';
import { proveRoutes } from './prove.ts';
import { recoverRoutes } from './recover.ts';
import type { RecoverDraft } from './recover-identity.ts';
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
  readonly closingDays: number;
  readonly proofWaitDays: number;
  readonly own: OwnSessions;
  readonly gate: FactorGate;
  readonly passkeys: PasskeyDeps & FactorChangeDeps;
  /** What this house can send a code to. */
  readonly addressKinds: readonly AddressKind[];
};

export function peopleRoutes(deps: PeopleDeps): readonly Route[] {
  const { db, keys } = deps;
  const codes = makeCodes(deps);
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
    ...recoverRoutes({
      ...deps,
      ...codes,
      drafts: makeDrafts<RecoverDraft>('recover', deps),
      minPasswordLength: deps.passwords.minLength,
      findAccountAt: (to) =>
        'phone' in to ? findAccountByPhone(db, keys, to.phone) : findAccountByMail(db, keys, to.mail),
      findAccount: (sub) => findAccountBySub(db, keys, sub),
      prove: (account, shown) => proveForRecovery(deps, account, shown),
      listWays: (account) => listRecoveryWays(deps, account),
      passkeyOptions: (account, binding) => passkeyRecoveryOptions(deps.passkeys, binding, account.id),
      isAllowedAtCounter: (account, phone) => isAllowedAtCounter(db, { keys, now: deps.clock() }, account, phone),
      setPassword: (of) => recoverWithPassword(deps, of),
    }),
    ...proveRoutes(deps),
    ...closeRoutes(deps),
    ...addressRoutes({
      ...deps,
      ...codes,
      findDocument: (sub) => findDocument(db, keys, sub),
      change: (of) => changeAddress(deps, of),
      removeMail: (sub) => removeMail(deps, sub),
    }),
  ];
}
