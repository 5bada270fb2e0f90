// The picture of a round seal: ring, five-pointed star, the owner's name along the arc from left to right (国发〔1999〕25号).
// Text is outlined from a font given as bytes, so the SVG looks the same everywhere; the PNG is a palette of one red in
// four steps of opacity, at 600 dpi. Not here: oval and square seals, lower arc texts.
import { crc32 } from 'node:zlib';
import { create, type Glyph } from 'fontkit';
import sharp from 'sharp';
import { concatBytes } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';

export type SealPictureRequest = {
  /** Text along the arc, usually the owner's name; any length. */
  readonly text: string;
  /** Straight text below the star, for example 业务专用章. */
  readonly lowerText?: string;
  /** Outer diameter in whole millimetres, 20 to 60. */
  readonly diameterMm: number;
  /** A TrueType font with the characters of both texts. */
  readonly font: Uint8Array;
};

export type SealPicture = {
  /** `type` of SES_ESPictrueInfo. */
  readonly type: 'png';
  readonly png: Uint8Array;
  readonly svg: string;
  readonly widthMm: number;
  readonly heightMm: number;
};

const RED = '#ff0000';
const DPI = 600;
/** At 600 dpi four steps look smooth, and the seal, which every signature carries, is a third smaller than with 16. */
const OPACITY_STEPS = 4;
// Shares of the diameter.
const RING = 1.2 / 42;
/** Keeps the outermost pixels of the ring inside the picture. */
const INSET = 0.05 / 42;
const STAR = 14 / 42;
const TEXT_TOP = 18.6 / 42;
const EM = 6.2 / 42;
const LOWER_EM = 4.4 / 42;

const MAX_SWEEP_DEGREES = 250;
const MAX_STEP_DEGREES = 30;
const NARROWEST = 0.5;
const ASCENT = 0.88; // of the em box of CJK glyphs

/** Draws a seal. `glyph-missing` names the first character that the font does not have. */
export async function drawSealPicture(request: SealPictureRequest): Promise<SealPicture> {
  const svg = drawSealSvg(request);
  const png = await renderSealPng(svg, request.diameterMm);
  return { type: 'png', png, svg, widthMm: request.diameterMm, heightMm: request.diameterMm };
}

/** The vector master: millimetres as user units, origin in the centre. */
export function drawSealSvg({ text, lowerText = '', diameterMm, font }: SealPictureRequest): string {
  if (!(diameterMm >= 20 && diameterMm <= 60))
    throw new RangeError(`a seal of ${diameterMm} mm is not between 20 and 60 mm`);
  const outline = makeOutliner(font);
  const half = diameterMm / 2;
  const ring = RING * diameterMm;
  const parts = [
    `<circle r="${mm(half - ring / 2 - INSET * diameterMm)}" fill="none" stroke="${RED}" stroke-width="${mm(ring)}"/>`,
    `<path d="${starPath((STAR * diameterMm) / 2)}"/>`,
    ...arcText(outline, [...text], diameterMm),
    ...straightText(outline, [...lowerText], diameterMm),
  ];
  const box = `${mm(-half)} ${mm(-half)} ${mm(diameterMm)} ${mm(diameterMm)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${diameterMm}mm" height="${diameterMm}mm" viewBox="${box}"><g fill="${RED}">${parts.join('')}</g></svg>`;
}

type Outline = { readonly path: string; readonly advance: number; readonly unitsPerEm: number };

function makeOutliner(bytes: Uint8Array): (char: string) => Outline {
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

/** Characters upright on the circle; the more there are the narrower, and below half width the smaller. */
function arcText(outline: (char: string) => Outline, chars: readonly string[], diameterMm: number): string[] {
  const step = Math.min(MAX_STEP_DEGREES, MAX_SWEEP_DEGREES / Math.max(1, chars.length - 1));
  const top = TEXT_TOP * diameterMm;
  const fullEm = EM * diameterMm;
  const room = ((step * Math.PI) / 180) * (top - fullEm / 2) * 0.94;
  const em = Math.min(fullEm, room / NARROWEST);
  const narrowing = Math.min(1, room / em);
  return chars.map((char, i) => {
    const degrees = (i - (chars.length - 1) / 2) * step;
    return placedGlyph(outline(char), em, narrowing, `rotate(${mm(degrees)}) translate(0 ${mm(-(top - ASCENT * em))})`);
  });
}

function straightText(outline: (char: string) => Outline, chars: readonly string[], diameterMm: number): string[] {
  const em = LOWER_EM * diameterMm;
  const pitch = Math.min(em * 1.05, (diameterMm * 0.62) / Math.max(1, chars.length));
  const y = diameterMm * 0.33;
  return chars.map((char, i) => {
    const x = (i - (chars.length - 1) / 2) * pitch;
    return placedGlyph(outline(char), em, Math.min(1, pitch / em), `translate(${mm(x)} ${mm(y)})`);
  });
}

/** A glyph with its middle on the origin of `place`, its baseline on the x axis. */
function placedGlyph({ path, advance, unitsPerEm }: Outline, em: number, narrowing: number, place: string): string {
  const scale = em / unitsPerEm;
  return `<path transform="${place} scale(${(scale * narrowing).toFixed(7)} ${(-scale).toFixed(7)}) translate(${-advance / 2} 0)" d="${path}"/>`;
}

function starPath(radius: number): string {
  const inner = (radius * Math.sin(Math.PI / 10)) / Math.sin((7 * Math.PI) / 10);
  const points = Array.from({ length: 10 }, (_, i) => {
    const [r, angle] = [i % 2 === 0 ? radius : inner, (i * Math.PI) / 5];
    return `${mm(r * Math.sin(angle))} ${mm(-r * Math.cos(angle))}`;
  });
  return `M${points.join('L')}Z`;
}

/** One red, opacity in few steps: a fraction of full colour in size, and no stray tints. */
async function renderSealPng(svg: string, diameterMm: number): Promise<Uint8Array> {
  const pixels = Math.ceil((diameterMm / 25.4) * DPI);
  const sized = svg.replaceAll(`="${diameterMm}mm"`, `="${pixels}"`);
  const { data, info } = await sharp(Buffer.from(sized)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const step = 255 / (OPACITY_STEPS - 1);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = Math.round(data[i + 3]! / step) * step;
    data.set([alpha === 0 ? 0 : 255, 0, 0, alpha], i);
  }
  const png = await sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } })
    .png({ palette: true, colours: OPACITY_STEPS, dither: 0, compressionLevel: 9, effort: 10 })
    .toBuffer();
  return withResolution(png);
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

const mm = (value: number): string => String(Number(value.toFixed(4)));
