// Bytes of a list of fields, such that no two lists give the same bytes: a tag, then each field with its length in front.
// What is hashed or signed for the audit log is always made here. Pure.
import { concatBytes, utf8 } from '../bytes.ts';

/** A whole number is written in decimal; null is told apart from the empty text. */
export type Field = string | number | Uint8Array | null;

const NOTHING = 0xffff_ffff;

/**
 * `tag` says what the list is (and fixes the number of its fields), so that bytes of one kind never pass for another.
 * RangeError for a text that UTF-8 cannot carry (a lone surrogate) or a number that is not a safe integer: they would
 * be written as something else.
 */
export function encodeFields(tag: string, fields: readonly Field[]): Uint8Array {
  return concatBytes(...[tag, fields.length, ...fields].flatMap(encodeField));
}

function encodeField(field: Field): readonly Uint8Array[] {
  if (field === null) return [uint32(NOTHING)];
  const bytes = typeof field === 'object' ? field : utf8(textOf(field));
  if (bytes.length >= NOTHING) throw new RangeError('a field of the audit log is too long');
  return [uint32(bytes.length), bytes];
}

function textOf(field: string | number): string {
  if (typeof field === 'string') {
    if (!field.isWellFormed()) throw new RangeError('a text of the audit log has a lone surrogate');
    return field;
  }
  if (!Number.isSafeInteger(field)) throw new RangeError(`a number of the audit log is ${field}`);
  return String(field);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
