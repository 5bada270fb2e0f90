// Drawing instructions of a face in millimetres from the lower left corner of the page; neither PDF syntax nor fonts.
import { type Measure, widthMm } from '../../common/pdf/typeface.ts';

export type Ink = 'ink' | 'soft' | 'frame' | 'rule' | 'ghost' | 'pale';
export type Weight = 'regular' | 'bold';
export type FaceText = {
  readonly text: string;
  /** Left end of the base line. */
  readonly x: number;
  readonly y: number;
  /** Points. */
  readonly size: number;
  /** What is bold is a word of the type, not of one license. */
  readonly weight: Weight;
  readonly ink: Ink;
};
/** Stroked from corner to corner; `points` wide, 0.6 when left out. */
export type FaceLine = {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly ink: Ink;
  readonly points?: number;
};
export type FaceFill = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly ink: Ink;
};
export type FaceDrawing = {
  readonly texts: readonly FaceText[];
  readonly lines: readonly FaceLine[];
  readonly fills: readonly FaceFill[];
};

/** Both weights, measured; plain text with its fallbacks. */
export type Measures = Readonly<Record<Weight, Measure>>;

export function at(text: string, x: number, y: number, size: number, ink: Ink, weight: Weight = 'regular'): FaceText {
  return { text, x, y, size, weight, ink };
}

export function centred(measures: Measures, middle: number, text: FaceText): FaceText {
  return { ...text, x: middle - widthMm(measures[text.weight], text.text, text.size) / 2 };
}

/** The size at which `text` is no wider than the limit, at most `size` points. */
export function fitSize(measure: Measure, text: string, limitMm: number, size: number): number {
  const width = widthMm(measure, text, size);
  return width <= limitMm ? size : (size * limitMm) / width;
}

/** What a text covers: its width, and from a little below the base line to the height of an ideograph. */
export function textBox(
  measures: Measures,
  { text, x, y, size, weight }: FaceText,
): { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number } {
  const em = (size * 25.4) / 72;
  return { x0: x, y0: y - 0.08 * em, x1: x + widthMm(measures[weight], text, size), y1: y + 0.8 * em };
}
