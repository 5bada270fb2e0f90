// The keys under which everything about a license lies. Each license has a data key of its own, 32 random bytes, wrapped once
// for each holder under that holder's key; the holder's key is 32 random bytes too, in a box under the master key, in a row of
// its own. A license stays readable as long as one of its holders has his row; without the last one, nothing opens it.
// Every box names the key that closed it. Not here: where rows come from (store/holder-keys.ts), files (flow/sealed-files.ts).
import { compareBytes, equalBytes, toHex } from '../../common/bytes.ts';
import {
  type BoxKey,
  type BoxKeyring,
  boxKeyId,
  closeBox,
  KEY_BYTES,
  makeBoxKey,
  NONCE_BYTES,
  openBox,
} from '../../common/crypto/sealed-box.ts';
import { TrustError } from '../../common/errors.ts';
import type { OpenedKeys } from './opened-keys.ts';
import type { RoomKeys } from './room-keys.ts';

/** So many random bytes. */
export type Random = (bytes: number) => Uint8Array;

/** A row of `license.holder_keys`. */
export type HolderKeyRow = {
  /** HMAC-SM3(pepper, type‖code), 32 bytes. */
  readonly holderKey: Uint8Array;
  /** The master key that closed the box. */
  readonly keyId: string;
  readonly box: Uint8Array;
};

export type OpenHolderKey = { readonly holderKey: Uint8Array; readonly key: BoxKey };

/** The opened data key of one license. */
export type DataKey = {
  readonly licenseId: string;
  /** 32; to be wrapped for another holder, otherwise of no use. */
  readonly bytes: Uint8Array;
  readonly box: BoxKey;
};

/** What a license keeps of its data key: two arrays of one length, `holder_keys` and `wrapped_keys`. */
export type KeyWraps = {
  readonly holderKeys: readonly Uint8Array[];
  readonly wrappedKeys: readonly Uint8Array[];
};

/** Where in the license something is kept: `version <identifier>`, `event <id>`, `answer <id>`, …; no two the same. */
export type Place = `${'version' | 'event' | 'answer' | 'issue' | 'outbox' | 'file' | 'copy' | 'text'} ${string}`;

/** A new row for a holder; kept only if he has none (store/holder-keys.ts). */
export function makeHolderKeyRow(
  keys: Pick<RoomKeys, 'holderKeyBox'>,
  holderKey: Uint8Array,
  random: Random,
): HolderKeyRow {
  const box = closeBox(keys.holderKeyBox, random(KEY_BYTES), holderContext(holderKey), random(NONCE_BYTES));
  return { holderKey, keyId: keys.holderKeyBox[0].id, box };
}

/** Throws `sealed-box-corrupt` when no master key that is here closed it for this holder. */
export function openHolderKey(
  keys: { readonly holderKeyBox: BoxKeyring; readonly opened?: OpenedKeys },
  row: HolderKeyRow,
): OpenHolderKey {
  const { holderKey, box } = row;
  const open = (): BoxKey => makeBoxKey(openBox(keys.holderKeyBox, box, holderContext(holderKey)));
  return { holderKey, key: keys.opened ? keys.opened.get(holderKey, box, open) : open() };
}

/** The same key in a box under the current master key. */
export function rewrapHolderKey(keys: Pick<RoomKeys, 'holderKeyBox'>, row: HolderKeyRow, random: Random): HolderKeyRow {
  const context = holderContext(row.holderKey);
  const bytes = openBox(keys.holderKeyBox, row.box, context);
  const box = closeBox(keys.holderKeyBox, bytes, context, random(NONCE_BYTES));
  return { holderKey: row.holderKey, keyId: keys.holderKeyBox[0].id, box };
}

/** A data key for a license that has none yet, wrapped for each of its holders; they are in a fixed order afterwards. */
export function newLicenseKey(
  licenseId: string,
  holders: readonly OpenHolderKey[],
  random: Random,
): { readonly dataKey: DataKey; readonly wraps: KeyWraps } {
  const dataKey = makeDataKey(licenseId, random(KEY_BYTES));
  return { dataKey, wraps: wrapLicenseKey(dataKey, holders, random) };
}

/** The wraps of a data key for these holders and nobody else: for a license whose holders change. */
export function wrapLicenseKey(dataKey: DataKey, holders: readonly OpenHolderKey[], random: Random): KeyWraps {
  if (holders.length === 0) throw new RangeError('a license has a holder');
  const ordered = holders.toSorted((a, b) => compareBytes(a.holderKey, b.holderKey));
  if (ordered.some(({ holderKey }, index) => index > 0 && equalBytes(holderKey, ordered[index - 1]!.holderKey)))
    throw new RangeError('a holder is there twice');
  return {
    holderKeys: ordered.map(({ holderKey }) => holderKey),
    wrappedKeys: ordered.map(({ holderKey, key }) =>
      closeBox(key, dataKey.bytes, wrapContext(dataKey.licenseId, holderKey), random(NONCE_BYTES)),
    ),
  };
}

/**
 * The data key of a license by the key of any of its holders. `rows` are those that are left of its holders.
 * Throws `license-shredded` when none is, `sealed-box-corrupt` when what is there does not belong together.
 */
export function openLicenseKey(
  keys: Pick<RoomKeys, 'holderKeyBox' | 'opened'>,
  licenseId: string,
  wraps: KeyWraps,
  rows: readonly HolderKeyRow[],
): DataKey {
  for (const [index, holderKey] of wraps.holderKeys.entries()) {
    const row = rows.find((candidate) => equalBytes(candidate.holderKey, holderKey));
    const wrapped = wraps.wrappedKeys[index];
    if (!row || !wrapped) continue;
    const { key } = openHolderKey(keys, row);
    if (boxKeyId(wrapped) !== key.id) continue; // a later key of a holder whose former one was destroyed
    return makeDataKey(licenseId, openBox(key, wrapped, wrapContext(licenseId, holderKey)));
  }
  throw new TrustError('license-shredded', 'the keys of all holders of this license were destroyed');
}

/** Closes what is kept about a license; it opens at the same place of the same license only. */
export function closePayload(dataKey: DataKey, place: Place, bytes: Uint8Array, nonce: Uint8Array): Uint8Array {
  return closeBox(dataKey.box, bytes, placeContext(dataKey, place), nonce);
}

/** Throws `sealed-box-corrupt` for another license, place or changed bytes. */
export function openPayload(dataKey: DataKey, place: Place, box: Uint8Array): Uint8Array {
  return openBox(dataKey.box, box, placeContext(dataKey, place));
}

function makeDataKey(licenseId: string, bytes: Uint8Array): DataKey {
  return { licenseId, bytes, box: makeBoxKey(bytes) };
}

const holderContext = (holderKey: Uint8Array): string => `license.holder_keys ${toHex(holderKey)}`;
const wrapContext = (licenseId: string, holderKey: Uint8Array): string =>
  `license.licenses.wrapped_keys ${licenseId} ${toHex(holderKey)}`;
const placeContext = ({ licenseId }: DataKey, place: Place): string => `license ${licenseId} ${place}`;
