// What the QR code on a face holds: the public page that checks licenses, the identifier of the version, and the code of 80
// bits that is kept in its record. Who has it may see type, authority, state and the masked holder, and nothing more.

/** Crockford's base 32 without I, L, O and U: 16 characters are 80 bits. */
export const VERIFY_CODE = /^[0-9A-HJKMNP-TV-Z]{16}$/;

export type FaceLink = { readonly identifier: string; readonly verifyCode: string };

/** `https://…/verify?id=IDENTIFIER&code=CODE`. */
export function makeFaceLink(verifyUrl: string, { identifier, verifyCode }: FaceLink): string {
  return `${verifyUrl}?id=${identifier}&code=${verifyCode}`;
}

/** Reads what `makeFaceLink` wrote, whatever the address before it; null for anything else. Nothing of it is judged. */
export function parseFaceLink(text: string): FaceLink | null {
  const found = /\?id=([0-9A-Za-z._-]{1,160})&code=([0-9A-Z]{16})$/.exec(text.trim());
  const [, identifier = '', verifyCode = ''] = found ?? [];
  return VERIFY_CODE.test(verifyCode) ? { identifier, verifyCode } : null;
}
