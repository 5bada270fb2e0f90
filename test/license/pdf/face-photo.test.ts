// Photos: JPEG and PNG as they come, every other thing refused with its reason and the pointer /photo.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { isTrustError } from '../../../common/errors.ts';
import { readJpeg } from '../../../common/pdf/jpeg.ts';
import { placePhoto } from '../../../license/pdf/face-photo.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { judge } from '../../_harness/judges.ts';
import { asPhoto, license, photoOf50Kb, portrait, type } from './fixtures.ts';
import { renderer } from './renderer.ts';

const jpeg = await portrait.clone().jpeg().toBuffer();
const grey = await portrait.clone().greyscale().jpeg().toBuffer();
const progressive = await portrait.clone().jpeg({ progressive: true }).toBuffer();
const tagged = await portrait
  .clone()
  .withExif({ IFD0: { ImageDescription: 'SECRET-PLACE' } })
  .jpeg()
  .toBuffer();
const cmyk = await portrait.clone().toColourspace('cmyk').jpeg().toBuffer();
const png = await portrait.clone().png().toBuffer();
const greyPng = await portrait.clone().greyscale().png().toBuffer();
const indexed = await portrait.clone().png({ palette: true, colours: 16 }).toBuffer();
const clear = await portrait.clone().ensureAlpha(0.5).png().toBuffer();
const interlaced = await portrait.clone().png({ progressive: true }).toBuffer();
const deep = await portrait.clone().toColourspace('rgb16').png().toBuffer();
const clearIndexed = await portrait.clone().ensureAlpha(0.5).png({ palette: true }).toBuffer();
const heavy = await photoOf50Kb();

const folder = mkdtempSync(join(tmpdir(), 'photo-'));
test.after.always(() => rmSync(folder, { recursive: true }));
const draw = (mediaType: 'image/jpeg' | 'image/png', bytes: Uint8Array): Uint8Array =>
  renderLicense(renderer, type, { ...license, photo: asPhoto(mediaType, bytes) }).pdf;

for (const [what, mediaType, bytes] of [
  ['a colour JPEG', 'image/jpeg', jpeg],
  ['a grey JPEG', 'image/jpeg', grey],
  ['a progressive JPEG', 'image/jpeg', progressive],
  ['a JPEG of 47 KB', 'image/jpeg', heavy],
  ['a colour PNG', 'image/png', png],
  ['a grey PNG', 'image/png', greyPng],
  ['a PNG with a palette', 'image/png', indexed],
] as const) {
  judge(test, 'pdftoppm')(`${what} is drawn as it was sent: the colour of its ground stands on the page`, async (t) => {
    const path = join(folder, `${what.replaceAll(' ', '-')}.pdf`);
    writeFileSync(path, draw(mediaType, bytes));
    execFileSync('pdftoppm', ['-r', '72', '-png', '-singlefile', path, path]);
    // 160 mm from the left and 67 mm from the top: the upper left of the photo, in which there is only ground.
    const corner = { left: Math.round(162 * (72 / 25.4)), top: Math.round(68 * (72 / 25.4)), width: 3, height: 3 };
    const pixel = async (picture: Sharp): Promise<number[]> => [
      ...(await picture.toColourspace('srgb').removeAlpha().raw().toBuffer()).subarray(0, 3),
    ];
    const shown = await pixel(sharp(`${path}.png`).extract(corner));
    const sent = await pixel(sharp(bytes).extract({ left: 20, top: 20, width: 3, height: 3 }));
    for (const [index, value] of shown.entries()) {
      t.true(Math.abs(value - (sent[index] ?? sent[0]!)) < 40, `${shown.join()} for ${sent.join()}`);
    }
  });
}

test('what is no picture in a JPEG is left out: Exif and its texts', (t) => {
  t.true(Buffer.from(tagged).includes('SECRET-PLACE'));
  t.false(Buffer.from(draw('image/jpeg', tagged)).includes('SECRET-PLACE'));
  t.deepEqual(readJpeg(readJpeg(tagged, '').bytes, '').bytes, readJpeg(tagged, '').bytes);
});

function chunk(name: string, body: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([size, named, sum]);
}

/** A grey PNG of 8 bits that says `width` and `height` and brings `samples`. */
function makePng(
  width: number,
  height: number,
  samples: Uint8Array,
  header: readonly number[] = [8, 0, 0, 0, 0],
): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set(header, 8);
  const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(samples)), chunk('IEND', new Uint8Array())];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

const fitting = makePng(2, 2, Buffer.from([0, 1, 2, 0, 3, 4]));
test('a PNG made by hand is read', (t) => {
  t.notThrows(() => draw('image/png', fitting));
});

const at = (bytes: Uint8Array, index: number, value: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[index] = value;
  return changed;
};
const sof = jpeg.indexOf(Buffer.from('ffc0', 'hex'));

const REFUSED: readonly (readonly [string, 'image/jpeg' | 'image/png', Uint8Array])[] = [
  ['an empty file', 'image/jpeg', new Uint8Array()],
  ['a PNG that calls itself a JPEG', 'image/jpeg', png],
  ['a JPEG that calls itself a PNG', 'image/png', jpeg],
  ['a JPEG that is cut off', 'image/jpeg', jpeg.subarray(0, -2)],
  ['a JPEG with bytes behind its end', 'image/jpeg', Buffer.concat([jpeg, Buffer.from('x')])],
  ['a JPEG without a scan', 'image/jpeg', Buffer.concat([jpeg.subarray(0, sof), Buffer.from('ffd9', 'hex')])],
  ['a JPEG of 12 bits', 'image/jpeg', at(jpeg, sof + 4, 12)],
  ['a lossless JPEG', 'image/jpeg', at(jpeg, sof + 1, 0xc3)],
  ['an arithmetic JPEG', 'image/jpeg', at(jpeg, sof + 1, 0xc9)],
  ['a JPEG of no lines', 'image/jpeg', at(at(jpeg, sof + 5, 0), sof + 6, 0)],
  ['a JPEG of 65535 lines', 'image/jpeg', at(at(jpeg, sof + 5, 0xff), sof + 6, 0xff)],
  ['a JPEG whose segment is longer than the file', 'image/jpeg', at(jpeg, 4, 0xff)],
  ['a CMYK JPEG', 'image/jpeg', cmyk],
  ['more than 50 KB', 'image/jpeg', Buffer.concat([heavy, Buffer.alloc(8192)])],
  ['a PNG with transparency', 'image/png', clear],
  ['a PNG whose palette is transparent', 'image/png', clearIndexed],
  ['an interlaced PNG', 'image/png', interlaced],
  ['a PNG of 16 bits', 'image/png', deep],
  ['a PNG that is cut off', 'image/png', png.subarray(0, -5)],
  ['a PNG with bytes behind its end', 'image/png', Buffer.concat([png, Buffer.from('x')])],
  ['a PNG with a wrong checksum', 'image/png', at(png, 45, (png[45] ?? 0) ^ 1)],
  ['a PNG that inflates to more than its size', 'image/png', makePng(2, 2, Buffer.alloc(1_000_000))],
  ['a PNG that inflates to less', 'image/png', makePng(2, 2, Buffer.from([0, 1, 2, 0, 3]))],
  ['a PNG of 10^9 pixels', 'image/png', makePng(100_000, 10_000, Buffer.alloc(9))],
  ['a PNG without pixels', 'image/png', makePng(0, 2, Buffer.from([0, 0]))],
  ['a PNG with an unknown filter', 'image/png', makePng(2, 2, Buffer.from([9, 1, 2, 0, 3, 4]))],
  ['a PNG of a kind that there is not', 'image/png', makePng(2, 2, Buffer.from([0, 1, 2, 0, 3, 4]), [8, 5, 0, 0, 0])],
  ['a PNG with an index and no palette', 'image/png', makePng(2, 2, Buffer.from([0, 1, 2, 0, 3, 4]), [8, 3, 0, 0, 0])],
];
for (const [what, mediaType, bytes] of REFUSED) {
  test(`refused: ${what}`, (t) => {
    const error = t.throws(() => draw(mediaType, bytes));
    t.is(isTrustError(error, 'license-fields-invalid') ? error.pointer : String(error), '/photo');
  });
}

test('refused: a text that is no base64', (t) => {
  for (const base64 of ['*', 'AAA', 'AAAA\n', '/9j/ A==']) {
    const photo = { mediaType: 'image/jpeg', base64 } as const;
    t.true(
      isTrustError(
        t.throws(() => renderLicense(renderer, type, { ...license, photo })),
        'license-fields-invalid',
      ),
    );
  }
});

test('one changed byte is drawn or refused, never another error', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(jpeg, png, fitting), fc.nat(), fc.nat(255), (bytes, place, value) => {
      const mediaType = bytes === jpeg ? 'image/jpeg' : 'image/png';
      try {
        draw(mediaType, at(bytes, place % bytes.length, value));
      } catch (error) {
        t.true(isTrustError(error, 'license-fields-invalid'), String(error));
      }
    }),
    { numRuns: 150 },
  );
});

test('a photo is placed whole in the middle of its box, never stretched', (t) => {
  const box = { x: 10, y: 20, width: 27, height: 36 };
  t.deepEqual(placePhoto({ width: 270, height: 360 }, box), box);
  t.deepEqual(placePhoto({ width: 100, height: 100 }, box), { x: 10, y: 24.5, width: 27, height: 27 });
  t.deepEqual(placePhoto({ width: 10, height: 360 }, box), { x: 23, y: 20, width: 1, height: 36 });
});
