import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import { textWidth, wrapText } from '../../../common/pdf/typeface.ts';
import { findClaimedIdentifiers, metadataXml } from '../../../license/pdf/license-metadata.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { judge } from '../../_harness/judges.ts';
import { fonts, license, type } from './fixtures.ts';

const { pdf, seal } = renderLicense(fonts, type, license);
const folder = mkdtempSync(join(tmpdir(), 'face-'));
const path = join(folder, 'face.pdf');
writeFileSync(path, pdf);
test.after.always(() => rmSync(folder, { recursive: true }));

test('the same record gives the same bytes; another record gives another file and another /ID', (t) => {
  t.deepEqual(renderLicense(fonts, type, structuredClone(license)).pdf, pdf);
  const other = renderLicense(fonts, type, { ...license, holder: { ...license.holder, name: '李四' } }).pdf;
  const idOf = (bytes: Uint8Array) => /\/ID \[<(\w{32})> <\1>\]/.exec(Buffer.from(bytes).toString('latin1'))?.[1];
  t.truthy(idOf(pdf));
  t.not(idOf(other), idOf(pdf));
});

test('a character without a glyph is refused by its code point, never drawn as a blank box', (t) => {
  for (const [character, name] of [
    ['𠮷', 'U+20BB7'],
    ['𡋾', 'U+212FE'],
    ['\ue000', 'U+E000'],
    ['ქ', 'U+10E5'],
  ]) {
    const holder = { ...license.holder, name: `张${character}` };
    const error = t.throws(() => renderLicense(fonts, type, { ...license, holder }));
    t.true(isTrustError(error, 'glyph-missing'), String(error));
    t.true(String(error).includes(name ?? '?'), String(error));
  }
  for (const character of '㐀䶮镕喆') {
    t.notThrows(() => renderLicense(fonts, type, { ...license, holder: { ...license.holder, name: character } }));
  }
});

test('the place of the seal is 42 mm square on page 1 and holds the date only', (t) => {
  t.deepEqual(seal, { page: 1, xMm: 127, yMm: 31, sideMm: 42 });
});

test('GB/T 36903: the file names its identifier in plain bytes, once', (t) => {
  t.deepEqual(findClaimedIdentifiers(pdf), [license.identifier]);
  t.deepEqual(findClaimedIdentifiers(new TextEncoder().encode('%PDF-1.7')), []);
  t.deepEqual(findClaimedIdentifiers(new TextEncoder().encode('<zz:ZZBS>never closed')), []);
});

test('metadata: markup in a value stays text', (t) => {
  const xml = metadataXml(type, { ...license, licenseNumber: '</ZZBH><ZZBS>&"\'' });
  t.true(xml.includes('<ZZBH>&#60;/ZZBH&#62;&#60;ZZBS&#62;&#38;&#34;&#39;</ZZBH>'));
});

test('text is broken at the width, never before a closing mark', (t) => {
  const lines = wrapText(fonts.regular, license.fields['occupation'] ?? '', 14, 60);
  t.true(lines.length > 2);
  t.is(lines.join(''), license.fields['occupation'] ?? '');
  for (const line of lines) {
    t.false(/^[，。、）]/.test(line));
    t.true(textWidth(fonts.regular, line, 14) < (60 * 72) / 25.4 + 14.1, line);
  }
  t.deepEqual(wrapText(fonts.regular, 'one word after another word', 14, 40).at(0), 'one word after');
});

test('fields that do not fit on the face are refused', (t) => {
  const fields = { ...license.fields, occupation: '厨'.repeat(500) };
  t.true(
    isTrustError(
      t.throws(() => renderLicense(fonts, type, { ...license, fields })),
      'license-fields-invalid',
    ),
  );
});

judge(test, 'qpdf')('qpdf finds no fault in the face', (t) => {
  t.regex(execFileSync('qpdf', ['--check', path], { encoding: 'utf8' }), /No syntax or stream encoding errors/);
});

judge(test, 'pdftotext')('every printed word can be extracted exactly', (t) => {
  const text = execFileSync('pdftotext', ['-raw', path, '-'], { encoding: 'utf8' });
  for (const word of [
    license.name,
    license.licenseNumber,
    '张三',
    '360102199003077718',
    '2026年11月10日',
    license.identifier,
  ]) {
    t.true(text.includes(word), word);
  }
});

judge(test, 'pdffonts')('both fonts are embedded, subset, with ToUnicode', (t) => {
  const rows = execFileSync('pdffonts', [path], { encoding: 'utf8' }).trim().split('\n').slice(2);
  t.is(rows.length, 2);
  for (const row of rows) t.regex(row, /^[A-Z]{6}\+NotoSansSC-\w+\s+CID TrueType\s+Identity-H\s+yes yes yes/);
});

judge(test, 'pdfinfo')(
  'XMP and attachment carry the names of GB/T 36903, the KZ_ names of the type among them',
  (t) => {
    const xmp = execFileSync('pdfinfo', ['-meta', path], { encoding: 'utf8' });
    execFileSync('pdfdetach', ['-save', '1', '-o', join(folder, 'metadata.xml'), path]);
    const xml = readFileSync(join(folder, 'metadata.xml'), 'utf8');
    for (const [name, value] of [
      ['ZZBS', license.identifier],
      ['ZZBFJGDM', '11360100MB0D00010M'],
      ['CZZTDMLX', '公民身份号码'],
      ['ZZYXQJZRQ', '2027-11-19'],
      ['KZ_TJRQ', '2026-11-10'],
    ]) {
      t.true(xmp.includes(`<zz:${name}>${value}</zz:${name}>`), name);
      t.true(xml.includes(`<${name}>${value}</${name}>`), name);
    }
  },
);

judge(
  test,
  'pdftoppm',
  'zbarimg',
)('the QR code reads as the identifier at 100 and 300 dpi', (t) => {
  for (const dpi of ['100', '300']) {
    const picture = join(folder, `face-${dpi}`);
    execFileSync('pdftoppm', ['-r', dpi, '-png', '-singlefile', path, picture]);
    const read = execFileSync('zbarimg', ['-q', '--raw', `${picture}.png`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.is(read.trim(), license.identifier);
  }
});
