// What is taken as the picture of a face: a JPEG or PNG, by its first bytes. Whether it shows a face is the source's business.

export const MAX_PICTURE_BYTES = 4 * 1024 * 1024;

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export function isPicture(bytes: Uint8Array): boolean {
  if (bytes.length < 64 || bytes.length > MAX_PICTURE_BYTES) return false;
  return [JPEG, PNG].some((magic) => magic.every((byte, index) => bytes[index] === byte));
}
