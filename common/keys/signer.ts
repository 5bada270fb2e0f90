// The port behind which private keys live: software workers here, a device elsewhere.
// A signer takes the message and the user id, never a bare digest: it computes Z and SM3 itself, and the driver of a
// device turns the message into the value e that the device wants.

import type { Sm2PrivateKey } from '../crypto/sm2.ts';

export type Signer = {
  /**
   * SM2 signature (DER SEQUENCE { r, s }) over SM3(Z ‖ message) by the key that `keyRef` names; the user id is the default
   * of GB/T 35276 unless given. Rejects with `key-not-found` for an unknown reference and `stopping` after `close`.
   */
  readonly sign: (keyRef: string, message: Uint8Array, userId?: string) => Promise<Uint8Array>;
  /** Takes in a key that was made at run time, for every thread; loading a reference again replaces its key. */
  readonly load: (keyRef: string, key: Sm2PrivateKey) => void;
  /** Forgets a key; later signatures by it are `key-not-found`. An unknown reference is nothing. */
  readonly unload: (keyRef: string) => void;
  /** Waits for signatures in flight, then lets the keys go. */
  readonly close: () => Promise<void>;
};
