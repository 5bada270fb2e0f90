// The QR code of a face as two foreign readers see it on the drawn page, zbar and ZXing; and what it holds.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryBitmap, DecodeHintType, HybridBinarizer, QRCodeReader, RGBLuminanceSource } from '@zxing/library';
import test from 'ava';
import fc from 'fast-check';
import sharp from 'sharp';
import { makeFaceLink, parseFaceLink } from '../../../license/domain/face-link.ts';
import type { LicenseType } from '../../../license/domain/license-type.ts';
import { getTemplate } from '../../../license/pdf/face-template.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { judge } from '../../_harness/judges.ts';
import { annotation, license, type } from './fixtures.ts';
import { listPackSamples } from './pack-samples.ts';
import { renderer } from './renderer.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-qr-'));
test.after.always(() => rmSync(folder, { recursive: true }));

/** A page, or of it only the square of 90 mm in which the code stands. */
function drawPage(name: string, pdf: Uint8Array, dpi: number, only?: LicenseType): string {
  const path = join(folder, `${name}-${dpi}`);
  writeFileSync(path, pdf);
  const pixels = (mm: number): string => String(Math.round((mm * dpi) / 25.4));
  const corner = only ? ['-x', '0', '-y', pixels(getTemplate(only.face).measures.height - 90)] : [];
  const cut = only ? [...corner, '-W', pixels(90), '-H', pixels(90)] : [];
  execFileSync('pdftoppm', ['-r', String(dpi), ...cut, '-png', '-singlefile', path, path]);
  return `${path}.png`;
}

function readByZbar(picture: string): string {
  const args = ['-q', '--raw', picture];
  return execFileSync('zbarimg', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

async function readByZxing(picture: string): Promise<string> {
  const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true });
  const source = new RGBLuminanceSource(new Uint8ClampedArray(data), info.width, info.height);
  const hints = new Map([[DecodeHintType.TRY_HARDER, true]]);
  return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)), hints).getText();
}

judge(
  test,
  'pdftoppm',
  'zbarimg',
)('zbar and ZXing read the address, the identifier and the code from the page, from that of a copy too', async (t) => {
  const expected = makeFaceLink(license.verifyUrl, license);
  const original = renderLicense(renderer, type, license).pdf;
  const copy = renderLicense(renderer, type, license, annotation).pdf;
  for (const [name, pdf, dpi] of [
    ['face', original, 150],

    ['copy', copy, 150],
  ] as const) {
    const picture = drawPage(name, pdf, dpi);
    t.is(readByZbar(picture), expected, `${name} ${dpi}`);
    t.is(await readByZxing(picture), expected, `${name} ${dpi}`);
  }
  t.is(readByZbar(drawPage('coarse', original, 100)), expected);
});

judge(
  test,
  'pdftoppm',
  'zbarimg',
)('both read the code of every pack', async (t) => {
  for (const { slug, type: packed, record } of listPackSamples()) {
    const picture = drawPage(slug, renderLicense(renderer, packed, record).pdf, 150, packed);
    const expected = makeFaceLink(record.verifyUrl, record);
    t.is(readByZbar(picture), expected, slug);
    t.is(await readByZxing(picture), expected, slug);
  }
});

test('what the code holds is read back, whatever the address; anything else is none', (t) => {
  const { identifier, verifyCode } = license;
  for (const url of ['https://a.example/verify', 'http://localhost:7002/verify']) {
    t.deepEqual(parseFaceLink(makeFaceLink(url, license)), { identifier, verifyCode });
  }
  for (const text of [
    '',
    identifier,
    `https://a.example/verify?id=${identifier}`,
    `https://a.example/verify?id=${identifier}&code=${verifyCode}0`,
    `https://a.example/verify?id=${identifier}&code=${verifyCode.slice(1)}I`,
    `https://a.example/verify?id=${'1'.repeat(161)}&code=${verifyCode}`,
  ]) {
    t.is(parseFaceLink(text), null, text);
  }
  t.notThrows(() => fc.assert(fc.property(fc.string(), (text) => parseFaceLink(text) === null)));
});
