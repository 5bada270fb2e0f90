// What the faces of all licenses of a type have in common, made once and kept: the beginning of the file with colour profile
// and bold font, the codes of all bold words, the frame of the XMP packet. Then a license costs only what is its own.
import { EmbeddedFont } from '../../common/pdf/embedded-font.ts';
import type { FontFile } from '../../common/pdf/font-files.ts';
import { type FrozenPdf, PdfFile, type PdfRef, refer } from '../../common/pdf/pdf-file.ts';
import { makeSrgbProfile } from '../../common/pdf/srgb-profile.ts';
import type { Typeface } from '../../common/pdf/typeface.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { Measures } from './face-drawing.ts';
import { checkPrintable, chooseFonts, type FontChoice } from './face-fonts.ts';
import { FACE_WORDS } from './face-layout.ts';
import { makePacketFrame, type PacketFrame } from './face-metadata.ts';
import { listLabels } from './face-sections.ts';
import { type FaceMeasures, getTemplate } from './face-template.ts';

export type PreparedFace = {
  readonly page: FaceMeasures;
  readonly fonts: FontChoice;
  readonly measures: Measures;
  /** Code string of a bold word. */
  readonly boldCode: (text: string) => string;
  readonly beginning: FrozenPdf;
  readonly boldFont: PdfRef;
  readonly outputIntent: PdfRef;
  readonly packet: PacketFrame;
};

/** Kept by whoever renders, for as long as it renders; nothing of one license stays in it. */
export type Renderer = {
  readonly fonts: ReadonlyMap<string, Typeface>;
  /** By the parsed type: a published version is never changed. */
  readonly prepared: WeakMap<LicenseType, PreparedFace>;
};

/** A renderer with these fonts; which of them a face uses is said by its template, by SM3. */
export function makeRenderer({ fonts }: { readonly fonts: readonly FontFile[] }): Renderer {
  return { fonts: new Map(fonts.map(({ sm3, typeface }) => [sm3, typeface])), prepared: new WeakMap() };
}

/**
 * The kept face of a type, prepared when it is asked for first. Throws `glyph-missing` for a word of the type that cannot be
 * drawn, with a pointer into the type document, and `invalid-request` for a template version that there is not.
 */
export function prepareFace(renderer: Renderer, type: LicenseType): PreparedFace {
  const kept = renderer.prepared.get(type);
  if (kept) return kept;
  const { measures: page, fonts: names } = getTemplate(type.face);
  const fonts = chooseFonts(renderer.fonts, names);
  checkWords(fonts, type);
  const bold = new EmbeddedFont(fonts.bold);
  for (const word of [...FACE_WORDS, ...listLabels(type), type.face.title ?? type.name]) bold.use(word);
  const file = new PdfFile();
  const boldFont = bold.write(file, { plain: true });
  const outputIntent = addOutputIntent(file);
  const prepared = {
    page,
    fonts,
    measures: { regular: fonts, bold: fonts.bold },
    boldCode: rememberCodes(bold.coder()),
    beginning: file.freeze(),
    boldFont,
    outputIntent,
    packet: makePacketFrame(type),
  };
  renderer.prepared.set(type, prepared);
  return prepared;
}

/** Words of the type that are not bold. */
function checkWords(fonts: FontChoice, type: LicenseType): void {
  checkPrintable(fonts, type.face.title_en ?? type.name_en, '/face/title_en');
  checkPrintable(fonts, type.face.statement ?? '', '/face/statement');
  checkPrintable(fonts, `${type.face.holder_label_en ?? ''}${type.face.holder_code_label_en ?? ''}`, '/face');
  for (const [index, { label_en: words }] of type.groups.entries()) checkPrintable(fonts, words, `/groups/${index}`);
  for (const [index, { label_en: words }] of type.fields.entries()) checkPrintable(fonts, words, `/fields/${index}`);
}

/** The colours of the page are those of sRGB (PDF/A: an output intent wherever colours depend on the device). */
function addOutputIntent(file: PdfFile): PdfRef {
  const profile = file.addStream('/N 3', makeSrgbProfile(), { plain: true });
  return file.add(
    `<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1) ` +
      `/DestOutputProfile ${refer(profile)} >>`,
  );
}

/** Labels are few and come again in every license. */
function rememberCodes(coder: (text: string) => string): (text: string) => string {
  const codes = new Map<string, string>();
  return (text) => {
    const known = codes.get(text) ?? coder(text);
    if (codes.size < 1000) codes.set(text, known);
    return known;
  };
}
