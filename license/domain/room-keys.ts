// Every key of the room, each for one purpose. What must stay the same for ever (the pepper of holder keys, the key of
// fingerprints) and what lives for minutes (sessions, requests under way) comes from the room's own random secret, which lies
// sealed in the database; the keys of holders lie sealed under the master key itself. So the master key can be changed.
import { deriveBoxKeys, type MasterKeys } from '../../common/crypto/master-keys.ts';
import { type BoxKey, type BoxKeyring, deriveKey, keyIdOf, makeBoxKey } from '../../common/crypto/sealed-box.ts';
import { makeOpenedKeys, type OpenedKeys } from './opened-keys.ts';

export type RoomKeys = {
  /** Makes holder keys out of holder codes. */
  readonly pepper: Uint8Array;
  /** Fingerprints requests, which hold numbers that could be tried one by one against a plain hash. */
  readonly fingerprint: Uint8Array;
  /** Makes keys out of the 8 digits of presentation codes. */
  readonly digits: Uint8Array;
  /** Closes what a session knows of its person, and cookies that only we may read. */
  readonly sessionBox: BoxKey;
  /** Closes the secrets of those who subscribed to webhooks. */
  readonly webhookBox: BoxKey;
  /** Closes drafts of the desk and rows of lists until their licenses are made. */
  readonly deskBox: BoxKey;
  /** Closes the keys of holders; its ids are those of the master keys. */
  readonly holderKeyBox: BoxKeyring;
  /** Keys of holders that were opened before, by their boxes. */
  readonly opened: OpenedKeys;
};

/** `rootSecret`: the room's own 32 random bytes. */
export function makeRoomKeys(masters: MasterKeys, rootSecret: Uint8Array): RoomKeys {
  const rootId = keyIdOf(rootSecret);
  const boxKey = (purpose: string): BoxKey => makeBoxKey(deriveKey(rootSecret, purpose), rootId);
  return {
    pepper: deriveKey(rootSecret, 'license holder pepper'),
    fingerprint: deriveKey(rootSecret, 'license request fingerprint'),
    digits: deriveKey(rootSecret, 'license presentation digits'),
    sessionBox: boxKey('license session box'),
    webhookBox: boxKey('license webhook box'),
    deskBox: boxKey('license desk box'),
    holderKeyBox: deriveBoxKeys(masters, 'license holder key'),
    opened: makeOpenedKeys(),
  };
}
