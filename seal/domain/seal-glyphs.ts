// Outlined characters of a seal: along the upper or the lower arc of an ellipse, and in a straight line.
// Lengths in millimetres, the origin in the middle of the seal, y downwards.
import { create, type Glyph } from 'fontkit';
import { TrustError } from '../../common/errors.ts';

/** The outline of a glyph. */
export type Outline = { readonly path: string; readonly advance: number; readonly unitsPerEm: number };
export type Outliner = (char: string) => Outline;

/** Below this share of its width a character becomes smaller as a whole. */
const NARROWEST = 0.5;
const ASCENT = 0.88; // of the em box of CJK glyphs
/** Characters on an arc crowd on its inner side: this deep below the outer edge they are kept apart. */
const DEPTH_ABOVE = 0.7;
const DEPTH_BELOW = 0.6;
const SAMPLES = 720;

/** Four decimals are a tenth of a micrometre. */
export const mm = (value: number): string => String(Number(value.toFixed(4)));

/** Glyphs of a TrueType font; `glyph-missing`. */
export function makeOutliner(bytes: Uint8Array): Outliner {
  const font = create(bytes);
  return (char) => {
    const codePoint = char.codePointAt(0)!;
    if (!font.hasGlyphForCodePoint(codePoint)) {
      const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
      throw new TrustError('glyph-missing', `The seal font ${font.postscriptName} has no glyph for ${name}`);
    }
    const glyph = font.glyphForCodePoint(codePoint) as Glyph & { readonly path: { toSVG(): string } };
    return { path: glyph.path.toSVG(), advance: glyph.advanceWidth, unitsPerEm: font.unitsPerEm };
  };
}

export type Arc = {
  /** Half axes of the outer edge: tops of the characters above, feet of those below. */
  readonly rx: number;
  readonly ry: number;
  /** Full size of a character. */
  readonly em: number;
  /** Of the ellipse's parameter, radians, from the first to the last character. */
  readonly sweep: number;
  /** Farthest from character to character. */
  readonly pitch: number;
  /** On the lower arc: characters stand upright with their feet to the ring and read from the left. */
  readonly isBelow?: boolean;
};

/** Characters at equal steps; the more there are the narrower, and below half width the smaller. */
export function alongArc(outline: Outliner, chars: readonly string[], arc: Arc): string[] {
  const { isBelow = false } = arc;
  // A smaller character lies on a longer line and may be larger again: the second look settles it.
  const { em } = fitInto(chars.length, arc, fitInto(chars.length, arc, arc.em).em);
  const path = pathAt(arc, em);
  const { step, width } = fitInto(chars.length, arc, em);
  // Tops lie on the outer edge above, feet below: the baseline is this far down from where the character is placed.
  const down = isBelow ? DEPTH_BELOW * em : (ASCENT - DEPTH_ABOVE) * em;
  return chars.map((char, i) => {
    const offset = (i - (chars.length - 1) / 2) * step;
    const { x, y, degrees } = path.pointAt(isBelow ? -offset : offset);
    const turned = isBelow ? degrees + 180 : degrees;
    const place = `translate(${mm(x)} ${mm(y)}) rotate(${mm(turned)}) translate(0 ${mm(down)})`;
    return placedGlyph(outline(char), em, width, place);
  });
}

/** Step and size of so many characters, when the path is that of characters of size `em`. */
function fitInto(count: number, arc: Arc, em: number): { step: number; em: number; width: number } {
  const step = Math.min(arc.pitch, pathAt(arc, em).length / Math.max(1, count - 1));
  const room = step * (arc.isBelow ? 1.5 : 0.96); // figures are little more than half as wide as high
  const size = Math.min(arc.em, room / NARROWEST);
  return { step, em: size, width: Math.min(1, room / em) };
}

/** The line on which characters of this size are kept apart, measured from its top, or its bottom, both ways. */
function pathAt({ rx, ry, sweep, isBelow = false }: Arc, em: number) {
  const depth = em * (isBelow ? DEPTH_BELOW : DEPTH_ABOVE);
  const [a, b] = [rx - depth, ry - depth];
  const turn = isBelow ? Math.PI : 0;
  const at = (angle: number) => ({ x: a * Math.sin(angle + turn), y: -b * Math.cos(angle + turn) });
  const samples = [{ angle: -sweep / 2, length: 0 }];
  for (let i = 1; i <= SAMPLES; i++) {
    const angle = -sweep / 2 + (sweep * i) / SAMPLES;
    const [from, to] = [at(samples[i - 1]!.angle), at(angle)];
    samples.push({ angle, length: samples[i - 1]!.length + Math.hypot(to.x - from.x, to.y - from.y) });
  }
  const { length } = samples.at(-1)!;
  const pointAt = (offset: number) => {
    const wanted = Math.min(Math.max(length / 2 + offset, 0), length);
    const next = Math.max(
      1,
      samples.findIndex((sample) => sample.length >= wanted - 1e-9),
    );
    const [from, to] = [samples[next - 1]!, samples[next]!];
    const angle = from.angle + ((to.angle - from.angle) * (wanted - from.length)) / (to.length - from.length);
    const { x, y } = at(angle);
    return { x, y, degrees: (Math.atan2(x / a ** 2, -y / b ** 2) * 180) / Math.PI };
  };
  return { length, pointAt };
}

/** A line of characters around the middle, narrowed and then made smaller to fit the width; `y` is its baseline. */
export function straightText(
  outline: Outliner,
  chars: readonly string[],
  { em, widthMm, y }: { readonly em: number; readonly widthMm: number; readonly y: number },
): string[] {
  const pitch = Math.min(em * 1.05, widthMm / Math.max(1, chars.length));
  return chars.map((char, i) => {
    const x = (i - (chars.length - 1) / 2) * pitch;
    return placedGlyph(outline(char), em, Math.min(1, pitch / em), `translate(${mm(x)} ${mm(y)})`);
  });
}

/** A glyph with its middle on the origin of `place`, its baseline on the x axis, `width` times as wide as it is. */
export function placedGlyph({ path, advance, unitsPerEm }: Outline, em: number, width: number, place: string): string {
  const scale = em / unitsPerEm;
  return `<path transform="${place} scale(${(scale * width).toFixed(7)} ${(-scale).toFixed(7)}) translate(${-advance / 2} 0)" d="${path}"/>`;
}
