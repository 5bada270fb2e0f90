// A PNG (ISO/IEC 15948) on its way into a PDF: PDF has the filters and the deflate of PNG, so the compressed samples of a
// plain picture go in as they are. They are inflated once, to no more than the picture's own size, to see that they are whole.
// Not here: transparency, interlacing and 16 bits, which PDF has no such way for; they are refused.
import { crc32, inflateSync } from 'node:zlib';
import { concatBytes } from '../bytes.ts';
import { TrustError } from '../errors.ts';

export type Png = {
  readonly width: number;
  readonly height: number;
  readonly bits: 1 | 2 | 4 | 8;
  /** 1 is grey or an index, 3 is colour. */
  readonly components: 1 | 3;
  /** Red, green and blue of each index; null without indices. */
  readonly palette: Uint8Array | null;
  /** Deflated lines, each with its filter (a PDF reads them with /Predictor 15). */
  readonly samples: Uint8Array;
};

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = 0;
const COLOUR = 2;
const INDEXED = 3;

type Refuse = (reason: string) => never;

/** Throws `license-fields-invalid` with `pointer` for a picture that is broken, of another kind, or above `maxPixels`. */
export function readPng(bytes: Uint8Array, maxPixels: number, pointer: string): Png {
  const refuse: Refuse = (reason) => {
    throw new TrustError('license-fields-invalid', `the PNG cannot be used: ${reason}`, { pointer });
  };
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) refuse('it does not begin with its signature');
  const chunks = readChunks(bytes, refuse);
  if (chunks[0]?.type !== 'IHDR' || chunks.at(-1)?.type !== 'IEND') refuse('it has no whole frame of chunks');
  const { width, height, bits, kind } = readHeader(chunks[0]?.body ?? new Uint8Array(), refuse);
  if (width * height > maxPixels) refuse(`${width} × ${height} pixels are more than ${maxPixels}`);
  if (chunks.some(({ type }) => type === 'tRNS')) refuse('it has transparency');
  const palette = kind === INDEXED ? readPalette(chunks, bits, refuse) : null;
  const components = kind === COLOUR ? 3 : 1;
  const samples = concatBytes(...chunks.filter(({ type }) => type === 'IDAT').map(({ body }) => body));
  checkSamples(samples, { height, line: Math.ceil((width * components * bits) / 8) }, refuse);
  return { width, height, bits, components, palette, samples };
}

type Chunk = { readonly type: string; readonly body: Uint8Array };

function readChunks(bytes: Uint8Array, refuse: Refuse): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < bytes.length; ) {
    if (at + 12 > bytes.length) refuse('a chunk is cut off');
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) refuse('a chunk is longer than the file');
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) refuse('a checksum is wrong');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, body: bytes.subarray(at + 8, end - 4) });
    at = end;
    if (type === 'IEND' && at < bytes.length) refuse('bytes follow its end');
  }
  return chunks;
}

function readHeader(
  header: Uint8Array,
  refuse: Refuse,
): { readonly width: number; readonly height: number; readonly bits: Png['bits']; readonly kind: number } {
  if (header.length !== 13) refuse('its header has another length');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [bits, kind, compression, filter, interlace] = header.subarray(8);
  if (kind !== GREY && kind !== COLOUR && kind !== INDEXED) return refuse('it has transparency');
  if (compression !== 0 || filter !== 0) refuse('its compression is unknown');
  if (interlace !== 0) refuse('it is interlaced');
  if (bits !== 8 && (kind === COLOUR || (bits !== 1 && bits !== 2 && bits !== 4))) {
    return refuse('at most 8 bits a sample are expected');
  }
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (width === 0 || height === 0) refuse('it is empty');
  return { width, height, bits, kind };
}

function readPalette(chunks: readonly Chunk[], bits: number, refuse: Refuse): Uint8Array {
  const palette = chunks.find(({ type }) => type === 'PLTE')?.body ?? new Uint8Array();
  if (palette.length === 0 || palette.length % 3 !== 0 || palette.length > 3 * 2 ** bits) {
    refuse('its palette does not fit');
  }
  return palette;
}

/** Inflates to the size that the header promises and not a byte more, and looks at the filter of each line. */
function checkSamples(samples: Uint8Array, size: { height: number; line: number }, refuse: Refuse): void {
  const expected = size.height * (1 + size.line);
  const lines = inflate(samples, expected);
  if (lines?.length !== expected) refuse('its samples are not what its size says');
  for (let at = 0; at < expected; at += 1 + size.line) {
    if ((lines?.[at] ?? 5) > 4) refuse('a line has an unknown filter');
  }
}

/** Null for what is no deflated text, or a longer one. */
function inflate(bytes: Uint8Array, maxOutputLength: number): Uint8Array | null {
  try {
    return inflateSync(bytes, { maxOutputLength });
  } catch {
    return null;
  }
}
