// Pixels of a seal's picture as a PNG: transparent, palette of at most 16 colours, 600 dpi, bounded, because every
// signature carries it.
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { concatBytes } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';

const DPI = 600;
/** At 600 dpi four steps look smooth, and the seal, which every signature carries, is a third smaller than with 16. */
const OPACITY_STEPS = 4;
/** Of the PNG of a seal of 45 mm; larger ones have more in proportion. */
const MOST_BYTES = 40_000;
const FAINT = 64;
const COLOUR_TOLERANCE = 12;

/** What may be painted: the red of seals alone, or the colours of a picture that was brought. */
type Rendering = { readonly widthMm: number; readonly heightMm: number; readonly paint: 'red' | 'any' };

/** Pixels of a side at 600 dpi. */
export const pixelsOf = (side: number): number => Math.ceil((side / 25.4) * DPI);

/** The PNG of an SVG whose size is given in these millimetres. */
export async function renderSealPng(svg: string, { widthMm, heightMm, paint }: Rendering): Promise<Uint8Array> {
  const size = { width: pixelsOf(widthMm), height: pixelsOf(heightMm) };
  const sized = svg
    .replace(`width="${widthMm}mm"`, `width="${size.width}"`)
    .replace(`height="${heightMm}mm"`, `height="${size.height}"`);
  const data = await rasterise(sized);
  if (paint === 'red') for (let i = 0; i < data.length; i += 4) data.set([255, 0, 0], i);
  return writeSealPng(data, size);
}

async function rasterise(svg: string): Promise<Buffer> {
  try {
    return await sharp(Buffer.from(svg), { limitInputPixels: 4096 ** 2 })
      .ensureAlpha()
      .raw()
      .toBuffer();
  } catch (cause) {
    throw new TrustError('picture-refused', 'The SVG cannot be drawn', { cause });
  }
}

/**
 * A palette PNG of these pixels. One colour gets few steps of opacity: a fraction of full colour in size, and no stray
 * tints. Several colours become 16, or as few as keep it small; `picture-refused` where that does not suffice.
 */
export async function writeSealPng(
  data: Buffer,
  size: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const raw = { ...size, channels: 4 } as const;
  const most = MOST_BYTES * Math.max(1, (size.width * size.height) / pixelsOf(45) ** 2);
  const isOne = settleOneColour(data);
  const effort = isOne ? 10 : 4;
  for (const colours of isOne ? [OPACITY_STEPS] : [16, 8, OPACITY_STEPS]) {
    if (colours === OPACITY_STEPS) stepOpacity(data);
    const png = await sharp(data, { raw })
      .png({ palette: true, colours, dither: 0, compressionLevel: 9, effort })
      .toBuffer();
    if (png.length <= most) return withResolution(png);
  }
  throw new TrustError(
    'picture-refused',
    `The picture has too much detail: as PNG it is larger than ${Math.floor(most)} bytes, which every signature would carry`,
  );
}

/** True where one colour is all that is to be seen; it is then the colour of every pixel. */
function settleOneColour(data: Buffer): boolean {
  const seen: number[] = [];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]! < FAINT) continue; // what is nearly transparent has no colour that could be told
    const colour = [data[i]!, data[i + 1]!, data[i + 2]!];
    if (seen.length === 0) seen.push(...colour);
    else if (colour.some((value, c) => Math.abs(value - seen[c]!) > COLOUR_TOLERANCE)) return false;
  }
  for (let i = 0; i < data.length; i += 4) data.set(seen, i);
  return true;
}

function stepOpacity(data: Buffer): void {
  const step = 255 / (OPACITY_STEPS - 1);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = Math.round(data[i + 3]! / step) * step;
    data[i + 3] = alpha;
    if (alpha === 0) data.fill(0, i, i + 3);
  }
}

/** Puts the chunk pHYs (pixels a metre) behind IHDR, which always ends at byte 33. */
function withResolution(png: Uint8Array): Uint8Array {
  const perMetre = Math.round(DPI / 0.0254);
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(perMetre, 8);
  chunk.writeUInt32BE(perMetre, 12);
  chunk[16] = 1; // the unit is the metre
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return concatBytes(png.subarray(0, 33), chunk, png.subarray(33));
}
