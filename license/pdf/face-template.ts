// The templates of the face, by name and version: the measures of the page and the fonts, named by their SM3. A version is
// never changed: the same record and version give the same bytes for ever, and another font file cannot slip in.
// Millimetres from the lower left corner of the page.
import { TrustError } from '../../common/errors.ts';
import type { FaceTemplate, TypeFace } from '../domain/type-face.ts';

export type Place = { readonly x: number; readonly y: number; readonly side: number };
export type FaceMeasures = {
  readonly width: number;
  readonly height: number;
  /** Edges of what is written. */
  readonly left: number;
  readonly right: number;
  /** Base lines of title, its English and the number of the license. */
  readonly title: number;
  readonly titleEn: number;
  readonly number: number;
  /** The field of the sections. */
  readonly top: number;
  readonly bottom: number;
  /** Upper right in the field; width and height of the picture's box. */
  readonly photo: { readonly width: number; readonly height: number };
  readonly qr: Place;
  /** Kept clear for the seal; only the date lies under it, as on paper. */
  readonly seal: Place;
  /** Widest line of the issuing authority above the seal. */
  readonly authority: number;
  /** Base line of the identifier; its words stand above it. */
  readonly identifier: number;
};
export type FaceFonts = {
  /** SM3 of the font files, hexadecimal. */
  readonly regular: string;
  readonly bold: string;
  /** For ideographs that `regular` lacks, in this order. */
  readonly rare: readonly string[];
};
export type TemplateVersion = { readonly measures: FaceMeasures; readonly fonts: FaceFonts };

/** Noto Sans SC 400 and 700 of @expo-google-fonts/noto-sans-sc 0.4.3; HanaMinB and HanaMinA of 2017-09-04. */
const FONTS: FaceFonts = {
  regular: 'eeb9b246fd9593e6d0d88f3e3efa6559adb4f1260b32fd0926d838764c3633d7',
  bold: 'ee09e1d609078ca5f026eef6c7668f52d638ea8ce103fc0e9cc995b67ace820a',
  rare: [
    'e2cf5ef59f630d6d656b0fb3a9755ee1568f77a3306a1668faa412d195b3f389',
    'f1b12797aa8c7507306f12c365949d2e3c4f4fe05db693b27226390a2a651dcc',
  ],
};

const PORTRAIT: FaceMeasures = {
  width: 210,
  height: 297,
  left: 25,
  right: 185,
  title: 255,
  titleEn: 247,
  number: 237,
  top: 232,
  bottom: 92,
  photo: { width: 27, height: 36 },
  qr: { x: 25, y: 37, side: 34 },
  seal: { x: 134, y: 32, side: 42 },
  authority: 68,
  identifier: 21.5,
};

const LANDSCAPE: FaceMeasures = {
  width: 297,
  height: 210,
  left: 27,
  right: 270,
  title: 177,
  titleEn: 170,
  number: 162,
  top: 157,
  bottom: 78,
  photo: { width: 26, height: 34 },
  qr: { x: 27, y: 35, side: 32 },
  seal: { x: 216, y: 22, side: 42 },
  authority: 80,
  identifier: 21.5,
};

const TEMPLATES: Readonly<Record<FaceTemplate, readonly TemplateVersion[]>> = {
  'a4-portrait': [{ measures: PORTRAIT, fonts: FONTS }],
  'a4-landscape': [{ measures: LANDSCAPE, fonts: FONTS }],
};

/** Throws `invalid-request` for a version that the house does not have. */
export function getTemplate({ template, template_version: version }: TypeFace): TemplateVersion {
  const found = TEMPLATES[template][version - 1];
  if (found) return found;
  throw new TrustError('invalid-request', `there is no version ${version} of ${template}`, {
    pointer: '/face/template_version',
  });
}

/** SM3 of every font that some template version names, each once. */
export function listTemplateFonts(): { readonly text: readonly string[]; readonly rare: readonly string[] } {
  const fonts = Object.values(TEMPLATES).flatMap((versions) => versions.map((version) => version.fonts));
  const once = (names: readonly string[]): string[] => [...new Set(names)];
  return {
    text: once(fonts.flatMap(({ regular, bold }) => [regular, bold])),
    rare: once(fonts.flatMap(({ rare }) => rare)),
  };
}
