// A PNG that somebody brings: only the chunks that hold pixels reach the decoder, its size is judged before it is decoded,
// and it is drawn anew at 600 dpi. White paper behind an opaque picture becomes transparent.
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { concatBytes } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';
import { pixelsOf, writeSealPng } from './seal-png.ts';

const MAX_BYTES = 2 * 1024 * 1024;
const MAX_SIDE = 4096;
/** Real seals of governments have 300 dpi and more. */
const LEAST_DPI = 300;
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const PIXEL_CHUNKS: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** `picture-refused` says what does not fit. */
export async function redrawPng(
  bytes: Uint8Array,
  { widthMm, heightMm }: { readonly widthMm: number; readonly heightMm: number },
): Promise<Uint8Array> {
  const { width, height, png } = keepPixels(bytes);
  const dpi = Math.min(width / (widthMm / 25.4), height / (heightMm / 25.4));
  if (dpi < LEAST_DPI) throw refused(`${width} × ${height} pixels are ${Math.floor(dpi)} dpi, less than ${LEAST_DPI}`);
  if (Math.abs((width * heightMm) / (height * widthMm) - 1) > 0.02)
    throw refused(`${width} × ${height} pixels have other proportions than ${widthMm} × ${heightMm} mm`);
  const size = { width: pixelsOf(widthMm), height: pixelsOf(heightMm) };
  const decoded = await decode(png);
  if (decoded.isOpaque) whiteToTransparent(decoded.data);
  const raw = { width, height, channels: 4 } as const;
  const { data } = await sharp(decoded.data, { raw })
    .resize({ ...size, fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (data.every((value, i) => i % 4 !== 3 || value < 16)) throw refused('nothing is to be seen on it');
  return writeSealPng(data, size);
}

/** IHDR and what holds pixels; profiles, texts and other chunks, which may be compressed bombs, are left out. */
function keepPixels(bytes: Uint8Array): { width: number; height: number; png: Uint8Array } {
  if (bytes.length > MAX_BYTES) throw refused(`it has more than ${MAX_BYTES} bytes`);
  if (bytes.length < 57 || !SIGNATURE.every((byte, i) => bytes[i] === byte)) throw refused('it is no PNG');
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept: Uint8Array[] = [SIGNATURE];
  let at = 8;
  for (let type = ''; type !== 'IEND'; ) {
    if (at + 12 > view.length) throw refused('it breaks off');
    const length = view.readUInt32BE(at);
    type = view.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > view.length) throw refused('it breaks off');
    if ((at === 8) !== (type === 'IHDR')) throw refused('its header is not its first part');
    if (PIXEL_CHUNKS.has(type)) {
      if (crc32(view.subarray(at + 4, end - 4)) !== view.readUInt32BE(end - 4)) throw refused(`its ${type} is damaged`);
      kept.push(view.subarray(at, end));
    } else if (/^[A-Z]/.test(type)) throw refused('it has a part that no reader knows');
    at = end;
  }
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  if (width > MAX_SIDE || height > MAX_SIDE) throw refused(`${width} × ${height} pixels are more than ${MAX_SIDE}²`);
  return { width, height, png: concatBytes(...kept) };
}

async function decode(png: Uint8Array): Promise<{ data: Buffer; isOpaque: boolean }> {
  try {
    const image = sharp(png, { limitInputPixels: MAX_SIDE ** 2, failOn: 'warning' }).toColourspace('srgb');
    const data = await image.ensureAlpha().raw({ depth: 'uchar' }).toBuffer();
    return { data, isOpaque: data.every((value, i) => i % 4 !== 3 || value === 255) };
  } catch (cause) {
    throw new TrustError('picture-refused', 'The PNG cannot be decoded; it is refused', { cause });
  }
}

/** The colour over white that gives each pixel, as transparent as it can be. */
function whiteToTransparent(rgba: Buffer): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = 255 - Math.min(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!);
    for (let c = i; alpha > 0 && c < i + 3; c++) rgba[c] = Math.round(255 - ((255 - rgba[c]!) * 255) / alpha);
    rgba[i + 3] = alpha;
  }
}

function refused(found: string): TrustError {
  return new TrustError('picture-refused', `The PNG is refused: ${found}`);
}
