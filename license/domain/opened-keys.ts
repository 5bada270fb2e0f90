// Remembers what opening a holder's key gave, by the very bytes that were opened. The box is read with every license, so a
// holder whose row was deleted is not found here either: what is remembered spares the work, never the row.
import type { BoxKey } from '../../common/crypto/sealed-box.ts';

export type OpenedKeys = {
  /** The key in `box`; `open` is asked once for the same holder and box, as long as it is remembered. */
  readonly get: (holderKey: Uint8Array, box: Uint8Array, open: () => BoxKey) => BoxKey;
};

const MOST = 10_000;

/** At most `most` keys, in two generations: the older goes when the younger is full. */
export function makeOpenedKeys(most: number = MOST): OpenedKeys {
  let young = new Map<string, BoxKey>();
  let old = new Map<string, BoxKey>();
  return {
    get: (holderKey, box, open) => {
      const name = nameOf(holderKey, box);
      const known = young.get(name) ?? old.get(name);
      const key = known ?? open();
      if (!young.has(name)) {
        if (young.size >= most / 2) [old, young] = [young, new Map()];
        young.set(name, key);
      }
      return key;
    },
  };
}

const nameOf = (holderKey: Uint8Array, box: Uint8Array): string =>
  `${Buffer.from(holderKey).toString('latin1')}${Buffer.from(box).toString('latin1')}`;
