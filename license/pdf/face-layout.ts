// The face of a license as drawing instructions in millimetres: title, number, sections, authority, date, frame. The measures
// are those of the template. Pure layout: it knows neither PDF syntax nor the seal's picture, only the place kept for it.
import { TrustError } from '../../common/errors.ts';
import { widthMm, wrapText } from '../../common/pdf/typeface.ts';
import { chineseDate } from '../domain/license-date.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { at, centred, type FaceDrawing, type FaceLine, type FaceText, fitSize, type Measures } from './face-drawing.ts';
import { layoutFlow } from './face-flow.ts';
import type { FaceRecord } from './face-record.ts';
import type { FaceBlock } from './face-sections.ts';
import type { FaceMeasures } from './face-template.ts';

const SAMPLE = '样例';
const SAMPLE_LINE = '样例，不具法律效力  Sample, no legal force';
/** Points of a title in one line, then in two. */
const TITLE_SIZES = [28, 24, 20];
const TITLE_SIZES_OF_TWO = [18, 15];
const LEAST_NUMBER_SIZE = 7;

/** Words in bold that are not words of the type. */
export const FACE_WORDS: readonly string[] = [SAMPLE];

/** Lays out the face with these sections. Throws `license-fields-invalid` with the pointer of what does not fit. */
export function layoutFace(
  measures: Measures,
  page: FaceMeasures,
  type: LicenseType,
  license: FaceRecord,
  blocks: readonly FaceBlock[],
): FaceDrawing {
  const photo = license.photo ? page.photo : { width: 0, height: 0 };
  const flow = layoutFlow(measures, blocks, { ...page, photo });
  return {
    texts: [
      ...(type.sample ? sampleMarks(measures, page) : []),
      ...titleTexts(measures, page, type),
      numberText(measures, page, license.licenseNumber),
      ...flow.texts,
      ...authorityTexts(measures, page, license),
      ...footTexts(measures, page, license),
    ],
    lines: [...frameLines(page), ...flow.lines],
    fills: flow.fills,
  };
}

function titleTexts(measures: Measures, page: FaceMeasures, type: LicenseType): FaceText[] {
  const title = type.face.title ?? type.name;
  const middle = page.width / 2;
  const limit = page.right - page.left;
  const english = type.face.title_en ?? type.name_en;
  const below = at(english, 0, page.titleEn, fitSize(measures.regular, english, limit, 11), 'soft');
  const size = TITLE_SIZES.find((points) => widthMm(measures.bold, title, points) <= limit);
  if (size !== undefined) {
    return [centred(measures, middle, at(title, 0, page.title, size, 'ink', 'bold')), centred(measures, middle, below)];
  }
  for (const points of TITLE_SIZES_OF_TWO) {
    const lines = wrapText(measures.bold, title, points, limit);
    if (lines.length > 2) continue;
    const texts = lines.map((line, index) => at(line, 0, page.title + 6 - index * points * 0.5, points, 'ink', 'bold'));
    return [...texts, below].map((text) => centred(measures, middle, text));
  }
  throw new TrustError('license-fields-invalid', 'the title does not fit on the face', { pointer: '/face/title' });
}

function numberText({ regular }: Measures, page: FaceMeasures, number: string): FaceText {
  const text = `编号 No. ${number}`;
  const size = fitSize(regular, text, page.right - page.left, 11);
  if (size < LEAST_NUMBER_SIZE) {
    throw new TrustError('license-fields-invalid', 'the number does not fit on the face', {
      pointer: '/license_number',
    });
  }
  return at(text, page.right - widthMm(regular, text, size), page.number, size, 'ink');
}

/** Said above the title and once large behind everything: a sample must not pass for a license. */
function sampleMarks(measures: Measures, page: FaceMeasures): FaceText[] {
  const middle = page.width / 2;
  return [
    centred(measures, middle, at(SAMPLE, 0, (page.top + page.bottom) / 2 - 24, 190, 'ghost', 'bold')),
    centred(measures, middle, at(SAMPLE_LINE, 0, page.title + 15, 9.5, 'soft')),
  ];
}

/** The authority above the seal, the date inside its ring and clear of the star: sealed over the date, as on paper. */
function authorityTexts(measures: Measures, page: FaceMeasures, license: FaceRecord): FaceText[] {
  const { seal } = page;
  const middle = seal.x + seal.side / 2;
  const size = [12.5, 10.5, 9].find(
    (points) => wrapText(measures.regular, license.issuingAuthority.name, points, page.authority).length <= 2,
  );
  if (size === undefined) {
    throw new TrustError('license-fields-invalid', 'the name of the issuing authority does not fit on the face');
  }
  const name = wrapText(measures.regular, license.issuingAuthority.name, size, page.authority);
  const foot = seal.y + seal.side + 2;
  const top = foot + (name.length - 1) * 5.4;
  return [
    at('颁发机构 Issuing authority', 0, top + 6.2, 8, 'soft'),
    ...name.map((line, index) => at(line, 0, top - index * 5.4, size, 'ink')),
    at(chineseDate(license.issuedOn), 0, seal.y + 5.6, 9, 'ink'),
  ].map((text) => centred(measures, middle, text));
}

function footTexts(measures: Measures, page: FaceMeasures, license: FaceRecord): FaceText[] {
  const { qr, identifier } = page;
  return [
    centred(measures, qr.x + qr.side / 2, at('扫码核验 Scan to verify', 0, qr.y - 3.6, 8, 'soft')),
    at('电子证照标识 License identifier', page.left, identifier + 4.4, 7.5, 'soft'),
    at(license.identifier, page.left, identifier, 7.5, 'ink'),
  ];
}

/** A strong frame, a fine one inside it whose corners step back around a square. */
function frameLines({ width, height }: FaceMeasures): FaceLine[] {
  const [outer, inner, step] = [9, 11.6, 5];
  const [x0, y0, x1, y1] = [inner, inner, width - inner, height - inner];
  const fine = polygon([
    [x0 + step, y0],
    [x1 - step, y0],
    [x1 - step, y0 + step],
    [x1, y0 + step],
    [x1, y1 - step],
    [x1 - step, y1 - step],
    [x1 - step, y1],
    [x0 + step, y1],
    [x0 + step, y1 - step],
    [x0, y1 - step],
    [x0, y0 + step],
    [x0 + step, y0 + step],
  ]).map((line) => ({ ...line, points: 0.5 }));
  const strong = rectangle(outer, outer, width - outer, height - outer).map((line) => ({ ...line, points: 1.6 }));
  const corners = [x0, x1 - step + 1.2].flatMap((x) =>
    [y0, y1 - step + 1.2].flatMap((y) => rectangle(x, y, x + step - 1.2, y + step - 1.2)),
  );
  return [...strong, ...fine, ...corners];
}

type Corner = readonly [x: number, y: number];

function rectangle(x0: number, y0: number, x1: number, y1: number): FaceLine[] {
  return polygon([
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ]);
}

function polygon(corners: readonly Corner[]): FaceLine[] {
  return corners.map(([x, y], index) => {
    const [toX, toY] = corners[(index + 1) % corners.length] ?? [x, y];
    return { x, y, dx: toX - x, dy: toY - y, ink: 'frame' };
  });
}
