// Drawing one license: A4, 30 fields, a photo of about 50 KB, QR code, metadata twice; the face of its type prepared.
// Floor: subsetting the fonts for the characters of that face and making its QR code, which every way must do; HarfBuzz does it.
// Naive: the same words, photo and code by pdf-lib with fontkit, as its documentation shows it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PDFDocument, type PDFFont, type PDFPage } from '@cantoo/pdf-lib';
import * as fontkit from 'fontkit';
import QRCode from 'qrcode';
import { makeFaceLink } from '../license/domain/face-link.ts';
import { layoutFace } from '../license/pdf/face-layout.ts';
import { listMetadataRows, metadataXml } from '../license/pdf/face-metadata.ts';
import type { FaceRecord } from '../license/pdf/face-record.ts';
import { listBlocks } from '../license/pdf/face-sections.ts';
import { prepareFace } from '../license/pdf/prepare-face.ts';
import { qrPath } from '../license/pdf/qr-path.ts';
import { renderLicense } from '../license/pdf/render-license.ts';
import { asPhoto, fieldsOf, license, photoOf50Kb, typeOf } from '../test/license/pdf/fixtures.ts';
import { renderer } from '../test/license/pdf/renderer.ts';
import { type Benchmark, measure } from './measure.ts';

const MM = 72 / 25.4;
const FONTS = ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'];

export const rendering: Benchmark = {
  name: 'rendering',
  run: async () => {
    const jpeg = await photoOf50Kb();
    const type = typeOf(30, 'a4-portrait', 'columns');
    const record: FaceRecord = { ...license, fields: fieldsOf(30), photo: asPhoto('image/jpeg', jpeg) };
    const { fonts, page, measures } = prepareFace(renderer, type);
    const { texts } = layoutFace(measures, page, type, record, listBlocks(type, record));
    const plain = codePointsOf(texts.filter(({ weight }) => weight === 'regular').map(({ text }) => text));
    const link = makeFaceLink(record.verifyUrl, record);
    const resolve = createRequire(import.meta.url).resolve;
    const files = FONTS.map((name) => readFileSync(resolve(`@expo-google-fonts/noto-sans-sc/${name}`)));

    const naive = async (): Promise<void> => {
      const document = await PDFDocument.create();
      document.registerFontkit(fontkit);
      const [regular, bold] = await Promise.all(files.map((file) => document.embedFont(file, { subset: true })));
      const sheet = document.addPage([page.width * MM, page.height * MM]);
      for (const { text, x, y, size, weight } of texts) {
        sheet.drawText(text, { x: x * MM, y: y * MM, size, font: (weight === 'bold' ? bold : regular) as PDFFont });
      }
      const photo = await document.embedJpg(jpeg);
      sheet.drawImage(photo, { x: 400, y: 500, width: 77, height: 102 });
      drawCode(sheet, link);
      const xml = metadataXml(listMetadataRows(type, record));
      await document.attach(new TextEncoder().encode(xml), 'metadata.xml', { mimeType: 'text/xml' });
      document.setTitle(record.name);
      await document.save();
    };
    const variants = {
      floor: () => {
        fonts.plain[0]?.subset(plain);
        qrPath(link, 0, 0, 100);
      },
      house: () => {
        renderLicense(renderer, type, record);
      },
      'house, type prepared anew': () => {
        renderLicense(renderer, { ...type }, record);
      },
      'naive pdf-lib': naive,
    };
    const size = renderLicense(renderer, type, record).pdf.length;
    return [
      await measure('Drawing a license', `one face of ${Math.round(size / 1000)} KB`, variants, {
        rounds: 25,
        warmUp: 6,
        times: 10,
        slow: ['naive pdf-lib'],
      }),
    ];
  },
};

function codePointsOf(texts: readonly string[]): number[] {
  return [...new Set(texts.join(''))].map((character) => character.codePointAt(0) ?? 0);
}

function drawCode(sheet: PDFPage, link: string): void {
  const { modules } = QRCode.create(link, { errorCorrectionLevel: 'M' });
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column))
        sheet.drawRectangle({ x: 70 + column * 1.7, y: 200 - row * 1.7, width: 1.7, height: 1.7 });
    }
  }
}
