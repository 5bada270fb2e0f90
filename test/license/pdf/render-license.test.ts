// The license file: the same bytes for the same record, every character drawn or refused, metadata twice, a page that outside
// judges read. Rules of PDF/A: pdf-a.test.ts; layout: face-layout.test.ts; photos: face-photo.test.ts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import { findClaimedIdentifiers, listMetadataRows, metadataXml } from '../../../license/pdf/face-metadata.ts';
import type { FaceAnnotation, FaceRecord } from '../../../license/pdf/face-record.ts';
import { makeRenderer } from '../../../license/pdf/prepare-face.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { judge } from '../../_harness/judges.ts';
import { annotation, asPhoto, license, portrait, type } from './fixtures.ts';
import { fontFiles, renderer } from './renderer.ts';

const photo = asPhoto('image/jpeg', await portrait.clone().jpeg().toBuffer());
const drawn: FaceRecord = { ...license, photo };
const { pdf, seal } = renderLicense(renderer, type, drawn);
const copy = renderLicense(renderer, type, drawn, annotation).pdf;
const folder = mkdtempSync(join(tmpdir(), 'face-'));
test.after.always(() => rmSync(folder, { recursive: true }));

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
const path = save('face.pdf', pdf);
const copyPath = save('copy.pdf', copy);
const textOf = (file: string): string => execFileSync('pdftotext', ['-raw', file, '-'], { encoding: 'utf8' });
const named = (name: string): FaceRecord => ({ ...license, holders: [{ ...license.holders[0]!, name }] });

test('the same record gives the same bytes, from a renderer that drew others before and from a new one', (t) => {
  renderLicense(renderer, type, named('李四'));
  t.deepEqual(renderLicense(renderer, type, structuredClone(drawn)).pdf, pdf);
  t.deepEqual(renderLicense(makeRenderer({ fonts: fontFiles }), structuredClone(type), drawn).pdf, pdf);
});

test('the order in which a record lists its members is nothing', (t) => {
  const turned = (value: object): object => Object.fromEntries(Object.entries(value).reverse());
  const record = { ...drawn, ...turned(drawn), fields: turned(drawn.fields), photo: turned(photo) } as FaceRecord;
  const other = Object.fromEntries(Object.entries(record).reverse()) as FaceRecord;
  t.deepEqual(renderLicense(renderer, type, other).pdf, pdf);
  t.deepEqual(renderLicense(renderer, type, other, turned(annotation) as FaceAnnotation).pdf, copy);
});

test('another record, photo, address, annotation or type version gives another /ID', (t) => {
  const idOf = (bytes: Uint8Array) => /\/ID \[<(\w{32})> <\1>\]/.exec(Buffer.from(bytes).toString('latin1'))?.[1];
  const ids = [
    pdf,
    copy,
    renderLicense(renderer, type, license).pdf,
    renderLicense(renderer, type, { ...drawn, holders: named('李四').holders }).pdf,
    renderLicense(renderer, type, { ...drawn, verifyUrl: 'https://other.example.gov.cn/verify' }).pdf,
    renderLicense(renderer, { ...type, version: 2 }, drawn).pdf,
    renderLicense(renderer, type, drawn, { ...annotation, recipient: '示例市民政局' }).pdf,
  ].map(idOf);
  t.true(ids.every((id) => id !== undefined));
  t.is(new Set(ids).size, ids.length);
});

test('a character that no font of the template draws is refused by its code point and its field, never drawn as a box', (t) => {
  for (const [character, name] of [
    ['\ue000', 'U+E000'],
    ['ქ', 'U+10E5'],
    ['\u{1F600}', 'U+1F600'],
    ['\u{3134A}', 'U+3134A'],
  ] as const) {
    const error = t.throws(() => renderLicense(renderer, type, named(`张${character}`)));
    t.true(isTrustError(error, 'glyph-missing'), String(error));
    t.true(String(error).includes(name), String(error));
    t.is(isTrustError(error) ? error.pointer : '', '/holders/0/name');
  }
  for (const [change, pointer] of [
    [{ licenseNumber: 'ქ' }, '/license_number'],
    [{ fields: { ...license.fields, examining_institution: 'ქ' } }, '/fields/examining_institution'],
  ] as const) {
    const error = t.throws(() => renderLicense(renderer, type, { ...license, ...change }));
    t.is(isTrustError(error, 'glyph-missing') ? error.pointer : '', pointer);
  }
  for (const [change, pointer] of [
    [{ cause: 'ქ' }, '/purpose'],
    [{ recipient: 'ქ' }, '/recipient'],
  ] as const) {
    const error = t.throws(() => renderLicense(renderer, type, license, { ...annotation, ...change }));
    t.is(isTrustError(error, 'glyph-missing') ? error.pointer : '', pointer);
  }
});

test('without the fallback font, and with another one in its place, a rare character is refused and other faces keep their bytes', (t) => {
  const [regular, bold] = fontFiles;
  const others = [
    [regular!, bold!],
    [regular!, bold!, { sm3: '00'.repeat(32), typeface: bold!.typeface }],
  ];
  for (const fonts of others) {
    const poor = makeRenderer({ fonts });
    const error = t.throws(() => renderLicense(poor, type, named('张𠮷')));
    t.true(isTrustError(error, 'glyph-missing') && String(error).includes('U+20BB7'), String(error));
    t.deepEqual(renderLicense(poor, type, drawn).pdf, pdf);
  }
  for (const fonts of [[], [regular!], [bold!, { ...regular!, sm3: bold!.sm3 }]]) {
    t.true(
      isTrustError(
        t.throws(() => renderLicense(makeRenderer({ fonts }), type, drawn)),
        'glyph-missing',
      ),
    );
  }
});

test('the place of the seal is the template’s', (t) => {
  t.deepEqual(seal, { page: 1, xMm: 134, yMm: 32 });
});

test('GB/T 36903: the file names its identifier in plain bytes, once', (t) => {
  t.deepEqual(findClaimedIdentifiers(pdf), [license.identifier]);
  t.deepEqual(findClaimedIdentifiers(new TextEncoder().encode('%PDF-1.7')), []);
  t.deepEqual(findClaimedIdentifiers(new TextEncoder().encode('<zz:ZZBS>never closed')), []);
});

test('metadata: markup in a value stays text; several holders share an element', (t) => {
  const holders = [...license.holders, { name: '李四', codeType: '414', code: 'E12345678' }];
  const xml = metadataXml(listMetadataRows(type, { ...license, holders, licenseNumber: '</ZZBH><ZZBS>&"\'' }));
  t.true(xml.includes('<ZZBH>&#60;/ZZBH&#62;&#60;ZZBS&#62;&#38;&#34;&#39;</ZZBH>'));
  t.true(xml.includes('<CZZT>张三^李四</CZZT>'));
});

judge(test, 'qpdf')('qpdf finds no fault in the face and in its annotated copy', (t) => {
  for (const file of [path, copyPath]) {
    t.regex(execFileSync('qpdf', ['--check', file], { encoding: 'utf8' }), /No syntax or stream encoding errors/);
  }
});

judge(test, 'pdftotext')('every printed word can be extracted exactly, those of the copy from the copy only', (t) => {
  const text = textOf(path);
  const words = [
    '从业人员健康证明（样例）',
    license.licenseNumber,
    '张三',
    '360102199003077718',
    '2026年11月10日',
    '2026年11月20日 至 2027年11月19日',
    license.identifier,
    license.issuingAuthority.name,
  ];
  for (const word of words) t.true(text.includes(word), word);
  t.false(text.includes('加注件'));
  // A slanted line is extracted character by character.
  const copied = textOf(copyPath).replace(/\s/g, '');
  for (const word of [annotation.recipient, annotation.cause, '2026-12-2110:00', annotation.creator]) {
    t.true(copied.includes(word), word);
  }
});

judge(
  test,
  'pdftotext',
  'pdffonts',
  'hanazono',
)('rare characters are drawn by the fallback, embedded beside the others, and extracted exactly', (t) => {
  const rare = '张𠮷𬎆㐀䶮镕喆𡋾';
  const file = save('rare.pdf', renderLicense(renderer, type, named(rare)).pdf);
  t.true(textOf(file).includes(rare));
  const rows = execFileSync('pdffonts', [file], { encoding: 'utf8' }).trim().split('\n').slice(2);
  t.is(rows.length, 3);
  t.true(rows.some((row) => /\+HanaMinB/.test(row)));
  for (const row of rows) t.regex(row, /^[A-Z]{6}\+[\w-]+\s+CID TrueType\s+Identity-H\s+yes yes yes/);
});

judge(test, 'pdffonts')('both fonts are embedded, subset, with ToUnicode', (t) => {
  const rows = execFileSync('pdffonts', [path], { encoding: 'utf8' }).trim().split('\n').slice(2);
  t.is(rows.length, 2);
  for (const row of rows) t.regex(row, /^[A-Z]{6}\+NotoSansSC-\w+\s+CID TrueType\s+Identity-H\s+yes yes yes/);
});

judge(test, 'pdfinfo')(
  'XMP and attachment carry the names of GB/T 36903, those of the type among them; the four of a copy on a copy only',
  (t) => {
    const original = [
      ['ZZBS', license.identifier],
      ['ZZBFJGDM', '11360100MB0D00010M'],
      ['CZZTDMLX', '公民身份号码'],
      ['ZZYXQJZRQ', '2027-11-19'],
      ['KZ_TJRQ', '2026-11-10'],
    ] as const;
    const added = [
      ['JZJZZSJ', '2026-11-21T10:00:00+08:00'],
      ['JZJZZZ', annotation.creator],
      ['JZJZZSY', annotation.cause],
      ['JZJYXQJZSJ', '2026-12-21T10:00:00+08:00'],
    ] as const;
    for (const [file, rows, none] of [
      [path, original, added],
      [copyPath, [...original, ...added], []],
    ] as const) {
      const xmp = execFileSync('pdfinfo', ['-meta', file], { encoding: 'utf8' });
      execFileSync('pdfdetach', ['-save', '1', '-o', join(folder, 'metadata.xml'), file]);
      const xml = readFileSync(join(folder, 'metadata.xml'), 'utf8');
      for (const [name, value] of rows) {
        t.true(xmp.includes(`<zz:${name}>${value}</zz:${name}>`), name);
        t.true(xml.includes(`<${name}>${value}</${name}>`), name);
      }
      for (const [name] of none) t.false(xmp.includes(`<zz:${name}>`) || xml.includes(`<${name}>`), name);
    }
    t.regex(execFileSync('pdfinfo', [path], { encoding: 'utf8' }), /Page size:\s+595\.276 x 841\.89 pts \(A4\)/);
  },
);
