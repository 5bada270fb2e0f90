// How the codes of a person rest: the holder code, its type and the phone number in one sealed box, and keyed digests to
// find the account by them. Different keys for both, derived from the room's master key.
import { utf8 } from '../../common/bytes.ts';
import { closeBox, deriveKey, hmacSm3, openBox } from '../../common/crypto/sealed-box.ts';
import type { AccountDocument, Holder } from './account.ts';

export type DocumentKeys = { readonly box: Uint8Array; readonly lookup: Uint8Array };

/** `masterKey`: 32 bytes. */
export function deriveDocumentKeys(masterKey: Uint8Array): DocumentKeys {
  return {
    box: deriveKey(masterKey, 'identity account document'),
    lookup: deriveKey(masterKey, 'identity account lookup'),
  };
}

/** Digest by which an account is found again: HMAC-SM3 over kind and text, 32 bytes. */
export function makeHolderKey(keys: DocumentKeys, { type, code }: Holder): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`holder:${type}:${code}`));
}

export function makePhoneKey(keys: DocumentKeys, phone: string): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`phone:${phone}`));
}

/** Digest under which tries to log in are counted. */
export function makeLoginKey(keys: DocumentKeys, login: string): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`login:${login}`));
}

/** The box belongs to the account's `sub` and opens for no other. */
export function closeDocument(keys: DocumentKeys, sub: string, document: AccountDocument): Uint8Array {
  return closeBox(keys.box, utf8(JSON.stringify(document)), contextOf(sub));
}

/** Throws `sealed-box-corrupt`. */
export function openDocument(keys: DocumentKeys, sub: string, box: Uint8Array): AccountDocument {
  return JSON.parse(new TextDecoder().decode(openBox(keys.box, box, contextOf(sub)))) as AccountDocument;
}

function contextOf(sub: string): string {
  return `identity.accounts/${sub}`;
}
