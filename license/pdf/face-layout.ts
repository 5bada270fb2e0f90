// The face of a license as drawing instructions in millimetres, one function for each template of FACE_TEMPLATES.
// Pure layout: it measures with a typeface and knows neither PDF syntax nor the seal's picture, only the place kept for it.

import { HOLDER_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { TrustError } from '../../common/errors.ts';
import { type Typeface, type Typefaces, widthMm, wrapText } from '../../common/pdf/typeface.ts';
import { fieldText } from '../domain/field-text.ts';
import { chineseDate, NEVER } from '../domain/license-date.ts';
import type { LicenseContent } from '../domain/license-record.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { FaceTemplate } from '../domain/type-face.ts';

export type Ink = 'ink' | 'soft' | 'frame' | 'rule' | 'ghost';
export type FaceText = {
  readonly text: string;
  /** Left end of the base line, mm from the lower left corner of the page. */
  readonly x: number;
  readonly y: number;
  /** Points. */
  readonly size: number;
  readonly weight: 'regular' | 'bold';
  readonly ink: Ink;
};
export type FaceLine = { readonly x: number; readonly y: number; readonly width: number; readonly ink: Ink };
export type FaceFrame = { readonly inset: number; readonly strokePoints: number };
export type FaceLayout = {
  readonly widthMm: number;
  readonly heightMm: number;
  readonly texts: readonly FaceText[];
  readonly lines: readonly FaceLine[];
  readonly frames: readonly FaceFrame[];
  readonly qr: { readonly x: number; readonly y: number; readonly side: number };
  /** Lower left corner of the square kept for the seal. Only the date lies under it, as on paper. */
  readonly seal: { readonly page: number; readonly xMm: number; readonly yMm: number; readonly sideMm: number };
};

const TEMPLATES: Readonly<Record<FaceTemplate, typeof layoutPortrait>> = {
  'a4-portrait': layoutPortrait,
  'a4-landscape': layoutPortrait,
};

/** Lays out the face by the template that the type names. Throws `license-fields-invalid` when it does not fit. */
export function layoutFace(fonts: Typefaces, type: LicenseType, license: LicenseContent): FaceLayout {
  return TEMPLATES[type.face.template](fonts, type, license);
}

const PAGE = { width: 210, height: 297 };
const LABEL_X = 27;
const VALUE_X = 74;
const RIGHT_X = 183;
const ROWS_TOP = 226;
const ROWS_BOTTOM = 88;
const SEAL = { page: 1, xMm: 127, yMm: 31, sideMm: 42 };
const SEAL_CENTRE = SEAL.xMm + SEAL.sideMm / 2;

function layoutPortrait(fonts: Typefaces, type: LicenseType, license: LicenseContent): FaceLayout {
  const rows = layoutRows(fonts, listRows(type, license));
  return {
    widthMm: PAGE.width,
    heightMm: PAGE.height,
    texts: [
      ...(type.sample ? sampleMarks(fonts) : []),
      ...titleTexts(fonts, type, license),
      ...rows.texts,
      ...authorityTexts(fonts, license),
      at('电子证照标识', 24, 24.5, 7.5, 'soft'),
      at(license.identifier, 24, 20.5, 7.5, 'ink'),
    ],
    lines: rows.lines,
    frames: [
      { inset: 10, strokePoints: 1.4 },
      { inset: 12, strokePoints: 0.4 },
    ],
    qr: { x: 22, y: 30, side: 36 },
    seal: SEAL,
  };
}

function titleTexts(fonts: Typefaces, type: LicenseType, license: LicenseContent): FaceText[] {
  const size = Math.min(28, fitSize(fonts.bold, license.name, 165, 28));
  const number = `证照编号 ${license.licenseNumber}`;
  const numberSize = Math.min(11, fitSize(fonts.regular, number, 156, 11));
  return [
    centred(fonts.bold, license.name, PAGE.width / 2, 254, size, 'bold', 'ink'),
    centred(fonts.regular, type.name_en, PAGE.width / 2, 245, 11, 'regular', 'soft'),
    at(number, RIGHT_X - widthMm(fonts.regular, number, numberSize), 232, numberSize, 'ink'),
  ];
}

/** Said above the title and once large behind everything: a sample must not pass for a license. */
function sampleMarks(fonts: Typefaces): FaceText[] {
  return [
    centred(fonts.bold, '样例', PAGE.width / 2, 130, 190, 'bold', 'ghost'),
    centred(fonts.regular, '样例，不具法律效力  Sample, no legal force', PAGE.width / 2, 276, 10, 'regular', 'soft'),
  ];
}

type Row = { readonly label: string; readonly labelEn: string; readonly value: string };

function listRows(type: LicenseType, license: LicenseContent): Row[] {
  const end = license.validTo === NEVER ? '长期' : `至 ${chineseDate(license.validTo)}`;
  return [
    { label: '持证主体', labelEn: 'Holder', value: license.holder.name },
    {
      label: HOLDER_CODE_TYPES.get(license.holder.codeType) ?? '证件号码',
      labelEn: 'Holder code',
      value: license.holder.code,
    },
    ...type.fields.flatMap((field) => {
      const value = license.fields[field.name];
      if (value === undefined || !field.face) return [];
      return [{ label: field.label, labelEn: field.label_en, value: fieldText(type, field, value) }];
    }),
    { label: '有效期', labelEn: 'Valid', value: `${chineseDate(license.validFrom)} ${end}` },
  ];
}

function layoutRows(fonts: Typefaces, rows: readonly Row[]): { texts: FaceText[]; lines: FaceLine[] } {
  const wrapped = rows.map((row) => ({ ...row, values: wrapText(fonts.regular, row.value, 14, RIGHT_X - VALUE_X) }));
  const lineCount = wrapped.reduce((sum, row) => sum + row.values.length, 0);
  const extra = lineCount - rows.length;
  const height = Math.min(14, (ROWS_TOP - ROWS_BOTTOM - extra * 6.5) / rows.length);
  if (height < 8.5) {
    throw new TrustError('license-fields-invalid', `${lineCount} lines of fields do not fit on the face`, {
      pointer: '/fields',
    });
  }
  const texts: FaceText[] = [];
  const lines: FaceLine[] = [];
  let top = ROWS_TOP;
  for (const { label, labelEn, values } of wrapped) {
    const base = top - height * 0.5;
    const labels = fitSize(fonts.bold, label, VALUE_X - LABEL_X - 3, 11.5);
    texts.push({ ...at(label, LABEL_X, base, Math.min(11.5, labels), 'ink'), weight: 'bold' });
    texts.push(at(labelEn, LABEL_X, base - 3.9, 7.5, 'soft'));
    for (const [index, value] of values.entries()) texts.push(at(value, VALUE_X, base - 1.2 - index * 6.5, 14, 'ink'));
    top -= height + (values.length - 1) * 6.5;
    lines.push({ x: LABEL_X, y: top, width: RIGHT_X - LABEL_X, ink: 'rule' });
  }
  return { texts, lines };
}

/** The authority above the seal, the date inside its ring and clear of the star: sealed over the date, as on paper. */
function authorityTexts(fonts: Typefaces, license: LicenseContent): FaceText[] {
  const name = wrapText(fonts.bold, license.issuingAuthority.name, 13, 72);
  const foot = SEAL.yMm + SEAL.sideMm + 2;
  return [
    centred(
      fonts.regular,
      '颁发机构 Issuing authority',
      SEAL_CENTRE,
      foot + name.length * 5.6 + 1,
      8,
      'regular',
      'soft',
    ),
    ...name.map((line, index) =>
      centred(fonts.bold, line, SEAL_CENTRE, foot + (name.length - 1 - index) * 5.6, 13, 'bold', 'ink'),
    ),
    centred(fonts.regular, chineseDate(license.issuedOn), SEAL_CENTRE, SEAL.yMm + 6.5, 10, 'regular', 'ink'),
  ];
}

function at(text: string, x: number, y: number, size: number, ink: Ink): FaceText {
  return { text, x, y, size, weight: 'regular', ink };
}

function centred(
  typeface: Typeface,
  text: string,
  centre: number,
  y: number,
  size: number,
  weight: FaceText['weight'],
  ink: Ink,
): FaceText {
  return { text, x: centre - widthMm(typeface, text, size) / 2, y, size, weight, ink };
}

function fitSize(typeface: Typeface, text: string, limitMm: number, size: number): number {
  const width = widthMm(typeface, text, size);
  return width <= limitMm ? size : (size * limitMm) / width;
}
