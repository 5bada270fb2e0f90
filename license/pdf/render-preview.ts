// 预览: what the face of a license would look like, before anything is issued. Marked as a preview all over; without identifier,
// QR code and metadata, so that no reader takes it for a license. The layout, the fonts and what cannot be printed are those of
// the license.
import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { PdfFile, pdfDate, pdfText, refer } from '../../common/pdf/pdf-file.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { FaceRecord } from './face-record.ts';
import { addSheet, layoutSheet } from './face-sheet.ts';
import { layoutPreviewMark } from './face-watermark.ts';
import type { Renderer } from './prepare-face.ts';

/** Stands where the identifier will be, for nothing has one yet. */
const NOT_YET = '签发时生成 Made when it is issued';

/** Errors as `renderLicense`. */
export function renderPreview(
  renderer: Renderer,
  type: LicenseType,
  record: Omit<FaceRecord, 'identifier' | 'verifyUrl' | 'verifyCode'>,
): Uint8Array {
  const license = { ...record, identifier: NOT_YET, verifyUrl: '', verifyCode: '' };
  const sheet = layoutSheet(renderer, type, license, ({ measures, page }) => ({
    qr: null,
    watermark: layoutPreviewMark(measures, page),
  }));
  const file = new PdfFile(sheet.face.beginning);
  const pages = addSheet(file, sheet);
  const at = pdfDate(license.createdAt);
  return file.encode({
    root: file.add(
      `<< /Type /Catalog /Pages ${refer(pages)} /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>`,
    ),
    info: file.add(`<< /Title ${pdfText(`预览：${license.name}`)} /Producer (Xinji) /CreationDate ${at} >>`),
    id: sm3(utf8(JSON.stringify(license))).subarray(0, 16),
  });
}
