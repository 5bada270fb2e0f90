// The one page of a face, laid out and then written into a file: what a license, its annotated copy and its preview have in
// common.
import { utf8 } from '../../common/bytes.ts';
import { type PdfFile, type PdfRef, pdfNumber, refer } from '../../common/pdf/pdf-file.ts';
import { POINTS_PER_MM } from '../../common/pdf/typeface.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { collectFonts, type FacePage, faceContent, fontName } from './face-content.ts';
import { checkPrintable, type FontChoice } from './face-fonts.ts';
import { layoutFace } from './face-layout.ts';
import { type FacePhoto, placePhoto, readPhoto } from './face-photo.ts';
import type { FaceRecord } from './face-record.ts';
import { type FaceBlock, listBlocks } from './face-sections.ts';
import { type PreparedFace, prepareFace, type Renderer } from './prepare-face.ts';

export type FaceSheet = {
  readonly face: PreparedFace;
  readonly type: LicenseType;
  readonly license: FaceRecord;
  readonly photo: FacePhoto | null;
  readonly page: FacePage;
};

/** Throws `glyph-missing` and `license-fields-invalid`, with a pointer into the issue request. */
export function layoutSheet(
  renderer: Renderer,
  type: LicenseType,
  license: FaceRecord,
  decorate: (face: PreparedFace) => Pick<FacePage, 'qr' | 'watermark'>,
): FaceSheet {
  const face = prepareFace(renderer, type);
  const blocks = listBlocks(type, license);
  checkWords(face.fonts, license, blocks);
  const photo = license.photo ? readPhoto(license.photo) : null;
  const page: FacePage = {
    drawing: layoutFace(face.measures, face.page, type, license, blocks),
    photo: photo && placePhoto(photo, photoBox(face)),
    ...decorate(face),
  };
  return { face, type, license, photo, page };
}

/** Every word that is not the type's own. */
function checkWords(fonts: FontChoice, license: FaceRecord, blocks: readonly FaceBlock[]): void {
  for (const block of blocks) {
    if (block.kind === 'heading' || block.kind === 'statement') continue;
    for (const item of block.kind === 'table' ? block.lines.flat() : block.items) {
      checkPrintable(fonts, item.value, item.pointer);
    }
  }
  checkPrintable(fonts, license.licenseNumber, '/license_number');
  checkPrintable(fonts, license.issuingAuthority.name, '/authority');
}

function photoBox({ page }: PreparedFace): { x: number; y: number; width: number; height: number } {
  const { width, height } = page.photo;
  return { x: page.right - width, y: page.top - height, width, height };
}

/** Writes fonts, photo and the page; returns the page tree. */
export function addSheet(file: PdfFile, { face, photo, page }: FaceSheet): PdfRef {
  const used = collectFonts(face.fonts, page);
  const content = file.addStream('', utf8(faceContent(face, used, page)), { plain: true });
  const fonts = [...used].map(([index, font]) => `/${fontName(index)} ${refer(font.write(file, { plain: true }))}`);
  const resources = [
    `/Font << /F2 ${refer(face.boldFont)} ${fonts.join(' ')} >>`,
    ...(photo ? [`/XObject << /P1 ${refer(photo.write(file))} >>`] : []),
    ...(page.watermark ? [`/ExtGState << /W1 << /Type /ExtGState /ca ${page.watermark.opacity} >> >>`] : []),
  ];
  const pages = file.reserve();
  const box = [face.page.width, face.page.height].map((mm) => pdfNumber(mm * POINTS_PER_MM)).join(' ');
  const only = file.add(
    `<< /Type /Page /Parent ${refer(pages)} /MediaBox [0 0 ${box}] /Resources << ${resources.join(' ')} >> ` +
      `/Contents ${refer(content)} >>`,
  );
  file.add(`<< /Type /Pages /Kids [${refer(only)}] /Count 1 >>`, pages);
  return pages;
}
