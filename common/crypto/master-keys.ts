// The master key of a room, and those before it that still open what they closed. A box under a master key names it, so that
// `xinji keys rewrap` finds what a former key still holds.
import { type BoxKey, type BoxKeyring, deriveKey, keyIdOf, makeBoxKey } from './sealed-box.ts';

/** 32 bytes each; the first closes, all open. */
export type MasterKeys = readonly [Uint8Array, ...Uint8Array[]];

/** XINJI_MASTER_KEY and the list of XINJI_MASTER_KEY_PREVIOUS. */
export function masterKeysOf(config: {
  readonly masterKey: Uint8Array;
  readonly previousMasterKeys: readonly Uint8Array[];
}): MasterKeys {
  return [config.masterKey, ...config.previousMasterKeys];
}

/** The key of one purpose under each master key; each bears the id of its master key. */
export function deriveBoxKeys(masters: MasterKeys, purpose: string): BoxKeyring {
  const [current, ...previous] = masters;
  const make = (master: Uint8Array): BoxKey => makeBoxKey(deriveKey(master, purpose), keyIdOf(master));
  return [make(current), ...previous.map(make)];
}
