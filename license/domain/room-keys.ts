// Every key of the room, derived from its master key, each for one purpose.
import { deriveKey } from '../../common/crypto/sealed-box.ts';

export type RoomKeys = {
  /** Makes holder keys out of holder codes. */
  readonly pepper: Uint8Array;
  /** Closes holder codes at rest. */
  readonly holderBox: Uint8Array;
  /** Closes the content of an issue until the license is made. */
  readonly issueBox: Uint8Array;
  /** Fingerprints requests, which hold numbers that could be tried one by one against a plain hash. */
  readonly fingerprint: Uint8Array;
  /** Closes what a session knows of its person, and cookies that only we may read. */
  readonly sessionBox: Uint8Array;
};

/** From the 32 bytes of XINJI_MASTER_KEY. */
export function makeRoomKeys(masterKey: Uint8Array): RoomKeys {
  return {
    pepper: deriveKey(masterKey, 'license holder pepper'),
    holderBox: deriveKey(masterKey, 'license holder box'),
    issueBox: deriveKey(masterKey, 'license issue box'),
    fingerprint: deriveKey(masterKey, 'license request fingerprint'),
    sessionBox: deriveKey(masterKey, 'license session box'),
  };
}
