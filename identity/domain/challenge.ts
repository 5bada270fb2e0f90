// Challenges that passkeys and certificates sign. A challenge says itself what it is for and until when, under a key of ours,
// so that showing a page stores nothing; that it is used once is the store's part (store/used-challenges.ts).
// Layout: 8 bytes end of life in milliseconds, 16 random bytes, 32 bytes HMAC-SM3 over purpose, binding and those 24.
import { concatBytes, equalBytes, utf8 } from '../../common/bytes.ts';
import { deriveKey, hmacSm3 } from '../../common/crypto/sealed-box.ts';

export type ChallengePurpose =
  | 'passkey-login'
  | 'passkey-enrolment'
  | 'passkey-recovery'
  | 'certificate-login'
  | 'certificate-enrolment'
  /** Signed by nobody: what a browser holds after a face that fitted. */
  | 'face-passed';

export type ChallengeUse = {
  readonly purpose: ChallengePurpose;
  /** What it was shown for: the uid of an interaction or session, or the recovery under way in a browser. */
  readonly binding: string;
};

export type Challenge = {
  /** base64url, 75 characters. */
  readonly text: string;
  readonly expiresAt: Date;
};

/** Long enough for a person to look for his key, not longer than the page it stands on. */
export const CHALLENGE_SECONDS = 300;

const HEAD = 24;
const SIZE = HEAD + 32;

/** `rootSecret`: 32 bytes. */
export function deriveChallengeKey(rootSecret: Uint8Array): Uint8Array {
  return deriveKey(rootSecret, 'identity challenge');
}

/** `random`: 16 bytes that nobody foresees. */
export function makeChallenge(key: Uint8Array, use: ChallengeUse, now: Date, random: Uint8Array): Challenge {
  if (random.length !== HEAD - 8) throw new RangeError('a challenge takes 16 random bytes');
  const expiresAt = new Date(now.getTime() + CHALLENGE_SECONDS * 1000);
  const head = new Uint8Array(HEAD);
  new DataView(head.buffer).setBigUint64(0, BigInt(expiresAt.getTime()));
  head.set(random, 8);
  return { text: toText(concatBytes(head, sealOf(key, use, head))), expiresAt };
}

/** When the challenge ends; null unless we made it for this use and it still lives. */
export function readChallenge(key: Uint8Array, use: ChallengeUse, text: string, now: Date): Date | null {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (bytes.length !== SIZE || toText(bytes) !== text) return null;
  const head = bytes.subarray(0, HEAD);
  if (!equalBytes(bytes.subarray(HEAD), sealOf(key, use, head))) return null;
  const expiresAt = new Date(Number(Buffer.from(head).readBigUInt64BE(0)));
  return expiresAt > now ? expiresAt : null;
}

function sealOf(key: Uint8Array, { purpose, binding }: ChallengeUse, head: Uint8Array): Uint8Array {
  return hmacSm3(key, concatBytes(utf8(`${purpose}\0${binding}\0`), head));
}

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
