// What stands where on a seal: round (国发〔1999〕25号: text from left to right around star or emblem), ellipse, and the
// square name seal. Parts of an SVG in millimetres, the origin in the middle. Not here: glyphs (seal-glyphs.ts), pixels.
import { alongArc, mm, type Outliner, placedGlyph, straightText } from './seal-glyphs.ts';
import type { CleanSvg } from './svg-upload.ts';

export type ShapeTexts = {
  readonly text: string;
  readonly lowerText?: string | undefined;
  readonly arcCode?: string | undefined;
  readonly emblem?: CleanSvg | undefined;
  readonly widthMm: number;
  readonly heightMm: number;
};

/** Pure red. */
export const RED = '#ff0000';
const RADIANS = Math.PI / 180;
/** Keeps the outermost pixels of a line inside the picture. */
const INSET_MM = 0.05;

// Shares of the diameter of a round seal; a seal of 42 mm has a ring of 1.2 mm and a star of 14 mm.
const RING = 1.2 / 42;
const STAR = 14 / 42;
const EMBLEM = 15.5 / 42;
const TEXT_TOP = 18.6 / 42;
const EM = 6.2 / 42;
const CODE_EM = 2.8 / 42;
const CODE_FEET = 18.9 / 42;
const SWEEP = 250 * RADIANS;
const SWEEP_ABOVE_CODE = 216 * RADIANS;
const CODE_SWEEP = 84 * RADIANS;
const STEP = 30 * RADIANS;

export function roundParts(outline: Outliner, shown: ShapeTexts): string[] {
  const { text, lowerText = '', arcCode = '', emblem, widthMm: d } = shown;
  const ring = RING * d;
  const line = arcCode
    ? { em: 0.08 * d, widthMm: 0.44 * d, y: 0.272 * d }
    : { em: 0.105 * d, widthMm: 0.58 * d, y: 0.33 * d };
  const top = TEXT_TOP * d;
  const pitch = STEP * (top - 0.7 * EM * d);
  const feet = CODE_FEET * d;
  const sweep = arcCode || lowerText ? SWEEP_ABOVE_CODE : SWEEP;
  return [
    `<circle r="${mm(d / 2 - ring / 2 - INSET_MM)}" fill="none" stroke="${RED}" stroke-width="${mm(ring)}"/>`,
    emblem ? emblemPart(emblem, EMBLEM * d) : `<path d="${starPath((STAR * d) / 2)}"/>`,
    ...alongArc(outline, [...text], { rx: top, ry: top, em: EM * d, sweep, pitch }),
    ...straightText(outline, [...lowerText], line),
    ...alongArc(outline, [...arcCode], {
      rx: feet,
      ry: feet,
      em: CODE_EM * d,
      sweep: CODE_SWEEP,
      pitch: CODE_EM * d * 0.72,
      isBelow: true,
    }),
  ];
}

export function ellipseParts(outline: Outliner, shown: ShapeTexts): string[] {
  const { text, lowerText = '', arcCode = '', widthMm, heightMm } = shown;
  const ring = heightMm / 25;
  const [rx, ry] = [widthMm / 2 - ring / 2 - INSET_MM, heightMm / 2 - ring / 2 - INSET_MM];
  const gap = ring / 2 + heightMm * 0.027;
  const em = heightMm * 0.145;
  const code = { em: em * 0.62, pitch: em * 0.62 * 0.72, sweep: 0.5 * Math.PI, isBelow: true };
  return [
    `<ellipse rx="${mm(rx)}" ry="${mm(ry)}" fill="none" stroke="${RED}" stroke-width="${mm(ring)}"/>`,
    ...alongArc(outline, [...text], { rx: rx - gap, ry: ry - gap, em, sweep: 1.15 * Math.PI, pitch: em * 1.7 }),
    ...straightText(outline, [...lowerText], { em: heightMm * 0.13, widthMm: widthMm * 0.5, y: heightMm * 0.11 }),
    ...alongArc(outline, [...arcCode], { rx: rx - gap, ry: ry - gap, ...code }),
  ];
}

/** 姓名印: columns from the right, as even as can be, each filled to the full height. */
export function squareParts(outline: Outliner, { text, widthMm }: ShapeTexts): string[] {
  const line = widthMm * 0.05;
  const outer = widthMm - line - 2 * INSET_MM;
  const inner = widthMm - 2 * line - widthMm * 0.08;
  const columns = columnsOf([...text]);
  const cell = inner / columns.length;
  const glyphs = columns.flatMap((chars, column) => {
    const height = inner / chars.length;
    const em = Math.min(height * 0.98, cell * 2);
    const x = inner / 2 - (column + 0.5) * cell;
    return chars.map((char, row) => {
      const y = -inner / 2 + (row + 1) * height - (height - em) / 2 - em * 0.12;
      return placedGlyph(outline(char), em, Math.min(1.5, (cell * 0.96) / em), `translate(${mm(x)} ${mm(y)})`);
    });
  });
  const side = mm(outer);
  const corner = mm(-outer / 2);
  const frame = `<rect x="${corner}" y="${corner}" width="${side}" height="${side}" fill="none" stroke="${RED}" stroke-width="${mm(line)}"/>`;
  return [frame, ...glyphs];
}

function columnsOf(chars: readonly string[]): readonly (readonly string[])[] {
  const count = chars.length <= 2 ? 1 : chars.length <= 4 ? 2 : 3;
  const [each, longer] = [Math.floor(chars.length / count), chars.length % count];
  return Array.from({ length: count }, (_, i) => {
    const from = i * each + Math.min(i, longer);
    return chars.slice(from, from + each + (i < longer ? 1 : 0));
  });
}

/** The emblem's own box, fitted into a square around the middle. */
function emblemPart({ viewBox, content }: CleanSvg, side: number): string {
  const [half, size] = [mm(-side / 2), mm(side)];
  return `<svg x="${half}" y="${half}" width="${size}" height="${size}" viewBox="${viewBox.join(' ')}">${content}</svg>`;
}

function starPath(radius: number): string {
  const inner = (radius * Math.sin(Math.PI / 10)) / Math.sin((7 * Math.PI) / 10);
  const points = Array.from({ length: 10 }, (_, i) => {
    const [r, angle] = [i % 2 === 0 ? radius : inner, (i * Math.PI) / 5];
    return `${mm(r * Math.sin(angle))} ${mm(-r * Math.cos(angle))}`;
  });
  return `M${points.join('L')}Z`;
}
