// Pairwise subjects (OpenID Connect Core: pairwise identifier). Systems of one sector know a person under one `sub`; systems of
// two sectors cannot find out that theirs is the same. Our own rooms, pages and command line share the sector `xinji`.
import { utf8 } from '../../common/bytes.ts';
import { deriveKey, hmacSm3 } from '../../common/crypto/sealed-box.ts';
import { Recent } from '../../common/recent.ts';

/** The sector of the platform itself: only its clients get persons' tokens for our rooms. */
export const OWN_SECTOR = 'xinji';

const SECTOR = /^[a-z0-9][a-z0-9.-]{0,62}$/;

export function isSector(text: string): boolean {
  return SECTOR.test(text);
}

/** A key of its own under the room's master key; another key makes strangers of everybody, so it is never changed. */
export function deriveSubjectKey(rootSecret: Uint8Array): Uint8Array {
  return deriveKey(rootSecret, 'identity pairwise subject');
}

/**
 * `sub` of an account for a sector: HMAC-SM3 over sector, a zero byte and the account's own subject; base64url, 43
 * characters. Neither part can hold a zero byte, so that two pairs never meet.
 */
export function pairwiseSub(key: Uint8Array, accountSub: string, sector: string): string {
  if (!isSector(sector) || accountSub.includes('\0')) throw new RangeError(`"${sector}" is no sector`);
  return Buffer.from(hmacSm3(key, utf8(`${sector}\0${accountSub}`))).toString('base64url');
}

/** So many at least, twice as many at most. */
const REMEMBERED = 20_000;

/** `pairwiseSub` under one key, which remembers the subjects made last: each token of a person and each question names one. */
export function makePairwiseSubjects(key: Uint8Array): (accountSub: string, sector: string) => string {
  const recent = new Recent(REMEMBERED, (pair) => {
    // A zero byte that came in with the sector or the subject is in what follows the first one, and is refused there.
    const at = pair.indexOf('\0');
    return pairwiseSub(key, pair.slice(at + 1), pair.slice(0, at));
  });
  return (accountSub, sector) => recent.get(`${sector}\0${accountSub}`);
}
