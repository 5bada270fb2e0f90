import test from 'ava';
import sharp from 'sharp';
import { utf8 } from '../../common/bytes.ts';
import { decodePicture } from '../../seal/domain/picture-pixels.ts';
import { drawSealPicture, drawSealSvg } from '../../seal/domain/seal-picture.ts';
import { makeAppearance } from '../../seal/pdf/appearance.ts';
import { font } from './world.ts';

const ROUND = { shape: 'round', text: '示例', widthMm: 42, heightMm: 42, font } as const;
const draw = (text: string, diameterMm = 42) => drawSealPicture({ text, diameterMm, font });

test('The picture is a transparent palette PNG of at most 16 colours, all of one red, at 600 dpi or more', async (t) => {
  const { png } = await draw('示例市卫生健康委员会');
  const meta = await sharp(png).metadata();
  t.like(meta, { format: 'png', isPalette: true, hasAlpha: true, density: 600 });
  t.true(meta.width >= (42 / 25.4) * 600);
  const { data } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const colours = new Set<number>();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3]! > 0) colours.add(data.readUInt32BE(i));
  t.true(colours.size <= 16);
  t.true([...colours].every((colour) => colour >>> 8 === 0xff0000));
  t.true(png.length < 45_000, `${png.length} bytes`);
});

test('Text of any length goes along the arc, every character once, none outside the ring', async (t) => {
  for (const length of [1, 2, 6, 14, 28, 60]) {
    const svg = drawSealSvg({ ...ROUND, text: '示例'.repeat(30).slice(0, length) });
    t.is(svg.match(/rotate\(/g)?.length, length);
  }
  const { png } = await draw('示'.repeat(28));
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const radius = info.width / 2;
  const alphaAt = (share: number, degrees: number) => {
    const [x, y] = [Math.sin, Math.cos].map(
      (f, i) => radius + (i === 0 ? 1 : -1) * share * radius * f((degrees * Math.PI) / 180),
    );
    return data[(Math.floor(y!) * info.width + Math.floor(x!)) * 4 + 3];
  };
  for (let degrees = 0; degrees < 360; degrees += 3) {
    t.is(alphaAt(0.915, degrees), 0, `between text and ring at ${degrees} degrees`);
    t.is(alphaAt(0.97, degrees), 255, `the ring at ${degrees} degrees`);
  }
});

test('A character that the font lacks is named; a seal of impossible size is refused', async (t) => {
  await t.throwsAsync(draw('示例\u{1F600}'), { code: 'glyph-missing', message: /U\+1F600/ });
  t.throws(() => drawSealSvg({ ...ROUND, widthMm: 10, heightMm: 10 }), { instanceOf: RangeError });
});

test('A picture of one red becomes one pixel with a mask; one of several colours keeps them', async (t) => {
  const { png, svg } = await draw('示例');
  const pixels = await decodePicture({ type: 'png', data: png });
  t.like(makeAppearance(pixels, 42, 42).color.header.map.get('Width'), { value: 1 });
  const colourful = { width: 2, height: 1, rgba: Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 255) };
  t.like(makeAppearance(colourful, 42, 42).color.header.map.get('Width'), { value: 2 });
  t.true((await decodePicture({ type: 'svg', data: utf8(svg!) })).width > 900);
});

test('A picture that cannot be drawn is seal-malformed', async (t) => {
  await t.throwsAsync(decodePicture({ type: 'ofd', data: utf8('PK no picture') }), { code: 'seal-malformed' });
});
