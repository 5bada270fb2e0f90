// Text set on A4 sheets from top to bottom, for documents that this house makes: lines broken to a width, a new sheet where
// one is full, rules, and the marks of a verdict. Millimetres; x from the left, y from the bottom. Pure: same input, same bytes.
import { utf8 } from '../bytes.ts';
import { EmbeddedFont } from './embedded-font.ts';
import { PdfFile, type PdfRef, pdfDate, pdfNumber, pdfText, refer } from './pdf-file.ts';
import { POINTS_PER_MM, type Typeface, type Typefaces, wrapText } from './typeface.ts';

export type Ink = 'ink' | 'soft' | 'rule' | 'passed' | 'failed' | 'unknown';
export type SheetMark = 'passed' | 'failed' | 'unknown';
export type TextStyle = {
  readonly size?: number;
  readonly weight?: keyof Typefaces;
  readonly ink?: Ink;
  /** Left edge; the left margin unless given. */
  readonly x?: number;
  /** Of the line; up to the right margin unless given. */
  readonly width?: number;
};

export const A4 = { width: 210, height: 297, margin: 22 } as const;
const INKS: Readonly<Record<Ink, string>> = {
  ink: '0.11 0.14 0.19',
  soft: '0.29 0.33 0.40',
  rule: '0.78 0.82 0.87',
  passed: '0.09 0.41 0.25',
  failed: '0.70 0.13 0.16',
  unknown: '0.29 0.33 0.40',
};
const LINE_HEIGHT = 1.55;
const FOOT = 18;

type Drawn =
  | {
      readonly text: string;
      readonly x: number;
      readonly y: number;
      readonly style: Required<Pick<TextStyle, 'size' | 'weight' | 'ink'>>;
    }
  | { readonly path: string };

/** Collects what is drawn; `encode` writes the file when everything is there. */
export class Sheets {
  readonly #fonts: Typefaces;
  readonly #sheets: Drawn[][] = [[]];
  #y = A4.height - A4.margin;

  constructor(fonts: Typefaces) {
    this.#fonts = fonts;
  }

  get count(): number {
    return this.#sheets.length;
  }

  /** Height that is left on the sheet. */
  get left(): number {
    return this.#y - A4.margin;
  }

  /** Goes on where `height` has room: here, or on a new sheet. */
  keep(height: number): void {
    if (this.left >= height) return;
    this.#sheets.push([]);
    this.#y = A4.height - A4.margin;
  }

  space(mm: number): void {
    this.#y -= mm;
  }

  /** A paragraph; characters that the typeface lacks are shown as 〓. */
  text(words: string, style: TextStyle = {}): void {
    const { size = 10.5, weight = 'regular', ink = 'ink', x = A4.margin } = style;
    const typeface = this.#fonts[weight];
    const height = (size * LINE_HEIGHT) / POINTS_PER_MM;
    for (const line of wrapText(typeface, printable(typeface, words), size, style.width ?? A4.width - A4.margin - x)) {
      this.keep(height);
      this.#y -= height;
      this.#draw({ text: line, x, y: this.#y + height * 0.28, style: { size, weight, ink } });
    }
  }

  /** Name at the left, value beside it. */
  row(name: string, value: string, style: TextStyle = {}): void {
    this.keep(8);
    const top = this.#y;
    this.text(name, { size: 9.5, ink: 'soft', width: 38, ...style });
    const below = this.#y;
    this.#y = top;
    this.text(value, { ...style, x: (style.x ?? A4.margin) + 40 });
    this.#y = Math.min(this.#y, below);
  }

  rule(): void {
    this.space(2);
    this.#draw({
      path: `${INKS.rule} RG 0.6 w ${point(A4.margin)} ${point(this.#y)} m ${point(A4.width - A4.margin)} ${point(this.#y)} l S`,
    });
    this.space(2);
  }

  /** The mark of a verdict, `side` high, beside the line that follows: disc, octagon, diamond. */
  mark(mark: SheetMark, side: number, x: number = A4.margin): void {
    this.keep(side);
    this.#draw({ path: markPath(mark, x, this.#y - side, side) });
  }

  /** Words at the foot of every sheet, with its number behind. */
  encode({ title, at, id, foot }: { title: string; at: Date; id: Uint8Array; foot: string }): Uint8Array {
    const fonts = { regular: new EmbeddedFont(this.#fonts.regular), bold: new EmbeddedFont(this.#fonts.bold) };
    const sheets = this.#sheets.map((drawn, i): readonly Drawn[] => {
      const text = printable(this.#fonts.regular, `${foot}   ${i + 1} / ${this.count}`);
      return [...drawn, { text, x: A4.margin, y: FOOT - 6, style: { size: 8, weight: 'regular', ink: 'soft' } }];
    });
    for (const one of sheets.flat()) if ('text' in one) fonts[one.style.weight].use(one.text);
    fonts.bold.use(' ');
    const file = new PdfFile();
    const contents = sheets.map((drawn) =>
      file.addStream('', utf8(drawn.map((one) => operators(one, fonts)).join('\n'))),
    );
    const names = `/F1 ${refer(fonts.regular.write(file))} /F2 ${refer(fonts.bold.write(file))}`;
    const pages = addPages(file, contents, names);
    return file.encode({
      root: file.add(
        `<< /Type /Catalog /Pages ${refer(pages)} /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>`,
      ),
      info: file.add(`<< /Title ${pdfText(title)} /Creator (Xinji) /Producer (Xinji) /CreationDate ${pdfDate(at)} >>`),
      id: id.subarray(0, 16),
    });
  }

  #draw(drawn: Drawn): void {
    this.#sheets.at(-1)!.push(drawn);
  }
}

function addPages(file: PdfFile, contents: readonly PdfRef[], fonts: string): PdfRef {
  const pages = file.reserve();
  const box = `[0 0 ${point(A4.width)} ${point(A4.height)}]`;
  const kids = contents.map((content) =>
    file.add(
      `<< /Type /Page /Parent ${refer(pages)} /MediaBox ${box} /Resources << /Font << ${fonts} >> >> /Contents ${refer(content)} >>`,
    ),
  );
  return file.add(`<< /Type /Pages /Kids [${kids.map(refer).join(' ')}] /Count ${kids.length} >>`, pages);
}

function operators(drawn: Drawn, fonts: Readonly<Record<keyof Typefaces, EmbeddedFont>>): string {
  if ('path' in drawn) return drawn.path;
  const { text, x, y, style } = drawn;
  const name = style.weight === 'bold' ? 'F2' : 'F1';
  const shown = fonts[style.weight].coder()(text);
  return `BT ${INKS[style.ink]} rg /${name} ${pdfNumber(style.size)} Tf ${point(x)} ${point(y)} Td ${shown} Tj ET`;
}

/** What a typeface cannot draw, and what is no visible character, is shown as a geta mark. */
function printable(typeface: Typeface, text: string): string {
  return Array.from(text, (character) =>
    /\p{C}/u.test(character) || !typeface.has(character.codePointAt(0) ?? 0) ? '〓' : character,
  ).join('');
}

const point = (mm: number): string => pdfNumber(mm * POINTS_PER_MM);

type Corner = readonly [x: number, y: number];

/** Shape says what colour says. Coordinates of the sign on a grid of 24, as on the pages of the house. */
function markPath(mark: SheetMark, x: number, y: number, side: number): string {
  const at = ([cx, cy]: Corner): string => `${point(x + (cx * side) / 24)} ${point(y + ((24 - cy) * side) / 24)}`;
  const line = (corners: readonly Corner[]): string =>
    corners.map((one, i) => `${at(one)} ${i === 0 ? 'm' : 'l'}`).join(' ');
  const sign = `${pdfNumber((side / 24) * 2.4 * POINTS_PER_MM)} w 1 J 1 j`;
  if (mark === 'unknown')
    return `${INKS.unknown} RG ${sign} ${line([
      [12, 2],
      [22, 12],
      [12, 22],
      [2, 12],
    ])} s ${line([
      [12, 7.5],
      [12, 13],
    ])} S ${line([
      [12, 16.4],
      [12, 16.5],
    ])} S`;
  if (mark === 'failed')
    return `${INKS.failed} rg ${line([
      [7.6, 1.5],
      [16.4, 1.5],
      [22.5, 7.6],
      [22.5, 16.4],
      [16.4, 22.5],
      [7.6, 22.5],
      [1.5, 16.4],
      [1.5, 7.6],
    ])} f 1 G ${sign} ${line([
      [8.5, 8.5],
      [15.5, 15.5],
    ])} S ${line([
      [15.5, 8.5],
      [8.5, 15.5],
    ])} S`;
  return `${INKS.passed} rg ${disc(at)} f 1 G ${sign} ${line([
    [7, 12.5],
    [10.5, 16],
    [17, 9],
  ])} S`;
}

function disc(at: (corner: Corner) => string): string {
  const [c, r, k] = [12, 11, 6.08];
  const curve = (a: Corner, b: Corner, end: Corner): string => `${at(a)} ${at(b)} ${at(end)} c`;
  return [
    `${at([c + r, c])} m`,
    curve([c + r, c + k], [c + k, c + r], [c, c + r]),
    curve([c - k, c + r], [c - r, c + k], [c - r, c]),
    curve([c - r, c - k], [c - k, c - r], [c, c - r]),
    curve([c + k, c - r], [c + r, c - k], [c + r, c]),
  ].join(' ');
}
