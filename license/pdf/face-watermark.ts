// Watermarks: on an annotated copy (加注件, GB/T 36901) who may use the copy, for what and until when; on a preview that it is
// one. Slanted over the whole page again and again, so that no part of it can be used without. Instructions in millimetres, as
// everywhere in the layout.
import { TrustError } from '../../common/errors.ts';
import { widthMm, wrapText } from '../../common/pdf/typeface.ts';
import type { Measures } from './face-drawing.ts';
import type { FaceAnnotation } from './face-record.ts';
import type { FaceMeasures } from './face-template.ts';

export type Watermark = {
  /** Base lines' left ends in a system turned by `degrees` around the middle of the page. */
  readonly texts: readonly { readonly text: string; readonly x: number; readonly y: number }[];
  readonly size: number;
  readonly degrees: number;
  readonly opacity: number;
};

const DEGREES = 30;
const OPACITY = 0.15;
const SIZES = [12, 10, 8];
const MOST_LINES = 8;
const BLOCK_WIDTH = 96;
const PREVIEW_WORDS = ['预览，未签发、未盖章，无效', 'Preview, not issued, not valid'];
const MM_PER_POINT = 25.4 / 72;

/** The words of the copy, one sentence a line. */
export function watermarkWords({ recipient, cause, creator, expiresAt }: FaceAnnotation): readonly string[] {
  const until = new Date(expiresAt.getTime() + 8 * 3_600_000).toISOString();
  return [
    `加注件，仅供${recipient}使用`,
    `用途：${cause}`,
    `有效期至 ${until.slice(0, 10)} ${until.slice(11, 16)}`,
    `${creator}制作`,
  ];
}

/** Throws `license-fields-invalid` with the pointer /purpose when the words are too many. */
export function layoutWatermark({ regular }: Measures, page: FaceMeasures, annotation: FaceAnnotation): Watermark {
  const words = watermarkWords(annotation);
  for (const size of SIZES) {
    const lines = words.flatMap((sentence) => wrapText(regular, sentence, size, BLOCK_WIDTH));
    if (lines.length <= MOST_LINES) return layLines(regular, page, lines, { size, opacity: OPACITY });
  }
  throw new TrustError('license-fields-invalid', 'purpose and recipient do not fit into the watermark', {
    pointer: '/purpose',
  });
}

/** Darker and larger than that of a copy: nobody shall take a preview for a license. */
export function layoutPreviewMark({ regular }: Measures, page: FaceMeasures): Watermark {
  return layLines(regular, page, PREVIEW_WORDS, { size: 20, opacity: 0.3 });
}

function layLines(
  regular: Measures['regular'],
  page: FaceMeasures,
  lines: readonly string[],
  { size, opacity }: Pick<Watermark, 'size' | 'opacity'>,
): Watermark {
  const pitch = size * MM_PER_POINT * 1.5;
  const step = {
    x: Math.max(...lines.map((line) => widthMm(regular, line, size))) + 14,
    y: lines.length * pitch + 20,
  };
  return { texts: tile(page, lines, pitch, step), size, degrees: DEGREES, opacity };
}

type Text = Watermark['texts'][number];

/** As many blocks as touch the page, every other row shifted by half a step. */
function tile(page: FaceMeasures, lines: readonly string[], pitch: number, step: { x: number; y: number }): Text[] {
  const radius = Math.hypot(page.width, page.height) / 2;
  const texts: Text[] = [];
  for (let row = 0, y = -radius; y < radius; y += step.y, row++) {
    for (let x = -radius - (row % 2) * (step.x / 2); x < radius; x += step.x) {
      for (const [index, text] of lines.entries()) texts.push({ text, x, y: y - index * pitch });
    }
  }
  return texts.filter((text) => touches(page, text, step.x));
}

/** Whether some part of a line lies on the page. */
function touches(page: FaceMeasures, { x, y }: Text, width: number): boolean {
  const angle = (DEGREES * Math.PI) / 180;
  return [0, 0.25, 0.5, 0.75, 1].some((share) => {
    const along = x + share * width;
    const [px, py] = [along * Math.cos(angle) - y * Math.sin(angle), along * Math.sin(angle) + y * Math.cos(angle)];
    return Math.abs(px) < page.width / 2 && Math.abs(py) < page.height / 2;
  });
}
