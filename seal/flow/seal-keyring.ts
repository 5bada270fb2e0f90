// Keys that use seals, by reference: those of the key folder, and those that this room made, which are opened from their
// sealed boxes when first needed and handed to the signer. A destroyed key is not there, and is forgotten where it was loaded.
import { Buffer } from 'node:buffer';
import type { Knex } from 'knex';
import { deriveKey, openBox } from '../../common/crypto/sealed-box.ts';
import { importSm2PrivateKey } from '../../common/crypto/sm2.ts';
import type { Signer } from '../../common/keys/signer.ts';
import { type Certificate, parseCertificate } from '../../common/pki/certificate.ts';
import { findCertificateOfKey, findKey, listDestroyed } from '../store/seal-keys.ts';

export type SealKeyring = {
  /** The certificate of a key that the signer can use from now on; null when there is no such key. Code: `sealed-box-corrupt`. */
  certificateOf(keyRef: string): Promise<Certificate | null>;
  /** Forgets keys that were destroyed since. */
  sweep(): Promise<void>;
};

export type KeyringOptions = {
  readonly db: Knex;
  readonly signer: Pick<Signer, 'load' | 'unload'>;
  /** The secret of the room, 32 bytes; null when it has none yet, and so has made no key. */
  readonly rootSecret: Uint8Array | null;
  /** Of the key folder. */
  readonly certificates: ReadonlyMap<string, Certificate>;
};

/** Purpose of the key that closes the boxes, and the place of a box. */
export const KEY_PURPOSE = 'seal-keys';
export const boxContext = (keyRef: string): string => `seal.seal_keys.box ${keyRef}`;

export function makeSealKeyring({ db, signer, rootSecret, certificates }: KeyringOptions): SealKeyring {
  const loaded = new Map<string, Certificate>();
  return {
    certificateOf: async (keyRef) => {
      const known = certificates.get(keyRef) ?? loaded.get(keyRef);
      if (known) return known;
      const [key, row] = [await findKey(db, keyRef), await findCertificateOfKey(db, keyRef)];
      if (!key?.box || !row?.certificate || !rootSecret) return null;
      const pkcs8 = openBox(deriveKey(rootSecret, KEY_PURPOSE), key.box, boxContext(keyRef));
      signer.load(keyRef, importSm2PrivateKey(Buffer.from(pkcs8).toString('utf8')));
      const certificate = parseCertificate(new Uint8Array(row.certificate));
      loaded.set(keyRef, certificate);
      return certificate;
    },
    sweep: async () => {
      for (const keyRef of await listDestroyed(db, [...loaded.keys()])) {
        loaded.delete(keyRef);
        signer.unload(keyRef);
      }
    },
  };
}
