// Faces and their annotated copies against the rules of PDF/A-3b, and each rule against a file that breaks it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { judge } from '../../_harness/judges.ts';
import { annotation, asPhoto, fieldsOf, license, portrait, type, typeOf } from './fixtures.ts';
import { listPackSamples } from './pack-samples.ts';
import { findPdfAOffences } from './pdf-a-rules.ts';
import { readPdfObjects } from './pdf-objects.ts';
import { renderer } from './renderer.ts';

const folder = mkdtempSync(join(tmpdir(), 'pdf-a-'));
let saved = 0;
function offences(bytes: Uint8Array): string[] {
  const path = join(folder, `${++saved}.pdf`);
  writeFileSync(path, bytes);
  return findPdfAOffences(readPdfObjects(path, bytes));
}

const jpeg = asPhoto('image/jpeg', await portrait.clone().jpeg().toBuffer());
const indexed = asPhoto('image/png', await portrait.clone().png({ palette: true }).toBuffer());
test.after.always(() => rmSync(folder, { recursive: true }));

const rare = { ...license, holders: [{ ...license.holders[0]!, name: '张𠮷𬎆' }] };
const wide = typeOf(16, 'a4-landscape', 'table');

for (const [what, make] of [
  ['a face with a JPEG', () => renderLicense(renderer, type, { ...license, photo: jpeg })],
  ['its annotated copy', () => renderLicense(renderer, type, { ...license, photo: jpeg }, annotation)],
  ['a face with an indexed PNG', () => renderLicense(renderer, type, { ...license, photo: indexed })],
  ['16 fields in tables', () => renderLicense(renderer, wide, { ...license, fields: fieldsOf(16) })],
] as const) {
  judge(test, 'qpdf')(`no rule of PDF/A-3b is broken by ${what}`, (t) => {
    t.deepEqual(offences(make().pdf), []);
  });
}

judge(
  test,
  'qpdf',
  'hanazono',
)('no rule of PDF/A-3b is broken by a face with a third font', (t) => {
  t.deepEqual(offences(renderLicense(renderer, type, rare).pdf), []);
});

judge(test, 'qpdf')('no rule of PDF/A-3b is broken by a face of any pack', (t) => {
  for (const { slug, type: packed, record } of listPackSamples()) {
    t.deepEqual(offences(renderLicense(renderer, packed, record).pdf), [], slug);
  }
});

const sound = Buffer.from(renderLicense(renderer, type, { ...license, photo: jpeg }, annotation).pdf).toString(
  'latin1',
);

/** The first word of a rule, and changes of the file, as long as what they replace, that break it. */
const BROKEN: readonly (readonly [rule: RegExp, from: string | RegExp, to: string])[] = [
  [/^file header/, '%\xe5\xe6\xe7\xe8', '%abcd'],
  [/^file trailer/, /\/ID \[/, '/IX ['],
  [/^file trailer/, /%%EOF\n$/, '%%EOF\nx'],
  [/^cross-reference/, /xref\n0 (\d+)\n/, 'xref\n0\t$1\n'],
  [/^string objects/, /\/Title <FEFF4ECE/, '/Title <FEFF4EC '],
  [/^stream objects: nothing/, '/Filter /DCTDecode', '/Filter /LZWDecode'],
  [/^stream objects: .Length/, /\/Length1 (\d+)(.*?)\/Length (\d)/, '/Length1 $1$2/Length 1'],
  [/^implementation limits/, '/StemV 80 /Ascent 1160', '/StemV 9999999999     '],
  [/^permissions/, '/Lang (zh-CN)', '/Perms <<>> '],
  [/^content streams: operators/, '\n2 J\n', '\n2 i\n'],
  [/^content streams: every/, '/P1 Do', '/P2 Do'],
  [/^output intent/, '/S /GTS_PDFA1', '/S /GTS_PDFX1'],
  [/^output intent/, '/N 3', '/N 4'],
  [/^colour spaces/, '/DeviceRGB', '/DeviceXXX'],
  [/^colour spaces/, /0\.11 0\.14 0\.19 rg/, '0.1 0 0.1  0.9 k'],
  [/^images/, '/Interpolate false', '/Interpolate true '],
  [/^extended graphics/, '/Type /ExtGState /ca 0.15', '/Type /ExtGState/TR 0   '],
  [/^actions/, '/Lang (zh-CN)', '/AA << >>   '],
  [/^page boundaries/, /\/MediaBox \[0 0 595\.276/, '/MediaBox [0 0 2.00000'],
  [/^embedded files/, '/AFRelationship /Data', '/AFRelationship /Date'],
  [/^embedded files/, '/text#2Fxml', '/text#20xml'],
  [/^embedded files/, '/AF [', '/AX ['],
  [/^fonts: composite/, '/Encoding /Identity-H', '/Encoding /Identity-V'],
  [/^fonts: composite/, '/Ordering (Identity)', '/Ordering (Japan1xx)'],
  [/^fonts: embedded/, '/FontFile2 ', '/FontFile3 '],
  [/^font metrics/, /\/W \[1 \[(\d)/, '/W [1 [9'],
  [/^fonts: no reference/, /Tf <[0-9A-F]{4}/, 'Tf <0000'],
  [/^fonts: no reference/, /<0001> </, '<FFFE> <'],
  [/^metadata/, '/Subtype /XML', '/Subtype /XNL'],
  [/^metadata/, 'begin="\xef\xbb\xbf"', 'begin="   "'],
  [/^version/, '<pdfaid:part>3', '<pdfaid:part>2'],
  [/^extension schemas/, '<pdfaProperty:name>KZ_GZ', '<pdfaProperty:name>KZ_GX'],
  [/^document information/, /\/CreationDate \(D:2026/, '/CreationDate (D:2025'],
  [/^document information/, '/Producer (Xinji)', '/Producer (Other)'],
];
for (const [index, [rule, from, to]] of BROKEN.entries()) {
  judge(test, 'qpdf')(`${index}: the rule ${rule.source} notices ${JSON.stringify(to)}`, (t) => {
    const broken = sound.replace(from, to);
    t.not(broken, sound);
    const found = offences(Buffer.from(broken, 'latin1'));
    t.true(
      found.some((offence) => rule.test(offence)),
      found.join('\n') || 'nothing was noticed',
    );
  });
}
