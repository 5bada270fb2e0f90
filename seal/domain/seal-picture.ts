// The picture of a seal, drawn: SVG master in millimetres, its text outlined from a font given as bytes, so that it looks
// the same everywhere; and the PNG of it, one red in four steps of opacity at 600 dpi.
// Not here: which kind and rank look how (picture-spec.ts), pictures that somebody brings (svg-upload.ts, png-upload.ts).
import type { SealShape } from '../../common/contract/seal-picture.ts';
import { makeOutliner, mm } from './seal-glyphs.ts';
import { renderSealPng } from './seal-png.ts';
import { ellipseParts, RED, roundParts, type ShapeTexts, squareParts } from './seal-shapes.ts';
import { BOUNDS } from './seal-sizes.ts';
import type { CleanSvg } from './svg-upload.ts';

/** A drawing order; whoever gives it has judged lengths and rules. */
export type SealShapeRequest = {
  readonly shape: SealShape;
  /** Along the upper arc, any length; in a square seal the name, read in columns from the right. */
  readonly text: string;
  /** Straight text in the lower half of a round seal, in the middle of an ellipse. */
  readonly lowerText?: string;
  /** Along the lower arc from left to right. */
  readonly arcCode?: string;
  /** In place of the star of a round seal. */
  readonly emblem?: CleanSvg;
  /** Whole millimetres within BOUNDS of the shape. */
  readonly widthMm: number;
  readonly heightMm: number;
  /** A TrueType font with all characters. */
  readonly font: Uint8Array;
};

export type SealPicture = {
  /** `type` of SES_ESPictrueInfo. */
  readonly type: 'png';
  /** Transparent, at most 16 colours, 600 dpi. */
  readonly png: Uint8Array;
  /** The vector master; null when pixels were brought. */
  readonly svg: string | null;
  readonly widthMm: number;
  readonly heightMm: number;
};

const PARTS: Readonly<Record<SealShape, (outline: ReturnType<typeof makeOutliner>, shown: ShapeTexts) => string[]>> = {
  round: roundParts,
  ellipse: ellipseParts,
  square: squareParts,
};

/** A round seal with a star. `glyph-missing` names the first character that the font does not have. */
export function drawSealPicture(request: {
  readonly text: string;
  readonly lowerText?: string;
  readonly diameterMm: number;
  readonly font: Uint8Array;
}): Promise<SealPicture> {
  const { diameterMm, ...rest } = request;
  return drawSeal({ ...rest, shape: 'round', widthMm: diameterMm, heightMm: diameterMm });
}

/** Draws a seal. RangeError for sizes out of bounds, `glyph-missing` for a character that the font lacks. */
export async function drawSeal(request: SealShapeRequest): Promise<SealPicture> {
  const { widthMm, heightMm } = request;
  const svg = drawSealSvg(request);
  const png = await renderSealPng(svg, { widthMm, heightMm, paint: 'red' });
  return { type: 'png', png, svg, widthMm, heightMm };
}

/** The vector master: millimetres as user units, origin in the middle. */
export function drawSealSvg({ shape, font, ...shown }: SealShapeRequest): string {
  const { widthMm, heightMm } = shown;
  const [least, most] = BOUNDS[shape];
  for (const side of [widthMm, heightMm]) {
    if (!Number.isInteger(side) || side < least || side > most)
      throw new RangeError(`a ${shape} seal measures whole millimetres from ${least} to ${most}, not ${side}`);
  }
  const box = [-widthMm / 2, -heightMm / 2, widthMm, heightMm].map(mm).join(' ');
  const parts = PARTS[shape](makeOutliner(font), shown).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" viewBox="${box}"><g fill="${RED}">${parts}</g></svg>`;
}
