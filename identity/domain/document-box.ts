// How what is personal rests: name, document, phone number and mail address in one sealed box, and keyed digests to find the
// account by them. Different keys for both, derived from the room's master key.
import { utf8 } from '../../common/bytes.ts';
import { closeBox, deriveKey, hmacSm3, openBox } from '../../common/crypto/sealed-box.ts';
import type { AccountDocument, Holder } from './account.ts';

export type DocumentKeys = { readonly box: Uint8Array; readonly lookup: Uint8Array };

/** `rootSecret`: 32 bytes. */
export function deriveDocumentKeys(rootSecret: Uint8Array): DocumentKeys {
  return {
    box: deriveKey(rootSecret, 'identity account document'),
    lookup: deriveKey(rootSecret, 'identity account lookup'),
  };
}

/** Digest by which an account is found again: HMAC-SM3 over kind and text, 32 bytes. */
export function makeHolderKey(keys: DocumentKeys, { type, code }: Holder): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`holder:${type}:${code}`));
}

export function makePhoneKey(keys: DocumentKeys, phone: string): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`phone:${phone}`));
}

export function makeMailKey(keys: DocumentKeys, mail: string): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`mail:${mail}`));
}

/** Digest under which tries to log in are counted. */
export function makeLoginKey(keys: DocumentKeys, login: string): Uint8Array {
  return hmacSm3(keys.lookup, utf8(`login:${login}`));
}

export type DocumentLookups = {
  readonly holderKey: Uint8Array | null;
  readonly phoneKey: Uint8Array | null;
  readonly mailKey: Uint8Array | null;
};

/** All digests that belong to what is in a box. */
export function makeLookups(keys: DocumentKeys, { holder, phone, mail }: AccountDocument): DocumentLookups {
  return {
    holderKey: holder ? makeHolderKey(keys, holder) : null,
    phoneKey: phone === undefined ? null : makePhoneKey(keys, phone),
    mailKey: mail === undefined ? null : makeMailKey(keys, mail),
  };
}

/** The box belongs to the account's `sub` and opens for no other. */
export function closeDocument(keys: DocumentKeys, sub: string, document: AccountDocument): Uint8Array {
  return closeText(keys, accountPlace(sub), JSON.stringify(document));
}

/** Throws `sealed-box-corrupt`. Boxes of earlier versions are without `name`. */
export function openDocument(keys: DocumentKeys, sub: string, box: Uint8Array): AccountDocument {
  return JSON.parse(openText(keys, accountPlace(sub), box)) as AccountDocument;
}

/** A text of ours at a place of its own (`identity.drafts/…`), from where it opens nowhere else. */
export function closeText(keys: DocumentKeys, place: string, text: string): Uint8Array {
  return closeBox(keys.box, utf8(text), place);
}

/** Throws `sealed-box-corrupt`. */
export function openText(keys: DocumentKeys, place: string, box: Uint8Array): string {
  return new TextDecoder().decode(openBox(keys.box, box, place));
}

function accountPlace(sub: string): string {
  return `identity.accounts/${sub}`;
}
