// Pictures of all shapes, what kind and rank fix, and pictures that somebody brings.
import { deflateSync } from 'node:zlib';
import test from 'ava';
import sharp from 'sharp';
import { concatBytes, utf8 } from '../../common/bytes.ts';
import type { DrawnPicture, SealPictureSpec } from '../../common/contract/seal-picture.ts';
import { shapeOf } from '../../seal/domain/picture-spec.ts';
import { drawSeal, drawSealSvg, type SealShapeRequest } from '../../seal/domain/seal-picture.ts';
import { cleanSvg } from '../../seal/domain/svg-upload.ts';
import { drawPicture } from '../../seal/flow/draw-picture.ts';
import { font } from './world.ts';

const ROUND: SealShapeRequest = { shape: 'round', text: '示例市卫生健康委员会', widthMm: 45, heightMm: 45, font };
const ELLIPSE: SealShapeRequest = { ...ROUND, shape: 'ellipse', widthMm: 40, heightMm: 30, arcCode: '3601000000001' };
const SQUARE: SealShapeRequest = { ...ROUND, shape: 'square', text: '张三之印', widthMm: 20, heightMm: 20 };
const LONG = '示例省示例市示例自治县人民政府办公室政务服务中心企业开办专区综合受理窗口管理';
const NAMES = [4, 12, 20, 35].map((length) => LONG.slice(0, length));
const refused = { code: 'picture-refused' };
const misfit = { code: 'invalid-request' };
const drawn = (spec: Partial<DrawnPicture>): DrawnPicture => ({
  source: 'drawn',
  text: '示例市卫生健康委员会',
  ...spec,
});

test('Each shape becomes a transparent 600-dpi PNG of at most 16 colours and 40 KB, at its true size', async (t) => {
  const longest = { ...ROUND, text: LONG.slice(0, 35), arcCode: '36010000000001234567', lowerText: '业务专用章' };
  for (const request of [longest, { ...ELLIPSE, text: NAMES[3]! }, SQUARE]) {
    const { png, widthMm, heightMm } = await drawSeal(request);
    const image = sharp(png);
    const meta = await image.metadata();
    t.like(meta, { format: 'png', isPalette: true, hasAlpha: true, density: 600 });
    t.deepEqual(
      [meta.width, meta.height],
      [widthMm, heightMm].map((side) => Math.ceil((side / 25.4) * 600)),
    );
    t.true(png.length <= 40_000, `${png.length} bytes`);
    t.true((await coloursOf(png)) <= 16);
  }
});

async function coloursOf(png: Uint8Array): Promise<number> {
  const data = await sharp(png).ensureAlpha().raw().toBuffer();
  return new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size;
}

test('Every character is drawn once, whatever the shape', (t) => {
  const glyphs = (request: SealShapeRequest) => drawSealSvg(request).match(/<path transform/g)?.length;
  t.is(glyphs(ROUND), 10);
  t.is(glyphs({ ...ROUND, lowerText: '业务专用章', arcCode: '36010000000001' }), 29);
  t.is(glyphs(ELLIPSE), 23);
  for (const text of ['张', '张三', '张三印', '张三之印', '欧阳明印章', '一二三四五六七', '一二三四五六七八九'])
    t.is(glyphs({ ...SQUARE, text }), [...text].length);
});

/** Middles of the glyphs, and their size in millimetres. */
function placesOf(svg: string): readonly { x: number; y: number; wide: number }[] {
  const row =
    /<path transform="translate\((\S+) (\S+)\) rotate\(\S+\) translate\(0 \S+\) scale\((\S+) \S+\) translate\((\S+) 0\)/g;
  return [...svg.matchAll(row)].map(([, x, y, scale, half]) => ({
    x: Number(x),
    y: Number(y),
    wide: Number(scale) * Number(half) * -2,
  }));
}

test('Neighbours on an arc keep apart and stand symmetrically, for names of 4 to 35 characters and codes of 13 to 20', (t) => {
  for (const text of NAMES)
    for (const arcCode of ['3601000000001', '36010000000001234567'])
      for (const base of [ROUND, ELLIPSE, { ...ELLIPSE, widthMm: 60 }]) {
        const places = placesOf(drawSealSvg({ ...base, text, arcCode }));
        t.is(places.length, text.length + arcCode.length);
        for (const part of [places.slice(0, text.length), places.slice(text.length)]) {
          const [first, last] = [part[0]!, part.at(-1)!];
          t.true(Math.abs(first.x + last.x) < 0.01 && Math.abs(first.y - last.y) < 0.01, `${text} is in the middle`);
          part.slice(1).forEach((place, i) => {
            const distance = Math.hypot(place.x - part[i]!.x, place.y - part[i]!.y);
            t.true(distance >= place.wide * 0.95, `${text}, ${arcCode}: ${distance} mm for ${place.wide} mm`);
          });
        }
      }
});

test('国发〔1999〕25号: the rank fixes diameter and centre of a round seal; a unit may have a smaller one', (t) => {
  const emblem = '<svg viewBox="0 0 10 10"><circle cx="5" cy="5" r="4"/></svg>';
  const sizeOf = (spec: Partial<DrawnPicture>) => shapeOf(drawn(spec), font).widthMm;
  t.is(sizeOf({ rank: 'state-council', emblem }), 60);
  t.is(sizeOf({ rank: 'province', emblem }), 50);
  t.is(sizeOf({ rank: 'county', emblem }), 45);
  t.is(sizeOf({ rank: 'township' }), 42);
  t.is(sizeOf({ rank: 'unit', width_mm: 40 }), 40);
  const wrong: readonly Partial<DrawnPicture>[] = [
    { rank: 'unit', width_mm: 46 },
    { rank: 'township', width_mm: 40 },
    { rank: 'county' },
    { rank: 'township', emblem },
    { rank: 'unit', shape: 'ellipse' },
  ];
  for (const spec of wrong) t.throws(() => sizeOf(spec), misfit, JSON.stringify(spec));
});

test('The kind gives shape and straight text; what does not fit the shape is refused with its field', (t) => {
  const of = (spec: Partial<DrawnPicture>) => shapeOf(drawn(spec), font);
  t.like(of({ kind: '02' }), { shape: 'round', lowerText: '财务专用章', widthMm: 42 });
  t.like(of({ kind: '03', lower_text: '发票章' }), {
    shape: 'ellipse',
    lowerText: '发票章',
    widthMm: 40,
    heightMm: 30,
  });
  t.like(of({ kind: '05', text: '张三之印' }), { shape: 'square', widthMm: 20 });
  const wrong: readonly [pointer: string, Partial<DrawnPicture>][] = [
    ['/text', { kind: '05', text: '一二三四五六七八九十' }],
    ['/text', { text: ' ' }],
    ['/lower_text', { kind: '05', text: '张三', lower_text: '印' }],
    ['/arc_code', { kind: '05', text: '张三', arc_code: '1' }],
    ['/lower_text', { lower_text: '一二三四五六七八九' }],
    ['/emblem', { kind: '03', emblem: '<svg viewBox="0 0 1 1"/>' }],
    ['/width_mm', { width_mm: 19 }],
    ['/height_mm', { width_mm: 42, height_mm: 40 }],
    ['/height_mm', { kind: '03', width_mm: 60, height_mm: 20 }],
  ];
  for (const [pointer, spec] of wrong) t.throws(() => of(spec), { ...misfit, message: new RegExp(pointer) });
  t.throws(() => drawSealSvg(of({ text: '示例\u{1F600}' })), { code: 'glyph-missing', message: /U\+1F600/ });
});

const svg = (inner: string): Uint8Array => utf8(`<svg viewBox="0 0 9 9">${inner}</svg>`);

test('An SVG of plain shapes is written anew; its title, ids and comments are left out', (t) => {
  const bytes =
    utf8(`<?xml version="1.0"?><!-- drawn --><svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 -50 100 100">
    <title>国徽</title><g fill='#f00' id="a"><circle r="40"/><path d="M0 0L1 1Z" transform="rotate(45) scale(2,-2)"/></g></svg>`);
  t.deepEqual(cleanSvg(bytes, { paint: 'any' }), {
    viewBox: [-50, -50, 100, 100],
    content: '<g fill="#f00"><circle r="40"/><path d="M0 0L1 1Z" transform="rotate(45) scale(2,-2)"/></g>',
  });
  const emblem = cleanSvg(svg('<circle r="4" fill="#123456" stroke="none"/>'), { paint: 'red' });
  t.is(emblem.content, '<circle r="4" fill="#ff0000" stroke="none"/>');
  t.true(drawSealSvg({ ...ROUND, emblem }).includes(emblem.content));
  for (const white of ['white', '#FFF', '#ffffff', '#ffff', 'rgb(255, 255,255)', 'rgba(100%,100%,100%,.5)'])
    t.throws(() => cleanSvg(svg(`<circle r="4" fill="${white}"/>`), { paint: 'red' }), refused, white);
});

const BAD: readonly [string, string][] = [
  ['a script', '<svg viewBox="0 0 9 9"><script>alert(1)</script></svg>'],
  ['an event', '<svg viewBox="0 0 9 9" onload="x()"/>'],
  ['an external picture', '<svg viewBox="0 0 9 9"><image href="http://example.com/a.png"/></svg>'],
  ['a picture inside', '<svg viewBox="0 0 9 9"><image href="data:image/png;base64,AAAA"/></svg>'],
  ['a reference', '<svg viewBox="0 0 9 9"><use href="#a"/></svg>'],
  ['a paint server elsewhere', '<svg viewBox="0 0 9 9"><path fill="url(http://example.com/#a)"/></svg>'],
  ['a paint server in capitals', '<svg viewBox="0 0 9 9"><path fill="URL(#a)"/></svg>'],
  ['a style', '<svg viewBox="0 0 9 9"><style>@import "a"</style></svg>'],
  ['a style attribute', '<svg viewBox="0 0 9 9"><path style="fill:red"/></svg>'],
  ['a filter', '<svg viewBox="0 0 9 9"><filter/></svg>'],
  ['a stylesheet', '<?xml-stylesheet href="a.css"?><svg viewBox="0 0 9 9"/>'],
  ['foreign content', '<svg viewBox="0 0 9 9"><foreignObject/></svg>'],
  ['a document type', '<!DOCTYPE svg [<!ENTITY a "b">]><svg viewBox="0 0 9 9"/>'],
  ['an entity', '<svg viewBox="0 0 9 9"><path d="&#77;0 0"/></svg>'],
  ['a data section', '<svg viewBox="0 0 9 9"><![CDATA[x]]></svg>'],
  ['text', '<svg viewBox="0 0 9 9">text</svg>'],
  ['shapes in a title', '<svg viewBox="0 0 9 9"><title><path d="M0 0"/></title></svg>'],
  ['an attribute twice', '<svg viewBox="0 0 9 9"><path d="M0 0" d="M1 1"/></svg>'],
  ['a wrong end', '<svg viewBox="0 0 9 9"><g></svg></g>'],
  ['an open end', '<svg viewBox="0 0 9 9"><g>'],
  ['an open comment', '<svg viewBox="0 0 9 9"><!-- '],
  ['a second root', '<svg viewBox="0 0 9 9"/><svg viewBox="0 0 9 9"/>'],
  ['an svg inside', '<svg viewBox="0 0 9 9"><svg/></svg>'],
  ['another root', '<g/>'],
  ['another namespace', '<svg viewBox="0 0 9 9" xmlns="http://www.w3.org/1999/xhtml"/>'],
  ['depth', `<svg viewBox="0 0 9 9">${'<g>'.repeat(20)}${'</g>'.repeat(20)}</svg>`],
  ['very many elements', `<svg viewBox="0 0 9 9">${'<g/>'.repeat(5000)}</svg>`],
  ['very many bytes', `<svg viewBox="0 0 9 9">${' '.repeat(70_000)}</svg>`],
  ['no box', '<svg><path d="M0 0"/></svg>'],
  ['an empty box', '<svg viewBox="0 0 0 9"/>'],
  ['nothing', ''],
];
for (const [what, text] of BAD) {
  test(`refused in an SVG: ${what}`, (t) => {
    t.throws(() => cleanSvg(utf8(text), { paint: 'any' }), refused);
  });
}

const brought = (
  content: Uint8Array,
  spec: Partial<SealPictureSpec & { source: 'brought' }> = {},
): SealPictureSpec => ({
  source: 'brought',
  media_type: 'image/png',
  content: Buffer.from(content).toString('base64'),
  width_mm: 20,
  height_mm: 20,
  ...spec,
});
const take = (spec: SealPictureSpec) => drawPicture(spec, font);

test('A picture that is brought is drawn anew: an SVG keeps its colours, and its proportions must fit', async (t) => {
  const bytes = svg('<rect width="9" height="4" fill="#0000ff"/>');
  const picture = await take(brought(bytes, { media_type: 'image/svg+xml' }));
  t.like(await sharp(picture.png).metadata(), { width: 473, height: 473, density: 600, isPalette: true });
  t.regex(picture.svg!, /fill="#0000ff"/);
  const data = await sharp(picture.png).ensureAlpha().raw().toBuffer();
  t.deepEqual([...data.subarray(0, 4)], [0, 0, 255, 255]);
  t.is(data.at(-1), 0);
  await t.throwsAsync(take(brought(bytes, { media_type: 'image/svg+xml', height_mm: 30 })), misfit);
});

test('An SVG that takes too long to draw is refused: it is drawn in a process that is ended', async (t) => {
  let seed = 1;
  const next = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed % 60;
  };
  let path = 'M0 0';
  while (path.length < 60_000) path += `Q${next()} ${next()} ${next()} ${next()}`;
  const bytes = utf8(
    `<svg viewBox="0 0 60 60"><path stroke="red" stroke-width="9" stroke-linejoin="round" d="${path}"/></svg>`,
  );
  const slow = brought(bytes, { media_type: 'image/svg+xml', width_mm: 60, height_mm: 60 });
  await t.throwsAsync(drawPicture(slow, font, { deadlineMs: 1500 }), { ...refused, message: /longer than/ });
});

const SQUARE_PNG = { create: { width: 300, height: 300, channels: 3, background: '#fff' } } as const;
const DOT = { input: Buffer.from('<svg width="200" height="200"><circle cx="100" cy="100" r="99" fill="red"/></svg>') };

/** A chunk of a PNG, its checksum wrong where it does not matter. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  return concatBytes(head, data, new Uint8Array(4));
}

test('A PNG loses everything but its pixels, gets 600 dpi and no white behind it', async (t) => {
  const plain = await sharp(SQUARE_PNG)
    .composite([DOT])
    .withExif({ IFD0: { Artist: 'somebody' } })
    .png()
    .toBuffer();
  t.true(plain.includes('somebody'));
  const bomb = chunk('zTXt', concatBytes(utf8('Title\0\0'), deflateSync(Buffer.alloc(30_000_000))));
  const png = concatBytes(plain.subarray(0, 33), bomb, plain.subarray(33));
  const picture = await take(brought(png));
  t.false(Buffer.from(picture.png).includes('somebody'));
  t.is(picture.svg, null);
  t.like(await sharp(picture.png).metadata(), { width: 473, height: 473, density: 600, isPalette: true });
  const data = await sharp(picture.png).ensureAlpha().raw().toBuffer();
  t.is(data[3], 0);
  t.deepEqual([...data.subarray(4 * (236 * 473 + 236), 4 * (236 * 473 + 237))], [255, 0, 0, 255]);
});

test('A PNG that is none, broken, too small, too large, empty or of other proportions is refused', async (t) => {
  const png = await sharp(SQUARE_PNG).composite([DOT]).png().toBuffer();
  const grown = Uint8Array.from(png);
  grown.set([0, 0, 0x40, 0], 16);
  const damaged = Uint8Array.from(png);
  damaged[60]! ^= 1;
  const bad: readonly [string, Uint8Array][] = [
    ['GIF', utf8('GIF89a'.padEnd(80))],
    ['SVG', svg('<g/>')],
    ['cut off', png.subarray(0, 200)],
    ['damaged', damaged],
    ['a width that is not there', grown],
    ['very many bytes', new Uint8Array(2_200_000)],
    ['empty', await sharp(SQUARE_PNG).png().toBuffer()],
    [
      'a critical chunk that nobody knows',
      concatBytes(png.subarray(0, 33), chunk('XXXX', new Uint8Array(1)), png.subarray(33)),
    ],
  ];
  for (const [what, bytes] of bad) await t.throwsAsync(take(brought(bytes)), refused, what);
  await t.throwsAsync(take(brought(png, { width_mm: 40, height_mm: 40 })), { ...refused, message: /dpi/ });
  await t.throwsAsync(take(brought(png, { height_mm: 18 })), { ...refused, message: /proportions/ });
  let seed = 1;
  const noise = Uint8Array.from({ length: 300 * 300 * 3 }, () => {
    seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return seed >>> 24;
  });
  const noisy = await sharp(noise, { raw: { width: 300, height: 300, channels: 3 } })
    .png({ palette: true, colours: 64, effort: 1 })
    .toBuffer();
  await t.throwsAsync(take(brought(noisy)), { ...refused, message: /detail/ });
});
