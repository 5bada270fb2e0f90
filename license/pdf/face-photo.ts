// The photo of a holder on its way into the file: JPEG or PNG of at most 50 KB, put in as it came (see common/pdf/jpeg.ts,
// common/pdf/png.ts), scaled into its box and never stretched.
import { TrustError } from '../../common/errors.ts';
import { readJpeg } from '../../common/pdf/jpeg.ts';
import { type PdfFile, type PdfRef, refer } from '../../common/pdf/pdf-file.ts';
import { readPng } from '../../common/pdf/png.ts';
import type { FaceRecord } from './face-record.ts';

/** What national standards of licenses allow a photo. */
export const MOST_PHOTO_BYTES = 50 * 1024;
const MOST_PIXELS = 4_000_000;
const POINTER = '/photo';

export type FacePhoto = {
  readonly width: number;
  readonly height: number;
  /** The file as it came; what of it goes into the PDF is decided when it is written. */
  readonly bytes: Uint8Array;
  write(file: PdfFile): PdfRef;
};

/** Throws `license-fields-invalid` with the pointer /photo for a photo too large, broken, or of another kind than it says. */
export function readPhoto({ mediaType, base64 }: NonNullable<FaceRecord['photo']>): FacePhoto {
  if (base64.length > (MOST_PHOTO_BYTES * 4) / 3 + 4) throw refuse('it has more than 50 KB');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw refuse('it is not base64');
  if (bytes.length > MOST_PHOTO_BYTES) throw refuse('it has more than 50 KB');
  return mediaType === 'image/jpeg' ? jpegPhoto(bytes) : pngPhoto(bytes);
}

function jpegPhoto(file: Uint8Array): FacePhoto {
  const { width, height, components, bytes } = readJpeg(file, POINTER);
  if (width * height > MOST_PIXELS) throw refuse(`${width} × ${height} pixels are more than ${MOST_PIXELS}`);
  const space = components === 1 ? '/DeviceGray' : '/DeviceRGB';
  const entries = `${imageHead(width, height, 8, space)} /Filter /DCTDecode`;
  return { width, height, bytes: file, write: (pdf) => pdf.addStream(entries, bytes, { plain: true }) };
}

function pngPhoto(file: Uint8Array): FacePhoto {
  const { width, height, bits, components, palette, samples } = readPng(file, MOST_PIXELS, POINTER);
  const parms = `<< /Predictor 15 /Colors ${components} /BitsPerComponent ${bits} /Columns ${width} >>`;
  return {
    width,
    height,
    bytes: file,
    write: (pdf) => {
      const indices = palette ? refer(pdf.addStream('', palette, { plain: true })) : '';
      const plain = components === 1 ? '/DeviceGray' : '/DeviceRGB';
      const space = palette ? `[/Indexed /DeviceRGB ${palette.length / 3 - 1} ${indices}]` : plain;
      const entries = `${imageHead(width, height, bits, space)} /Filter /FlateDecode /DecodeParms ${parms}`;
      return pdf.addStream(entries, samples, { plain: true });
    },
  };
}

function imageHead(width: number, height: number, bits: number, space: string): string {
  return (
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent ${bits} ` +
    `/ColorSpace ${space} /Interpolate false`
  );
}

/** Where the picture stands in its box (millimetres), as large as it fits, in the middle. */
export function placePhoto(
  photo: { readonly width: number; readonly height: number },
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  const scale = Math.min(box.width / photo.width, box.height / photo.height);
  const [width, height] = [photo.width * scale, photo.height * scale];
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

function refuse(reason: string): TrustError {
  return new TrustError('license-fields-invalid', `the photo cannot be used: ${reason}`, { pointer: POINTER });
}
