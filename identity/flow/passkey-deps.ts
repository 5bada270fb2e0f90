// What enrolment and login by passkey share: who we are to the browser, and how its answers are believed.
import type { AuthenticatorTransport } from '@simplewebauthn/server';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { Account } from '../domain/account.ts';
import type { Factor } from '../domain/factor.ts';
import { keptPasskey } from '../domain/passkey.ts';
import type { Challenges } from './challenges.ts';

export type PasskeyDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly challenges: Challenges;
  /** The room's public URL: origin and, by its host, the RP id. */
  readonly issuer: string;
  /** The name that the browser shows. */
  readonly rpName: string;
  readonly findAccountById: (id: number) => Promise<Account | null>;
};

/** The library throws for every answer that it does not believe; it reaches nothing of ours. */
export async function believe<T>(verifying: Promise<T>): Promise<T | null> {
  try {
    return await verifying;
  } catch {
    return null;
  }
}

/** How the browser is told of a passkey that we know. */
export function descriptorOf({ lookup, public: kept }: Factor) {
  const { transports } = keptPasskey.parse(kept);
  return { id: Buffer.from(lookup ?? []).toString('base64url'), transports: transports as AuthenticatorTransport[] };
}

export const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(base64url, 'base64url'));
