// What follows when a person has proven something: the browser is remembered, and who logs in with one that is new is told by
// message; what happened is written down; and the level that is reached now is found. The proof itself is written when the
// provider knows the session that it belongs to (provider/record-proof.ts).
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { makeId } from '../../common/ids.ts';
import { formatDateTime } from '../../common/web/texts.ts';
import type { Account } from '../domain/account.ts';
import { type Acr, acrOf, amrOf, type Proof, reachedLevel } from '../domain/assurance.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { documentOf } from '../store/accounts.ts';
import { type Authentication, listProofs } from '../store/authentications.ts';
import { insertEvent } from '../store/events.ts';
import type { Device } from '../store/known-devices.ts';
import { type SettledTries, settleTries } from '../store/login-tries.ts';
import { recordLogin } from '../store/logins.ts';
import { type NewMessage, sendMessage } from '../store/outbox.ts';
import { addressIn, makeMessage } from './notify.ts';

export type CompleteLoginDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  /** Where a person ends what is not his: address of 登录记录. */
  readonly historyUrl: string;
};

export type ProvenStep = {
  readonly account: Account;
  /** Null: nothing new, the level is found anew for an account that was proven further meanwhile. */
  readonly proof: Proof | null;
  /** Tries that a right password settles. */
  readonly tries?: SettledTries | undefined;
  /** True: the person has logged in with this browser before, and nothing is to be said of it; else the database decides. */
  readonly knowsDevice?: boolean | undefined;
  /** The session that a step-up goes on from; null at a login, which begins anew. */
  readonly sessionUid: string | null;
  readonly clientId: string;
  /** The asking system's name, for the message. */
  readonly system: string;
  readonly address: string;
  readonly device: Device;
  readonly requestId: string;
};

/** What the provider gets to know. */
export type CompletedLogin = {
  readonly accountId: string;
  readonly acr: Acr;
  readonly amr: readonly string[];
  /** Seconds: when the oldest of the proofs that count was given. */
  readonly ts: number;
  readonly authentication: Omit<Authentication, 'sessionUid'> | null;
};

export async function completeLogin(deps: CompleteLoginDeps, step: ProvenStep): Promise<CompletedLogin> {
  const { db, clock } = deps;
  const { account, proof, sessionUid } = step;
  const now = clock();
  const before = sessionUid === null ? [] : await listProofs(db, sessionUid);
  const proofs = [...before.map((one) => one.proof), ...(proof === null ? [] : [proof])];
  const level = reachedLevel(account.level, proofs);
  const begins = sessionUid === null;
  const event = {
    at: now,
    kind: begins ? 'login.succeeded' : 'login.stepped-up',
    sub: account.sub,
    clientId: step.clientId,
    requestId: step.requestId,
    detail: { method: proof?.method ?? 'none', level },
  } as const;
  if (begins) {
    const notice = step.knowsDevice ? null : sayNewDevice(deps, step, now);
    const isNew = await recordLogin(db, {
      accountId: account.id,
      device: step.device,
      event,
      notice,
      tries: step.tries,
    });
    // Forgotten since the password was looked at, as by a change of it: then it is new all the same.
    const late = isNew && step.knowsDevice ? sayNewDevice(deps, step, now) : null;
    if (late !== null) await sendMessage(db, late);
  } else {
    await insertEvent(db, event);
    if (step.tries) await settleTries(db, step.tries);
  }
  return {
    accountId: account.sub,
    acr: acrOf(level),
    amr: amrOf(proofs),
    ts: Math.floor((before[0]?.at ?? now).getTime() / 1000),
    authentication: proof && {
      proofId: makeId('auth'),
      accountId: account.id,
      begins,
      proof,
      level,
      at: now,
      clientId: step.clientId,
      address: step.address,
      device: step.device.label,
    },
  };
}

/** Goes out if the browser is new to the account; null when the account has no address. */
function sayNewDevice(deps: CompleteLoginDeps, step: ProvenStep, now: Date): NewMessage | null {
  const address = addressIn(documentOf(step.account));
  if (address === null) return null;
  const words = `【信基】您的账号于${formatDateTime('zh', now)}在新设备（${step.device.label}）登录“${step.system}”。不是您本人？请到 ${deps.historyUrl} 改密码并退出全部设备。`;
  return makeMessage(deps, address, { kind: 'new-device', words });
}
