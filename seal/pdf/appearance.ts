// How a seal is drawn: a picture with soft mask as image XObjects, and a form XObject that shows it at true size.
// The pixel streams are made once per seal and only referred to afterwards.
import { deflateSync } from 'node:zlib';
import { paintDate } from './date-text.ts';
import type { PlacedSeal } from './placement.ts';
import { serialize } from './serialize.ts';
import { array, dict, name, number, type PdfDict, type PdfRef } from './value.ts';

/** An object body ready to be written between `n 0 obj` and `endobj`. */
export type ObjectBody = { readonly header: PdfDict; readonly stream: Uint8Array };

/** The picture of a seal as PDF streams, with its size in millimetres. */
export type SealAppearance = {
  readonly widthMm: number;
  readonly heightMm: number;
  readonly color: ObjectBody;
  readonly mask: ObjectBody;
  /** The same with lines and curves, in the unit square, where the seal's picture is a drawing; shown instead. */
  readonly vector?: ObjectBody | null;
};

/** Pixels of a picture: red, green, blue, alpha, 8 bits each, rows from the top. */
export type Pixels = { readonly width: number; readonly height: number; readonly rgba: Uint8Array };

const DATE_EM_MM = 3.5;
/** Baseline of the date, below the picture. */
const DATE_BASELINE_MM = 4;

/** Compresses a picture once. A picture of one colour, as red seals are, becomes one pixel and its mask. */
export function makeAppearance(pixels: Pixels, widthMm: number, heightMm: number): SealAppearance {
  const { color, alpha, isUniform } = splitChannels(pixels);
  const size = isUniform ? { width: 1, height: 1 } : pixels;
  return {
    widthMm,
    heightMm,
    color: imageBody(size, 'DeviceRGB', isUniform ? color.subarray(0, 3) : color),
    mask: imageBody(pixels, 'DeviceGray', alpha),
  };
}

/** The picture's dictionary with its soft mask. */
export function colorHeader(appearance: SealAppearance, mask: PdfRef): PdfDict {
  return dict([...appearance.color.header.map, ['SMask', mask]]);
}

/** The form XObject that paints the picture (an image or a form in the unit square), or the part of it in the box, upright as displayed, and a date below. */
export function formBody(placed: PlacedSeal, image: PdfRef, date: string | null): ObjectBody {
  const [width, height] = [number(placed.width), number(placed.height)];
  const { picture, scale } = placed;
  const [w, h, x, y] = [picture.width, picture.height, picture.x, picture.y].map((value) => number(value).raw);
  const below = { x: picture.x + picture.width / 2, y: picture.y - DATE_BASELINE_MM * scale };
  const text = date && ` ${paintDate(date, { ...below, size: DATE_EM_MM * scale, room: picture.width })}`;
  const stream = Buffer.from(`q ${w} 0 0 ${h} ${x} ${y} cm /Seal Do Q${text ?? ''}`, 'latin1');
  const header = dict([
    ['Type', name('XObject')],
    ['Subtype', name('Form')],
    ['BBox', array([number(0), number(0), width, height])],
    ['Matrix', array(placed.matrix.map(number))],
    ['Resources', dict([['XObject', dict([['Seal', image]])]])],
    ['Length', number(stream.length)],
  ]);
  return { header, stream };
}

function imageBody(size: { width: number; height: number }, space: string, samples: Uint8Array): ObjectBody {
  const stream = deflateSync(samples, { level: 9 });
  const header = dict([
    ['Type', name('XObject')],
    ['Subtype', name('Image')],
    ['Width', number(size.width)],
    ['Height', number(size.height)],
    ['ColorSpace', name(space)],
    ['BitsPerComponent', number(8)],
    ['Filter', name('FlateDecode')],
    ['Length', number(stream.length)],
  ]);
  return { header, stream };
}

function splitChannels(pixels: Pixels): { color: Uint8Array; alpha: Uint8Array; isUniform: boolean } {
  const count = pixels.width * pixels.height;
  const color = new Uint8Array(count * 3);
  const alpha = new Uint8Array(count);
  let first = -1;
  let isUniform = true;
  const { rgba } = pixels;
  for (let i = 0; i < count; i++) {
    const from = i * 4;
    const to = i * 3;
    alpha[i] = rgba[from + 3]!;
    if (alpha[i] === 0) continue; // what is fully transparent has no colour
    color[to] = rgba[from]!;
    color[to + 1] = rgba[from + 1]!;
    color[to + 2] = rgba[from + 2]!;
    const packed = (color[to]! << 16) | (color[to + 1]! << 8) | color[to + 2]!;
    if (first < 0) first = packed;
    else if (first !== packed) isUniform = false;
  }
  if (isUniform && first >= 0) color.set([first >> 16, (first >> 8) & 255, first & 255], 0);
  return { color, alpha, isUniform };
}

/** The bytes of an object with a stream, in parts: pixel streams are not copied, what is around them is Latin-1. */
export function serializeBody(
  body: ObjectBody,
  header: PdfDict = body.header,
): readonly [head: string, stream: Uint8Array, tail: string] {
  return [`${serialize(header)}\nstream\n`, body.stream, '\nendstream'];
}
