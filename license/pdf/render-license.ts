// Record and type -> the PDF of a license, ready for its seal: face, embedded fonts, QR code of the identifier, XMP and
// the attachment metadata.xml. The same record gives the same bytes. Follows the rules of PDF/A-3b where it can (embedded
// fonts, XMP, /AF) without claiming conformance. GB/T 36905 asks for OFD; this is the PDF twin.

import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { EmbeddedFont } from '../../common/pdf/embedded-font.ts';
import { PdfFile, type PdfRef, pdfDate, pdfNumber, pdfText, refer } from '../../common/pdf/pdf-file.ts';
import type { Typefaces } from '../../common/pdf/typeface.ts';
import type { LicenseContent } from '../domain/license-record.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type FaceLayout, type Ink, layoutFace } from './face-layout.ts';
import { metadataXml, metadataXmp } from './license-metadata.ts';
import { qrPath } from './qr-path.ts';

export type RenderedLicense = {
  readonly pdf: Uint8Array;
  /** Where the seal belongs: page from 1, lower left corner in mm. */
  readonly seal: FaceLayout['seal'];
};

const POINTS_PER_MM = 72 / 25.4;
const INKS: Readonly<Record<Ink, string>> = {
  ink: '0.11 0.14 0.19',
  soft: '0.29 0.33 0.40',
  frame: '0.10 0.31 0.56',
  rule: '0.78 0.82 0.87',
  ghost: '0.945 0.955 0.97',
};

/**
 * Renders the license. Throws `glyph-missing` for a character without a glyph and `license-fields-invalid` when the
 * fields do not fit on the face.
 */
export function renderLicense(fonts: Typefaces, type: LicenseType, license: LicenseContent): RenderedLicense {
  const layout = layoutFace(fonts, type, license);
  const embedded = { regular: new EmbeddedFont(fonts.regular), bold: new EmbeddedFont(fonts.bold) };
  for (const { text, weight } of layout.texts) embedded[weight].use(text);
  const file = new PdfFile();
  const content = file.addStream('', utf8(drawFace(layout, license.identifier, embedded)));
  const pageRef = file.reserve();
  const pagesRef = file.reserve();
  const box = `[0 0 ${pdfNumber(layout.widthMm * POINTS_PER_MM)} ${pdfNumber(layout.heightMm * POINTS_PER_MM)}]`;
  const fontNames = `/F1 ${refer(embedded.regular.write(file))} /F2 ${refer(embedded.bold.write(file))}`;
  file.add(
    `<< /Type /Page /Parent ${refer(pagesRef)} /MediaBox ${box} /Resources << /Font << ${fontNames} >> >> ` +
      `/Contents ${refer(content)} >>`,
    pageRef,
  );
  file.add(`<< /Type /Pages /Kids [${refer(pageRef)}] /Count 1 >>`, pagesRef);
  return {
    pdf: file.encode({
      root: addCatalog(file, pagesRef, type, license),
      info: addInfo(file, license),
      id: sm3(utf8(JSON.stringify([license, type.version]))).subarray(0, 16),
    }),
    seal: layout.seal,
  };
}

function addCatalog(file: PdfFile, pages: PdfRef, type: LicenseType, license: LicenseContent): PdfRef {
  const xmp = file.addStream('/Type /Metadata /Subtype /XML', utf8(metadataXmp(type, license)), { plain: true });
  const attachment = addAttachment(file, type, license);
  return file.add(
    `<< /Type /Catalog /Pages ${refer(pages)} /Metadata ${refer(xmp)} /Lang (zh-CN) ` +
      `/ViewerPreferences << /DisplayDocTitle true >> ` +
      `/Names << /EmbeddedFiles << /Names [(metadata.xml) ${refer(attachment)}] >> >> /AF [${refer(attachment)}] >>`,
  );
}

/** metadata.xml, tied to the document as its data (/AFRelationship). */
function addAttachment(file: PdfFile, type: LicenseType, license: LicenseContent): PdfRef {
  const xml = utf8(metadataXml(type, license));
  const params = `/Params << /Size ${xml.length} /ModDate ${pdfDate(license.createdAt)} >>`;
  const stream = file.addStream(`/Type /EmbeddedFile /Subtype /application#2Fxml ${params}`, xml);
  return file.add(
    `<< /Type /Filespec /F (metadata.xml) /UF (metadata.xml) /AFRelationship /Data ` +
      `/Desc ${pdfText('电子证照元数据')} /EF << /F ${refer(stream)} /UF ${refer(stream)} >> >>`,
  );
}

function addInfo(file: PdfFile, license: LicenseContent): PdfRef {
  const at = pdfDate(license.createdAt);
  return file.add(
    `<< /Title ${pdfText(license.name)} /Author ${pdfText(license.issuingAuthority.name)} /Creator (Xinji) ` +
      `/Producer (Xinji) /CreationDate ${at} /ModDate ${at} >>`,
  );
}

type Fonts = { readonly regular: EmbeddedFont; readonly bold: EmbeddedFont };

/** The content stream: frames, pale marks, lines, texts, the QR code last. */
function drawFace(layout: FaceLayout, identifier: string, fonts: Fonts): string {
  const mm = (value: number): string => pdfNumber(value * POINTS_PER_MM);
  const coders = { regular: fonts.regular.coder(), bold: fonts.bold.coder() };
  const { x, y, side } = layout.qr;
  return [
    ...layout.frames.map(
      ({ inset, strokePoints }) =>
        `${INKS.frame} RG ${strokePoints} w ${mm(inset)} ${mm(inset)} ` +
        `${mm(layout.widthMm - 2 * inset)} ${mm(layout.heightMm - 2 * inset)} re S`,
    ),
    ...layout.lines.map(
      (line) => `${INKS[line.ink]} RG 0.6 w ${mm(line.x)} ${mm(line.y)} m ${mm(line.x + line.width)} ${mm(line.y)} l S`,
    ),
    ...layout.texts.map(
      ({ text, weight, size, ink, x: left, y: base }) =>
        `BT ${INKS[ink]} rg /${weight === 'bold' ? 'F2' : 'F1'} ${pdfNumber(size)} Tf ` +
        `${mm(left)} ${mm(base)} Td ${coders[weight](text)} Tj ET`,
    ),
    '0 g',
    qrPath(identifier, x * POINTS_PER_MM, y * POINTS_PER_MM, side * POINTS_PER_MM),
  ].join('\n');
}
