// A WebAssembly module whose memory cannot grow past a bound: the maximum in its memory section is rewritten before it is
// compiled. The heap limit of a thread does not count such memory, so this is what bounds a hostile document.
// The same way its table gets room for a function of ours.

const PAGE_BYTES = 64 * 1024;
const TABLE_SECTION = 4;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;

/** A copy of the module that fails to grow past `maxBytes`; RangeError where it has no maximum of its own, or a smaller one. */
export function limitMemory(wasm: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  const pages = Math.floor(maxBytes / PAGE_BYTES);
  return changeMaximum(wasm, { section: MEMORY_SECTION, skip: 0 }, (maximum) => {
    if (pages > maximum) throw new RangeError(`the module allows ${maximum} pages of memory, fewer than ${pages}`);
    return pages;
  });
}

/** A copy of the module whose table can take one function more: the one that PDFium calls back. */
export function allowCallback(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  return changeMaximum(wasm, { section: TABLE_SECTION, skip: 1 }, (maximum) => maximum + 1);
}

/** `skip`: bytes between the count of a section and the limits of its only entry. */
function changeMaximum(
  wasm: Uint8Array,
  { section, skip }: { readonly section: number; readonly skip: number },
  change: (maximum: number) => number,
): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(wasm);
  const [count, afterCount] = readUnsigned(copy, findSection(copy, section));
  const [flags, afterFlags] = readUnsigned(copy, afterCount + skip);
  const [, start] = readUnsigned(copy, afterFlags);
  if (count !== 1 || flags !== HAS_MAXIMUM) throw new RangeError('the module has no single entry with a maximum');
  const [maximum, end] = readUnsigned(copy, start);
  // As many bytes as before, so that nothing behind it moves: LEB128 may be padded with zeros.
  let rest = change(maximum);
  for (let i = start; i < end; i++, rest >>>= 7) copy[i] = (rest & 0x7f) | (i < end - 1 ? 0x80 : 0);
  if (rest > 0) throw new RangeError('the maximum needs more bytes than the module gives it');
  return copy;
}

function findSection(wasm: Uint8Array, wanted: number): number {
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at]!;
    const [size, body] = readUnsigned(wasm, at + 1);
    if (id === wanted) return body;
    at = body + size;
  }
  throw new RangeError(`the module has no section ${wanted}`);
}

/** An unsigned LEB128 of at most 5 bytes, and the position behind it. */
function readUnsigned(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  throw new RangeError('a number of the module is too long');
}
