// Drawing instructions -> the content stream of a page (ISO 32000-1, clauses 8 and 9), in points. Fonts are F1 (plain), F2
// (bold), F3 and on (fallbacks); the photo is P1, the opacity of a watermark W1.
import { EmbeddedFont } from '../../common/pdf/embedded-font.ts';
import { pdfNumber } from '../../common/pdf/pdf-file.ts';
import { POINTS_PER_MM } from '../../common/pdf/typeface.ts';
import type { FaceDrawing, FaceText, Ink } from './face-drawing.ts';
import type { FontChoice } from './face-fonts.ts';
import type { FaceMeasures } from './face-template.ts';
import type { Watermark } from './face-watermark.ts';
import type { PreparedFace } from './prepare-face.ts';
import { qrPath } from './qr-path.ts';

const INKS: Readonly<Record<Ink, string>> = {
  ink: '0.11 0.14 0.19',
  soft: '0.33 0.37 0.44',
  frame: '0.10 0.26 0.47',
  rule: '0.78 0.82 0.87',
  ghost: '0.945 0.955 0.97',
  pale: '0.945 0.96 0.98',
};

export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type FacePage = {
  readonly drawing: FaceDrawing;
  /** Null where nothing is issued that could be checked. */
  readonly qr: string | null;
  /** Where the photo stands, in millimetres. */
  readonly photo: Box | null;
  readonly watermark: Watermark | null;
};

/** The fonts of the plain texts of one page, by their index in `fonts.plain`, with all their characters noted. */
export function collectFonts(fonts: FontChoice, page: FacePage): ReadonlyMap<number, EmbeddedFont> {
  const used = new Map<number, EmbeddedFont>();
  const texts = page.drawing.texts.filter(({ weight }) => weight === 'regular');
  for (const text of [...texts.map((one) => one.text), ...(page.watermark?.texts.map((one) => one.text) ?? [])]) {
    for (const run of splitRuns(fonts, text)) {
      const typeface = fonts.plain[run.index];
      if (!typeface) continue;
      const font = used.get(run.index) ?? new EmbeddedFont(typeface);
      used.set(run.index, font);
      font.use(run.text);
    }
  }
  return used;
}

/** Name of a font of `fonts.plain` in the resources of the page. */
export function fontName(index: number): string {
  return index === 0 ? 'F1' : `F${index + 2}`;
}

/** Pale marks first, then fills, photo, lines and texts, the QR code, a watermark over everything. */
export function faceContent(
  { boldCode, fonts, page: measures }: PreparedFace,
  used: ReadonlyMap<number, EmbeddedFont>,
  page: FacePage,
): string {
  const show = plainShower(fonts, used);
  const { texts, lines, fills } = page.drawing;
  const isGhost = ({ ink }: FaceText): boolean => ink === 'ghost';
  const drawText = ({ text, weight, size, ink, x, y }: FaceText): string => {
    const shown = weight === 'bold' ? `/F2 ${pdfNumber(size)} Tf ${boldCode(text)} Tj` : show(text, size);
    return `BT ${INKS[ink]} rg ${mm(x)} ${mm(y)} Td ${shown} ET`;
  };
  return [
    '2 J',
    ...texts.filter(isGhost).map(drawText),
    ...fills.map(({ ink, x, y, width, height }) => `${INKS[ink]} rg ${mm(x)} ${mm(y)} ${mm(width)} ${mm(height)} re f`),
    ...(page.photo ? drawPhoto(page.photo) : []),
    ...lines.map(
      ({ ink, points = 0.6, x, y, dx, dy }) =>
        `${INKS[ink]} RG ${points} w ${mm(x)} ${mm(y)} m ${mm(x + dx)} ${mm(y + dy)} l S`,
    ),
    ...texts.filter((text) => !isGhost(text)).map(drawText),
    '0 g',
    ...(page.qr === null ? [] : [drawQr(measures, page.qr)]),
    ...(page.watermark ? drawWatermark(measures, page.watermark, show) : []),
  ].join('\n');
}

type Show = (text: string, size: number) => string;

function plainShower(fonts: FontChoice, used: ReadonlyMap<number, EmbeddedFont>): Show {
  const coders = new Map([...used].map(([index, font]) => [index, font.coder()]));
  return (text, size) =>
    splitRuns(fonts, text)
      .map((run) => `/${fontName(run.index)} ${pdfNumber(size)} Tf ${coders.get(run.index)?.(run.text) ?? '<>'} Tj`)
      .join(' ');
}

type Run = { readonly index: number; readonly text: string };

/** Pieces of a text that one font draws; nearly always the whole. */
function splitRuns(fonts: FontChoice, text: string): readonly Run[] {
  const runs: { index: number; text: string }[] = [];
  for (const character of text) {
    const index = fonts.indexOf(character.codePointAt(0) ?? 0);
    const last = runs.at(-1);
    if (last?.index === index) last.text += character;
    else runs.push({ index, text: character });
  }
  return runs;
}

function drawQr({ qr }: FaceMeasures, text: string): string {
  return qrPath(text, qr.x * POINTS_PER_MM, qr.y * POINTS_PER_MM, qr.side * POINTS_PER_MM);
}

function drawPhoto({ x, y, width, height }: Box): string[] {
  return [
    `q ${mm(width)} 0 0 ${mm(height)} ${mm(x)} ${mm(y)} cm /P1 Do Q`,
    `${INKS.rule} RG 0.6 w ${mm(x)} ${mm(y)} ${mm(width)} ${mm(height)} re S`,
  ];
}

function drawWatermark({ width, height }: FaceMeasures, watermark: Watermark, show: Show): string[] {
  const angle = (watermark.degrees * Math.PI) / 180;
  const [cos, sin] = [pdfNumber(Math.cos(angle)), pdfNumber(Math.sin(angle))];
  return [
    `q /W1 gs ${INKS.ink} rg ${cos} ${sin} ${pdfNumber(-Math.sin(angle))} ${cos} ${mm(width / 2)} ${mm(height / 2)} cm`,
    ...watermark.texts.map(({ text, x, y }) => `BT ${mm(x)} ${mm(y)} Td ${show(text, watermark.size)} ET`),
    'Q',
  ];
}

const mm = (value: number): string => pdfNumber(value * POINTS_PER_MM);
