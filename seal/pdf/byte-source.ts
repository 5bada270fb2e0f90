// Random access to bytes without holding them: the reader, the writer and the verifier see a document only through this.
// Reading is synchronous: sources are memory or a local file, and a read is a few kilobytes.
// Not here: the file source (seal/store/file-source.ts), because this folder does no I/O.

/** `read` returns exactly `length` bytes; asking past `size` is a programming error and throws RangeError. */
export type ByteSource = {
  /** Bytes in all. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` from `offset` on; for sources whose `read` has to allocate. */
  readonly fill?: (offset: number, target: Uint8Array) => void;
};

/** A source over bytes in memory; reads are views, nothing is copied. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      checkBounds(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** The first `size` bytes of a source: a document as it stood at an earlier revision. */
export function firstBytes(source: ByteSource, size: number): ByteSource {
  checkBounds(source.size, 0, size);
  return {
    size,
    read(offset, length) {
      checkBounds(size, offset, length);
      return source.read(offset, length);
    },
  };
}

type Part = { readonly start: number; readonly bytes: Uint8Array };

/** A source with updates behind it. A class and no map from sources to parts: what a map holds outlives it by a collection. */
class JoinedSource implements ByteSource {
  readonly size: number;
  readonly head: ByteSource;
  readonly parts: readonly Part[];

  constructor(head: ByteSource, parts: readonly Part[], size: number) {
    this.head = head;
    this.parts = parts;
    this.size = size;
  }

  read(offset: number, length: number): Uint8Array {
    checkBounds(this.size, offset, length);
    // What was appended last is read most.
    for (let i = this.parts.length - 1; i >= 0; i--) {
      const { start, bytes } = this.parts[i]!;
      if (offset < start) continue;
      const at = offset - start;
      return at + length <= bytes.length
        ? bytes.subarray(at, at + length)
        : gather(this.head, this.parts, offset, length);
    }
    return offset + length <= this.head.size
      ? this.head.read(offset, length)
      : gather(this.head, this.parts, offset, length);
  }
}

/** `head` followed by `tail`: an input and its appended update, without joining them in memory. Revisions are one list, no tower. */
export function joinSources(head: ByteSource, tail: Uint8Array): ByteSource {
  const part = { start: head.size, bytes: tail };
  const size = head.size + tail.length;
  return head instanceof JoinedSource
    ? new JoinedSource(head.head, [...head.parts, part], size)
    : new JoinedSource(head, [part], size);
}

/** Bytes that lie in several parts. */
function gather(head: ByteSource, parts: readonly Part[], offset: number, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  if (offset < head.size) whole.set(head.read(offset, Math.min(length, head.size - offset)));
  for (const { start, bytes } of parts) {
    const from = Math.max(offset, start);
    const to = Math.min(offset + length, start + bytes.length);
    if (from < to) whole.set(bytes.subarray(from - start, to - start), from - offset);
  }
  return whole;
}

/** A source with some of its bytes replaced, from `at` on. */
export function overlaySource(source: ByteSource, at: number, bytes: Uint8Array): ByteSource {
  checkBounds(source.size, at, bytes.length);
  const fill = (offset: number, target: Uint8Array): void => {
    if (source.fill) source.fill(offset, target);
    else target.set(source.read(offset, target.length));
    const from = Math.max(offset, at);
    const to = Math.min(offset + target.length, at + bytes.length);
    if (from < to) target.set(bytes.subarray(from - at, to - at), from - offset);
  };
  return {
    size: source.size,
    fill,
    read(offset, length) {
      checkBounds(source.size, offset, length);
      const target = new Uint8Array(length);
      fill(offset, target);
      return target;
    },
  };
}

export const SLICE_BYTES = 256 * 1024;

/**
 * Slices of at most 256 KiB from `start` to `end`; a slice is valid until the next one is asked for. `buffer`: of so many bytes,
 * for who asks again and again; otherwise each call has its own.
 */
export function* slices(source: ByteSource, start: number, end: number, buffer?: Uint8Array): Generator<Uint8Array> {
  const shared = source.fill ? (buffer ?? new Uint8Array(Math.min(SLICE_BYTES, end - start))) : null;
  for (let offset = start; offset < end; offset += SLICE_BYTES) {
    const length = Math.min(SLICE_BYTES, end - offset);
    if (shared && source.fill) {
      const slice = shared.subarray(0, length);
      source.fill(offset, slice);
      yield slice;
    } else yield source.read(offset, length);
  }
}

/** All bytes, in memory of their own; the caller has looked at the size. */
export function readWhole(source: ByteSource): Uint8Array {
  const whole = new Uint8Array(source.size);
  let at = 0;
  for (const slice of slices(source, 0, source.size)) {
    whole.set(slice, at);
    at += slice.length;
  }
  return whole;
}

function checkBounds(size: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > size) {
    throw new RangeError(`read of ${length} bytes at ${offset} leaves the source of ${size} bytes`);
  }
}
