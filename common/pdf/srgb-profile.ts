// The colour space of our files: an ICC profile of sRGB (IEC 61966-2-1) as a monitor of matrix and curves, version 2, of
// 2.6 KB, made here so that its bytes are ours. PDF/A wants one as the output intent. Same bytes every time.
import { concatBytes } from '../bytes.ts';

const CURVE_POINTS = 1024;
/** Primaries and white of sRGB, adapted to D50 by Bradford, as XYZ. */
const D50 = [0.9642, 1, 0.8249];
const RED = [0.43607, 0.22249, 0.01392];
const GREEN = [0.38515, 0.71687, 0.09708];
const BLUE = [0.14307, 0.06061, 0.7141];

/** The profile. */
export function makeSrgbProfile(): Uint8Array {
  const curve = curveTag();
  const tags: readonly (readonly [string, Uint8Array])[] = [
    ['desc', descriptionTag('sRGB IEC61966-2-1')],
    ['cprt', concatBytes(ascii('text'), u32(0), ascii('No copyright, use freely\0'))],
    ['wtpt', xyzTag(D50)],
    ['rXYZ', xyzTag(RED)],
    ['gXYZ', xyzTag(GREEN)],
    ['bXYZ', xyzTag(BLUE)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  const rows: Uint8Array[] = [];
  const bodies = new Map<Uint8Array, number>();
  let end = 128 + 4 + 12 * tags.length;
  for (const [signature, tag] of tags) {
    const at = bodies.get(tag) ?? end;
    rows.push(concatBytes(ascii(signature), u32(at), u32(tag.length)));
    if (bodies.has(tag)) continue;
    bodies.set(tag, at);
    end += padded(tag).length;
  }
  return concatBytes(header(end), u32(tags.length), ...rows, ...[...bodies.keys()].map(padded));
}

/** From the value of a channel, 0 to 1, to light, 0 to 1. */
export function srgbToLight(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function header(size: number): Uint8Array {
  const bytes = new Uint8Array(128);
  bytes.set(u32(size), 0);
  bytes.set(u32(0x02100000), 8);
  bytes.set(ascii('mntrRGB XYZ '), 12);
  bytes.set([0x07, 0xea, 0, 1, 0, 1], 24); // 2026-01-01
  bytes.set(ascii('acsp'), 36);
  bytes.set(concatBytes(...D50.map(fixed)), 68);
  return bytes;
}

function curveTag(): Uint8Array {
  const points = new Uint8Array(2 * CURVE_POINTS);
  for (let i = 0; i < CURVE_POINTS; i++) {
    const light = Math.round(srgbToLight(i / (CURVE_POINTS - 1)) * 65_535);
    points.set([light >> 8, light & 0xff], 2 * i);
  }
  return concatBytes(ascii('curv'), u32(0), u32(CURVE_POINTS), points);
}

/** ASCII only; the Unicode and Macintosh parts are there and empty. */
function descriptionTag(text: string): Uint8Array {
  const words = ascii(`${text}\0`);
  return concatBytes(ascii('desc'), u32(0), u32(words.length), words, new Uint8Array(4 + 4 + 2 + 1 + 67));
}

function xyzTag(values: readonly number[]): Uint8Array {
  return concatBytes(ascii('XYZ '), u32(0), ...values.map(fixed));
}

/** s15Fixed16Number. */
function fixed(value: number): Uint8Array {
  return u32(Math.round(value * 65_536));
}

function padded(tag: Uint8Array): Uint8Array {
  return concatBytes(tag, new Uint8Array((4 - (tag.length % 4)) % 4));
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
