// Puts the keys of holders under the current master key, in batches, while rooms run: a box is replaced only if it still is
// the one that was read. Broken off, it is started again and meets only what is left; two at once do nothing twice.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { isTrustError } from '../../common/errors.ts';
import { type HolderKeyRow, rewrapHolderKey } from '../domain/data-keys.ts';
import type { RoomKeys } from '../domain/room-keys.ts';
import { listHolderKeysToRewrap, replaceHolderKeyBoxes } from '../store/holder-keys.ts';

export type Rewrapped = {
  readonly rewrapped: number;
  /** Rows that no master key that is here opens, by the key they name. */
  readonly unreadable: ReadonlyMap<string, number>;
};

const BATCH = 1000;

/** `progress` is told the sum after each batch. */
export async function rewrapHolderKeys(
  db: Knex,
  keys: Pick<RoomKeys, 'holderKeyBox'>,
  progress: (rewrapped: number) => void,
  batch: number = BATCH,
): Promise<Rewrapped> {
  const unreadable = new Map<string, number>();
  const rewrap = (former: HolderKeyRow): readonly { former: HolderKeyRow; fresh: HolderKeyRow }[] => {
    try {
      return [{ former, fresh: rewrapHolderKey(keys, former, randomBytes) }];
    } catch (error) {
      if (!isTrustError(error, 'sealed-box-corrupt')) throw error;
      unreadable.set(former.keyId, (unreadable.get(former.keyId) ?? 0) + 1);
      return [];
    }
  };
  let rewrapped = 0;
  for (let after = new Uint8Array(); ; ) {
    const rows = await listHolderKeysToRewrap(db, keys.holderKeyBox[0].id, after, batch);
    rewrapped += await replaceHolderKeyBoxes(db, rows.flatMap(rewrap));
    if (rows.length > 0) progress(rewrapped);
    if (rows.length < batch) return { rewrapped, unreadable };
    after = new Uint8Array(rows.at(-1)!.holderKey);
  }
}
