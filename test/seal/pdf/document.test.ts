import test from 'ava';
import fc from 'fast-check';
import { isTrustError } from '../../../common/errors.ts';
import { memorySource } from '../../../seal/pdf/byte-source.ts';
import { itemsOf, openDocument } from '../../../seal/pdf/document.ts';
import { Lexer } from '../../../seal/pdf/lexer.ts';
import { findPage } from '../../../seal/pdf/page.ts';
import { serialize } from '../../../seal/pdf/serialize.ts';
import { asCount, isDict, ref } from '../../../seal/pdf/value.ts';
import { judge } from '../../_harness/judges.ts';
import { ascii, find, makePdf, qpdf } from '../world.ts';
import { appendUpdate, handMade, hybrid, plainObjects, withXrefStream } from './hand-made.ts';

const open = (pdf: Uint8Array) => openDocument(memorySource(pdf));
const boxOf = (pdf: Uint8Array, page = 1) => findPage(open(pdf), page).box;
const read = (text: string) => serialize(new Lexer(ascii(text), 0, true).readValue());
const A4 = [0, 0, 595, 842];
const plain = handMade({ objects: plainObjects() });

test('ISO 32000: values are read and written again without loss', (t) => {
  t.is(
    read('<< /A#20B [ 1 -2.50 .5 +7 true null (a\\)(b)\\\n\\101) <4 1> 12 0 R ] >>'),
    '<</A#20B [1 -2.50 .5 +7 true null (a\\)(b)\\\n\\101) <4 1> 12 0 R]>>',
  );
  t.is(read('[1 0 2 0 R 3]'), '[1 0 2 0 R 3]');
});

test('ISO 32000: literal and hexadecimal strings are decoded', (t) => {
  const bytes = (text: string) => {
    const value = new Lexer(ascii(text), 0, true).readValue();
    return value && typeof value === 'object' && value.kind === 'string' ? [...value.bytes] : null;
  };
  t.deepEqual(bytes('(a\\n\\(\\61\\8)'), [97, 10, 40, 0x31, 0x38]);
  t.deepEqual(bytes('<4a 4B 5>'), [0x4a, 0x4b, 0x50]);
});

for (const [what, text] of [
  ['a key that occurs twice', '<< /A 1 /A 2 >>'],
  ['nesting without end', '['.repeat(200)],
  ['a string without end', '(abc'],
  ['a hexadecimal string with other characters', '<4x>'],
  ['a number with two points', '1.2.3'],
  ['a dictionary key that is no name', '<< 1 2 >>'],
  ['nothing', ''],
] as const) {
  test(`ISO 32000: ${what} is pdf-broken`, (t) => {
    t.throws(() => read(text), { code: 'pdf-broken' });
  });
}

test('Property: long arrays of references are read like any array, whatever stands between and behind them', (t) => {
  const gap = fc.constantFrom(' ', '\n', '\r\n', '  ', '\t', '%x\n', '\f');
  const item = fc.oneof(
    { weight: 60, arbitrary: fc.tuple(fc.nat(999_999_999), fc.nat(65_535)).map(([num, gen]) => [num, gen, 'R']) },
    { weight: 1, arbitrary: fc.constantFrom([7], ['null'], ['/R'], [5, 0, 6, 0, 'R'], [1_234_567_890, 0, 'R']) },
  );
  fc.assert(
    fc.property(fc.array(item, { minLength: 60, maxLength: 200 }), gap, (items, between) => {
      const tokens = items.flat().map(String);
      const plainForm = read(`[${tokens.join(' ')} (x)]`).slice(0, -5); // a string at the end: read value by value
      return read(`[${between}${tokens.join(between)}]`) === `${plainForm}]`;
    }),
    { numRuns: 60 },
  );
  const many = `[${'12 0 R '.repeat(600_000)}]`;
  t.throws(() => read(many), { code: 'pdf-broken', message: /values/ });
});

test('A page of a large flat tree is found by its number, over the edges of windows; one too many is refused', (t) => {
  const count = 30_000;
  const kids = Array.from({ length: count }, (_, i) => `${i + 3} 0 R`).join(' ');
  const tree = `<< /Type /Pages /Kids [${kids}] /Count ${count} /MediaBox [0 0 595 842] >>`;
  const pages = Array.from({ length: count }, (_, i) => `<< /Type /Page /Parent 2 0 R /UserUnit ${i + 1} >>`);
  const document = open(handMade({ objects: ['<< /Type /Catalog /Pages 2 0 R >>', tree, ...pages] }));
  for (const number of [1, 2, 15_000, count]) t.is(findPage(document, number).userUnit, number);
  t.throws(() => findPage(document, count + 1), { code: 'placement-invalid' });
  t.is(itemsOf(document, document.dictAt(ref(2), 'the tree').map.get('Kids'), '/Kids').length, count);
});

test('Property: no bytes make the reader throw anything but a problem code', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(plain.length - 1), (noise, at) => {
        const pdf = Uint8Array.from(plain);
        pdf.set(noise.subarray(0, pdf.length - at), at);
        try {
          findPage(open(pdf), 1);
          return true;
        } catch (error) {
          return isTrustError(error);
        }
      }),
      { numRuns: 500 },
    ),
  );
});

test('ISO 32000: a classic table and an inherited MediaBox are read', (t) => {
  t.deepEqual(boxOf(plain), A4);
  t.is(open(plain).sections[0]?.kind, 'table');
});

test('ISO 32000: cross-reference streams and object streams by pdf-lib are read', async (t) => {
  const pdf = await makePdf({ objectStreams: true, pages: 3 });
  t.is(open(pdf).sections[0]?.kind, 'stream');
  t.deepEqual(boxOf(pdf, 3), A4);
});

judge(test, 'qpdf')('ISO 32000: object streams, predictors and linearized files by qpdf are read', async (t) => {
  const pdf = await makePdf({ pages: 30 });
  for (const options of [
    ['--object-streams=generate'],
    ['--linearize'],
    ['--linearize', '--object-streams=generate'],
  ]) {
    t.deepEqual(boxOf(await qpdf(pdf, ...options), 30), A4, options.join(' '));
  }
});

test('ISO 32000: a file that reads both ways, with the bytes in front of its header counted and without, is refused', (t) => {
  const before = `%${'-'.repeat(498)}\n`;
  const text = Buffer.from(handMade({ objects: plainObjects(), before })).toString('latin1');
  const at = text.indexOf('xref\n0');
  const section = text.slice(at, text.indexOf('startxref'));
  // startxref leads to `first` when counted from byte 0, and to the second section when counted from the header.
  const withFirst = (first: string) =>
    ascii(`${text.slice(0, at)}${first.padEnd(before.length, 'x')}${section}startxref\n${at}\n%%EOF\n`);
  t.notThrows(() => open(withFirst('')));
  for (const first of [section, ' '.repeat(before.length)]) {
    t.throws(() => open(withFirst(first)), { code: 'pdf-broken', message: /in front of the header/ });
  }
  t.deepEqual(
    boxOf(handMade({ objects: plainObjects(), before: '\r\n' })),
    A4,
    'a blank line in front is no second reading',
  );
});

test('ISO 32000: bytes in front of the header are allowed for, whichever way the file counts', (t) => {
  for (const absolute of [false, true]) {
    t.deepEqual(boxOf(handMade({ objects: plainObjects(), before: 'HTTP/1.1 200 OK\r\n\r\n', absolute })), A4);
  }
});

test('ISO 32000: a later revision replaces objects; the chain leads to the others', (t) => {
  const pdf = appendUpdate(
    plain,
    { 3: '<< /Type /Page /Parent 2 0 R /CropBox [5 5 105 205] >>' },
    `/Size 5 /Root 1 0 R /Prev ${find(plain, 'xref\n')}`,
  );
  t.deepEqual(boxOf(pdf), [5, 5, 105, 205]);
});

test('ISO 32000: a page tree of several levels is walked by its counts', (t) => {
  const page = (width: number) => `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} 100] >>`;
  const objects = plainObjects({
    2: '<< /Type /Pages /Kids [5 0 R 6 0 R] /Count 3 >>',
    3: page(10),
    4: page(20),
    5: '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>',
    6: page(30),
  });
  t.deepEqual(
    [1, 2, 3].map((number) => boxOf(handMade({ objects }), number)[2]),
    [10, 20, 30],
  );
  t.throws(() => boxOf(handMade({ objects }), 4), { code: 'placement-invalid', message: /3 pages/ });
});

test('A page of 20,000 in one flat node is found without reading the others', (t) => {
  const count = 20_000;
  const kids = Array.from({ length: count }, (_, i) => `${i + 3} 0 R`).join(' ');
  const pages = Array.from({ length: count }, (_, i) => `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${i + 1} 9] >>`);
  const pdf = handMade({
    objects: ['<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`, ...pages],
  });
  let reads = 0;
  const source = memorySource(pdf);
  const counting = {
    size: source.size,
    read: (at: number, length: number) => {
      reads += 1;
      return source.read(at, length);
    },
  };
  t.is(findPage(openDocument(counting), 19_999).box[2], 19_999);
  t.true(reads < 40, `${reads} reads for 20,002 objects`);
});

test('ISO 32000: a loop of /Prev, of the page tree and of references is pdf-broken', (t) => {
  const at = find(plain, 'xref\n');
  t.throws(() => open(handMade({ objects: plainObjects(), trailer: `/Prev ${at}` })), {
    code: 'pdf-broken',
    message: /circle/,
  });
  const tree = plainObjects({
    2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    3: '<< /Type /Pages /Kids [2 0 R] /Count 1 >>',
  });
  t.throws(() => boxOf(handMade({ objects: tree })), { code: 'pdf-broken', message: /circle/ });
  t.throws(() => boxOf(handMade({ objects: plainObjects({ 3: '3 0 R' }) })), { code: 'pdf-broken', message: /circle/ });
});

test('ISO 32000: a cross-reference that leads to another object is pdf-broken', (t) => {
  const text = Buffer.from(plain).toString('latin1');
  t.throws(() => boxOf(ascii(text.replace('3 0 obj', '9 0 obj'))), {
    code: 'pdf-broken',
    message: /leads to object 9/,
  });
});

test('What is not a PDF is said by what it looks like', (t) => {
  for (const [start, said] of [
    ['PK\x03\x04', /ZIP/],
    ['\x89PNG\r\n', /PNG/],
    ['<!DOCTYPE html>', /HTML/],
    ['', /empty/],
    ['hello', /nothing known/],
  ] as const) {
    t.throws(() => open(ascii(start)), { code: 'not-a-pdf', message: said });
  }
});

test('A truncated file is pdf-truncated wherever it was cut', (t) => {
  for (const length of [20, plain.length >> 1, plain.length - 40, plain.length - 8]) {
    t.throws(() => open(plain.subarray(0, length)), { code: 'pdf-truncated' }, `${length} bytes`);
  }
  t.throws(
    () =>
      open(
        ascii(
          Buffer.from(plain)
            .toString('latin1')
            .replace(/startxref\n\d+/, 'startxref\n999999'),
        ),
      ),
    { code: 'pdf-truncated' },
  );
});

test('ISO 32000: the stream of a hybrid file shows what its table hides, and a later section goes before both', (t) => {
  for (const shape of ['beside', 'behind'] as const) {
    const document = open(hybrid({ shape }));
    t.is(document.sections[0]!.kind, 'table');
    t.is(serialize(document.resolve(ref(6))), '<</FT /Tx /T (hidden)>>');
    t.true(isDict(document.resolve(document.catalogue.map.get('AcroForm'))));
  }
});

test('ISO 32000: a hybrid file whose table and stream disagree is pdf-hybrid; one that leads nowhere is pdf-broken', (t) => {
  t.throws(() => open(hybrid({ shape: 'beside', contradiction: true })), { code: 'pdf-hybrid' });
  t.throws(() => open(handMade({ objects: plainObjects(), trailer: '/XRefStm 15' })), { code: 'pdf-broken' });
  t.throws(() => open(handMade({ objects: plainObjects(), trailer: '/XRefStm (x)' })), { code: 'pdf-broken' });
});

test('A compressed stream that cannot be read is pdf-broken, and so is a filter that is not needed here', async (t) => {
  const pdf = await makePdf({ objectStreams: true });
  const text = Buffer.from(pdf).toString('latin1');
  t.throws(() => boxOf(ascii(text.replaceAll('/FlateDecode', '/LZWDecode  '))), { code: 'pdf-broken' });
});

test('Numbers of objects are never given twice', (t) => {
  const low = handMade({ objects: plainObjects() });
  const lied = ascii(Buffer.from(low).toString('latin1').replace('/Size 5', '/Size 2'));
  t.is(open(lied).nextNumber(), 5);
  t.is(asCount(open(low).trailer.map.get('Size')), 5);
  // A table with gaps above its /Size: the numbers behind the gap are taken as well.
  const text = Buffer.from(low).toString('latin1');
  const at = text.lastIndexOf('xref\n', text.lastIndexOf('trailer'));
  const sparse = ascii(
    `${text.slice(0, at)}xref\n30 1\n0000000017 00000 n \n${text.slice(at + 5)}`.replace('/Size 5', '/Size 2'),
  );
  t.is(open(sparse).nextNumber(), 31);
  const beyond = ascii(Buffer.from(sparse).toString('latin1').replace('\n30 1\n', '\n9000000 1\n'));
  t.throws(() => open(beyond).nextNumber(), { code: 'pdf-broken' });
});

test('A number that is an object by itself may run into its endobj', (t) => {
  const objects = plainObjects({ 5: '58' });
  const text = Buffer.from(handMade({ objects })).toString('latin1').replace('58\nendobj', '58endobj ');
  t.like(open(ascii(text)).current(5)?.value, { value: 58 });
  t.throws(() => open(ascii(text.replace('58endobj ', '5-endobj '))).current(5), { code: 'pdf-broken' });
});

test('An empty line behind the last entry of a table is read over; columns of eight bytes are read', (t) => {
  const text = Buffer.from(handMade({ objects: plainObjects() })).toString('latin1');
  const document = openDocument(memorySource(ascii(text.replace(' n \ntrailer', ' n \n\ntrailer'))));
  t.is(document.nextNumber(), 5);
  t.not(document.current(4), null);
  const wide = openDocument(memorySource(withXrefStream([1, 8, 2])));
  t.not(wide.current(4), null);
  t.throws(() => openDocument(memorySource(withXrefStream([1, 9, 2]))), { code: 'pdf-broken' });
});
