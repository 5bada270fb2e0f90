// Record and template version -> the PDF of a license, ready for its seal: face, embedded fonts, photo, QR code, XMP and the
// attachment metadata.xml. The same record gives the same bytes in every process and on every machine: nothing asks for the
// time or for chance, and nothing is compressed here (ADR 0026). Built to the rules of PDF/A-3b, checked by our own tests of
// them. An annotated copy (加注件) is drawn the same way; a preview (render-preview.ts) shares the page. GB/T 36905 asks for
// OFD; this is the PDF twin.
import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { PdfFile, type PdfRef, pdfDate, pdfText, refer } from '../../common/pdf/pdf-file.ts';
import { makeFaceLink } from '../domain/face-link.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { checkPrintable, type FontChoice } from './face-fonts.ts';
import { listMetadataRows, type MetadataRow, metadataXml, metadataXmp } from './face-metadata.ts';
import type { FaceAnnotation, FaceRecord } from './face-record.ts';
import { addSheet, type FaceSheet, layoutSheet } from './face-sheet.ts';
import { layoutWatermark } from './face-watermark.ts';
import type { Renderer } from './prepare-face.ts';

export type RenderedLicense = {
  readonly pdf: Uint8Array;
  /** Where the seal belongs: page from 1, lower left corner in mm, of a square of 42 mm. */
  readonly seal: { readonly page: number; readonly xMm: number; readonly yMm: number };
};

/**
 * Renders the license, or its annotated copy. Throws, with a pointer into the issue request: `glyph-missing` with U+XXXX for
 * a character that no font of the template draws, `license-fields-invalid` for what does not fit on the face and for a photo
 * that cannot be used.
 */
export function renderLicense(
  renderer: Renderer,
  type: LicenseType,
  license: FaceRecord,
  annotation?: FaceAnnotation,
): RenderedLicense {
  const sheet = layoutSheet(renderer, type, license, ({ fonts, measures, page }) => {
    if (annotation) checkWords(fonts, annotation);
    return {
      qr: makeFaceLink(license.verifyUrl, license),
      watermark: annotation ? layoutWatermark(measures, page, annotation) : null,
    };
  });
  const { x, y } = sheet.face.page.seal;
  return { pdf: writeFile({ ...sheet, annotation }), seal: { page: 1, xMm: x, yMm: y } };
}

function checkWords(fonts: FontChoice, { cause, recipient, creator }: FaceAnnotation): void {
  checkPrintable(fonts, cause, '/purpose');
  checkPrintable(fonts, recipient, '/recipient');
  checkPrintable(fonts, creator, '/creator');
}

type Sheet = FaceSheet & { readonly annotation: FaceAnnotation | undefined };

function writeFile(sheet: Sheet): Uint8Array {
  const { face, type, license, annotation } = sheet;
  const file = new PdfFile(face.beginning);
  const pages = addSheet(file, sheet);
  const madeAt = annotation?.createdAt ?? license.createdAt;
  const rows = listMetadataRows(type, license, annotation);
  return file.encode({
    root: addCatalog(file, sheet, pages, rows, madeAt),
    info: addInfo(file, license, madeAt),
    id: fileId(sheet, rows, madeAt),
  });
}

function addCatalog(file: PdfFile, { face, license }: Sheet, pages: PdfRef, rows: MetadataRow[], madeAt: Date): PdfRef {
  const packet = utf8(metadataXmp(face.packet, license, rows, madeAt));
  const xmp = file.addStream('/Type /Metadata /Subtype /XML', packet, { plain: true });
  const attachment = addAttachment(file, rows, madeAt);
  return file.add(
    `<< /Type /Catalog /Pages ${refer(pages)} /Metadata ${refer(xmp)} /Lang (zh-CN) ` +
      `/ViewerPreferences << /DisplayDocTitle true >> /OutputIntents [${refer(face.outputIntent)}] ` +
      `/Names << /EmbeddedFiles << /Names [(metadata.xml) ${refer(attachment)}] >> >> /AF [${refer(attachment)}] >>`,
  );
}

/** metadata.xml, tied to the document as its data (/AFRelationship). */
function addAttachment(file: PdfFile, rows: readonly MetadataRow[], madeAt: Date): PdfRef {
  const xml = utf8(metadataXml(rows));
  const params = `/Params << /Size ${xml.length} /ModDate ${pdfDate(madeAt)} >>`;
  const stream = file.addStream(`/Type /EmbeddedFile /Subtype /text#2Fxml ${params}`, xml, { plain: true });
  return file.add(
    `<< /Type /Filespec /F (metadata.xml) /UF (metadata.xml) /AFRelationship /Data ` +
      `/Desc ${pdfText('电子证照元数据')} /EF << /F ${refer(stream)} /UF ${refer(stream)} >> >>`,
  );
}

function addInfo(file: PdfFile, license: FaceRecord, madeAt: Date): PdfRef {
  const at = pdfDate(madeAt);
  return file.add(
    `<< /Title ${pdfText(license.name)} /Author ${pdfText(license.issuingAuthority.name)} /Creator (Xinji) ` +
      `/Producer (Xinji) /CreationDate ${at} /ModDate ${at} >>`,
  );
}

/**
 * 16 bytes that are the same for the same record and template version, and others for another. From what is written in the
 * file, value by value: the order in which a record happens to list its members is nothing.
 */
function fileId({ type, license, annotation, photo }: Sheet, rows: readonly MetadataRow[], madeAt: Date): Uint8Array {
  const { template, template_version: version } = type.face;
  const words = [rows, license.verifyUrl, license.verifyCode, madeAt, annotation?.recipient ?? null];
  return sm3(utf8(JSON.stringify([words, type.version, template, version])), photo?.bytes ?? new Uint8Array()).subarray(
    0,
    16,
  );
}
