// Challenges made and taken: bound to one interaction or session, good for five minutes, used once.
import type { Knex } from 'knex';
import { utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { takeRandomBytes } from '../../common/ids.ts';
import { type ChallengeUse, makeChallenge, readChallenge } from '../domain/challenge.ts';
import { spendChallenge } from '../store/used-challenges.ts';

export type Challenges = {
  /** base64url. Nothing is stored. */
  make(use: ChallengeUse): string;
  /** Ours, for this use, and not over; whether it was used is not looked at. */
  isLive(use: ChallengeUse, text: string): boolean;
  /** Uses it up; false when it is not ours for this, is over or was used. */
  take(use: ChallengeUse, text: string): Promise<boolean>;
};

/** `key`: of `deriveChallengeKey`. */
export function makeChallenges({ db, clock, key }: { db: Knex; clock: Clock; key: Uint8Array }): Challenges {
  return {
    make: (use) => makeChallenge(key, use, clock(), takeRandomBytes(16)).text,
    isLive: (use, text) => readChallenge(key, use, text, clock()) !== null,
    take: async (use, text) => {
      const expiresAt = readChallenge(key, use, text, clock());
      return expiresAt !== null && (await spendChallenge(db, sm3(utf8(text)), expiresAt));
    },
  };
}
