// The port behind which private keys live: software workers here, a device elsewhere.
// A signer takes the message and the user id, never a bare digest: it computes Z and SM3 itself, and the driver of a
// device turns the message into the value e that the device wants.

export type Signer = {
  /**
   * SM2 signature (DER SEQUENCE { r, s }) over SM3(Z ‖ message) by the key that `keyRef` names; the user id is the default
   * of GB/T 35276 unless given. Rejects with `key-not-found` for an unknown reference and `stopping` after `close`.
   */
  readonly sign: (keyRef: string, message: Uint8Array, userId?: string) => Promise<Uint8Array>;
  /** Waits for signatures in flight, then lets the keys go. */
  readonly close: () => Promise<void>;
};
