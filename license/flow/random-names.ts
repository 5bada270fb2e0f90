// Random parts of the names of a license.
import { randomBytes } from 'node:crypto';
import { makeToken } from '../../common/ids.ts';
import { SERIAL_CHARACTERS, VERIFY_CODE_CHARACTERS } from '../domain/issue-content.ts';

const SERIAL_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** 20 of 0-9 A-Z without bias: bytes beyond the last multiple of 36 are thrown away. */
export function makeSerial(): string {
  let serial = '';
  while (serial.length < SERIAL_CHARACTERS) {
    for (const byte of randomBytes(32)) {
      if (byte < 252 && serial.length < SERIAL_CHARACTERS) serial += SERIAL_ALPHABET.charAt(byte % 36);
    }
  }
  return serial;
}

/** 80 bits in Crockford's base 32, upper case as it is printed. */
export function makeVerifyCode(): string {
  return makeToken(VERIFY_CODE_CHARACTERS).toUpperCase();
}
