// What destroying a holder's key would do, and the answer by which it is confirmed: made from the very order and what it would
// destroy, so that an order is confirmed as it was seen, by who saw it, within some minutes.
import { equalBytes, toHex, utf8 } from '../../common/bytes.ts';
import { boxKeyId, hmacSm3 } from '../../common/crypto/sealed-box.ts';
import type { KeyWraps, OpenHolderKey } from './data-keys.ts';

export type ShreddingOrder = {
  readonly holderKey: Uint8Array;
  /** Without names and numbers: it is kept. */
  readonly reason: string;
  /** The account of the administrator. */
  readonly orderedBy: string;
};

export type ConcernedLicense = KeyWraps & { readonly licenseId: string; readonly identifier: string };

export type ShreddingPlan = {
  /** Of these nothing can be read afterwards. */
  readonly destroyed: readonly ConcernedLicense[];
  /** These stay readable through other holders. */
  readonly kept: readonly ConcernedLicense[];
};

const WINDOW_MS = 10 * 60_000;

/** `others`: the opened keys of the other holders, as far as they are left; a later key of one opens no earlier license. */
export function planShredding(licenses: readonly ConcernedLicense[], others: readonly OpenHolderKey[]): ShreddingPlan {
  const isKept = ({ wrappedKeys }: ConcernedLicense): boolean =>
    wrappedKeys.some((wrapped) => others.some(({ key }) => key.id === boxKeyId(wrapped)));
  return { destroyed: licenses.filter((license) => !isKept(license)), kept: licenses.filter(isKept) };
}

/** 16 hexadecimal digits, for ten to twenty minutes from `now`. `key`: 32 bytes of the room. */
export function makeConfirmation(key: Uint8Array, order: ShreddingOrder, plan: ShreddingPlan, now: Date): string {
  return confirmationAt(key, order, plan, windowOf(now));
}

export function isConfirmation(
  key: Uint8Array,
  order: ShreddingOrder,
  plan: ShreddingPlan,
  given: string,
  now: Date,
): boolean {
  const window = windowOf(now);
  return [window, window - 1].some((at) => equalBytes(utf8(confirmationAt(key, order, plan, at)), utf8(given)));
}

const windowOf = (now: Date): number => Math.floor(now.getTime() / WINDOW_MS);

function confirmationAt(key: Uint8Array, order: ShreddingOrder, plan: ShreddingPlan, window: number): string {
  const ids = (licenses: readonly ConcernedLicense[]) => licenses.map(({ identifier }) => identifier).sort();
  const { holderKey, reason, orderedBy } = order;
  const seen = ['shred', toHex(holderKey), reason, orderedBy, ids(plan.destroyed), ids(plan.kept), window];
  return toHex(hmacSm3(key, utf8(JSON.stringify(seen))).subarray(0, 8));
}
