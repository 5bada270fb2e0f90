// A license as one would make it without this house: the same words, photo and code drawn by pdf-lib with fontkit, as its
// documentation shows it; SM3 and SM2 by sm-crypto.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PDFDocument, type PDFFont, PDFHexString, PDFName, type PDFPage, PDFString } from '@cantoo/pdf-lib';
import * as fontkit from 'fontkit';
import QRCode from 'qrcode';
import smCrypto from 'sm-crypto';
import { toHex } from '../common/bytes.ts';
import type { SealingParty } from '../seal/flow/sealing-party.ts';

const MM = 72 / 25.4;
const FONTS = ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'];

export type NaiveFace = {
  readonly page: { readonly width: number; readonly height: number };
  readonly texts: readonly {
    readonly text: string;
    readonly x: number;
    readonly y: number;
    readonly size: number;
    readonly weight: string;
  }[];
  readonly jpeg: Uint8Array;
  readonly link: string;
  readonly xml: string;
  readonly title: string;
};

export type NaiveSealing = {
  readonly party: SealingParty;
  readonly picturePng: Uint8Array;
  readonly key: { readonly privateKey: string; readonly publicKey: string };
};

export type NaiveLicense = {
  readonly draw: () => Promise<Uint8Array>;
  /** Drawn and sealed in one go: one signature dictionary, nothing verified, and an earlier seal would not survive. */
  readonly drawAndSeal: (sealing: NaiveSealing) => Promise<void>;
};

export function makeNaiveLicense(face: NaiveFace): NaiveLicense {
  const resolve = createRequire(import.meta.url).resolve;
  const files = FONTS.map((name) => readFileSync(resolve(`@expo-google-fonts/noto-sans-sc/${name}`)));
  const begin = async () => {
    const document = await PDFDocument.create();
    return { document, page: await drawFace(document, face, files) };
  };
  return {
    draw: async () => (await begin()).document.save(),
    drawAndSeal: async (sealing) => {
      const { document, page } = await begin();
      await addSignature(document, page, sealing);
      sign(await document.save({ useObjectStreams: false }), sealing);
    },
  };
}

async function drawFace(document: PDFDocument, face: NaiveFace, files: readonly Uint8Array[]): Promise<PDFPage> {
  document.registerFontkit(fontkit);
  const [regular, bold] = await Promise.all(files.map((file) => document.embedFont(file, { subset: true })));
  const sheet = document.addPage([face.page.width * MM, face.page.height * MM]);
  for (const { text, x, y, size, weight } of face.texts)
    sheet.drawText(text, { x: x * MM, y: y * MM, size, font: (weight === 'bold' ? bold : regular) as PDFFont });
  sheet.drawImage(await document.embedJpg(face.jpeg), { x: 400, y: 500, width: 77, height: 102 });
  drawCode(sheet, face.link);
  await document.attach(new TextEncoder().encode(face.xml), 'metadata.xml', { mimeType: 'text/xml' });
  document.setTitle(face.title);
  return sheet;
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

/** A placeholder, its widget and the picture of the seal. */
export async function addSignature(
  document: PDFDocument,
  page: PDFPage,
  { party, picturePng }: Pick<NaiveSealing, 'party' | 'picturePng'>,
): Promise<void> {
  const image = await document.embedPng(picturePng);
  page.drawImage(image, { x: 400, y: 60, width: 119, height: 119 });
  const signature = document.context.obj({
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, 9999999999, 9999999999, 9999999999],
    Contents: PDFHexString.of('0'.repeat(2 * party.contentsBytes.dual)),
  });
  const widget = document.context.register(
    document.context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      Rect: [0, 0, 0, 0],
      T: PDFString.of('Seal1'),
      V: document.context.register(signature),
      P: page.ref,
    }),
  );
  page.node.set(PDFName.of('Annots'), document.context.obj([widget]));
  document.catalog.set(PDFName.of('AcroForm'), document.context.obj({ SigFlags: 3, Fields: [widget] }));
}

/** The digest of the file, and a signature each for the seal, for the CMS around it and for the time stamp over that. */
function sign(bytes: Uint8Array, { party, key }: NaiveSealing): void {
  const options = { hash: true, der: true, publicKey: key.publicKey } as const;
  const digest = smCrypto.sm3(bytes as unknown as number[]);
  const messages = [toHex(party.seal.raw) + digest, digest.repeat(8), digest.repeat(8)];
  for (const hex of messages) smCrypto.sm2.doSignature([...Buffer.from(hex, 'hex')] as never, key.privateKey, options);
}
