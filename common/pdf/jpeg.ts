// A JPEG (ITU-T T.81) on its way into a PDF: its markers are walked to the last byte, pixels are not decoded. What is not a
// picture in it (Exif with its places, thumbnails, comments) is left out; what decides its colours (JFIF, Adobe) stays.
import { concatBytes } from '../bytes.ts';
import { TrustError } from '../errors.ts';

export type Jpeg = {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 is colour. */
  readonly components: 1 | 3;
  /** The file without what was left out. */
  readonly bytes: Uint8Array;
};

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const KEPT_APPLICATION = new Set([0xe0, 0xee]); // JFIF, Adobe
const COMMENT = 0xfe;
/** Tables and frames that a decoder of PDF knows: DQT, DHT, DRI, baseline, extended and progressive Huffman. */
const KNOWN = new Set([0xdb, 0xc4, 0xdd, 0xc0, 0xc1, 0xc2]);
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);

/** Reads a JPEG of 8 bits a sample. Throws `license-fields-invalid` with `pointer` for one that is broken, or of another kind. */
export function readJpeg(bytes: Uint8Array, pointer: string): Jpeg {
  const refuse = (reason: string): never => {
    throw new TrustError('license-fields-invalid', `the JPEG cannot be used: ${reason}`, { pointer });
  };
  if (bytes[0] !== 0xff || bytes[1] !== SOI) refuse('it does not begin with its marker');
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let frame: Omit<Jpeg, 'bytes'> | null = null;
  let scans = 0;
  let at = 2;
  for (;;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) refuse(`no marker at byte ${at}`);
    if (marker === EOI) break;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    let end = at + 2 + length;
    if (length < 2 || end > bytes.length) refuse('a segment is longer than the file');
    if (FRAMES.has(marker)) {
      if (frame) refuse('it has two frames');
      frame =
        readFrame(bytes.subarray(at + 4, end)) ?? refuse('8 bits a sample, grey or three components are expected');
    } else if (marker === SOS) {
      if (!frame) refuse('a scan comes before the frame');
      scans += 1;
      end = skipScan(bytes, end);
    } else if (!KNOWN.has(marker) && marker !== COMMENT && (marker & 0xf0) !== 0xe0) {
      refuse(`its marker FF${marker.toString(16).toUpperCase()} belongs to another kind of JPEG`);
    }
    const isLeftOut = marker === COMMENT || ((marker & 0xf0) === 0xe0 && !KEPT_APPLICATION.has(marker));
    if (!isLeftOut) kept.push(bytes.subarray(at, end));
    at = end;
  }
  if (at + 2 !== bytes.length) refuse('bytes follow its end');
  if (!frame || scans === 0) return refuse('it has no picture');
  return { ...frame, bytes: concatBytes(...kept, bytes.subarray(at)) };
}

/** T.81, B.2.2: precision, lines, samples a line, components. */
function readFrame(frame: Uint8Array): Omit<Jpeg, 'bytes'> | null {
  const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = frame;
  const [width, height] = [(w1 << 8) | w0, (h1 << 8) | h0];
  if (precision !== 8 || width === 0 || height === 0 || frame.length !== 6 + 3 * components) return null;
  return components === 1 || components === 3 ? { width, height, components } : null;
}

/** To the next marker that is neither a stuffed byte nor a restart. */
function skipScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}
