// The pixels of a seal's picture, whatever raster or vector type the seal carries (GB/T 38540 leaves it open).
// Not here: pictures of type "ofd", which need an OFD renderer.
import sharp from 'sharp';
import { TrustError } from '../../common/errors.ts';
import type { Pixels } from '../pdf/appearance.ts';

const MAX_PIXELS = 4096 * 4096;
// For a drawing measured in millimetres the renderer applies the density twice, once relative to 72: this gives 600 dpi.
const SVG_DENSITY = Math.round(Math.sqrt(600 * 72));

/** Decodes PNG, JPEG, GIF, WebP or SVG; `seal-malformed` for everything else. */
export async function decodePicture(picture: { readonly type: string; readonly data: Uint8Array }): Promise<Pixels> {
  try {
    const { data, info } = await sharp(picture.data, { density: SVG_DENSITY, limitInputPixels: MAX_PIXELS })
      .ensureAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgba: new Uint8Array(data) };
  } catch (cause) {
    throw new TrustError(
      'seal-malformed',
      `The picture in the seal, of type ${JSON.stringify(picture.type)}, cannot be drawn`,
      { cause },
    );
  }
}
