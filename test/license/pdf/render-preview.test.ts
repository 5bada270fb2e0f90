// The preview of a face: everything that the license will say, under a watermark, and nothing by which it could pass for one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import { findClaimedIdentifiers } from '../../../license/pdf/face-metadata.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { renderPreview } from '../../../license/pdf/render-preview.ts';
import { judge } from '../../_harness/judges.ts';
import { license, type } from './fixtures.ts';
import { renderer } from './renderer.ts';

const folder = mkdtempSync(join(tmpdir(), 'preview-'));
test.after.always(() => rmSync(folder, { recursive: true }));
const save = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const preview = renderPreview(renderer, type, license);
const path = save('preview.pdf', preview);
const face = save('face.pdf', renderLicense(renderer, type, license).pdf);
const textOf = (file: string): string => execFileSync('pdftotext', ['-raw', file, '-'], { encoding: 'utf8' });

test('a preview claims no identifier and carries no metadata; the face does', (t) => {
  t.deepEqual(findClaimedIdentifiers(preview), []);
  const text = Buffer.from(preview).toString('latin1');
  for (const word of ['/Metadata', '/EmbeddedFiles', license.identifier, license.verifyCode])
    t.false(text.includes(word), word);
  t.deepEqual(renderPreview(renderer, type, license), preview, 'the same draft, the same bytes');
});

test('what cannot be printed is found by the preview as by the issue', (t) => {
  for (const [change, code, pointer] of [
    [{ fields: { ...license.fields, occupation: 'ქ' } }, 'glyph-missing', '/fields/occupation'],
    [{ licenseNumber: '号'.repeat(200) }, 'license-fields-invalid', '/license_number'],
  ] as const)
    for (const render of [renderPreview, renderLicense]) {
      const error = t.throws(() => render(renderer, type, { ...license, ...change }));
      t.true(isTrustError(error, code), String(error));
      t.is(isTrustError(error) ? error.pointer : '', pointer);
    }
});

judge(test, 'pdftotext')('every word of the face is on the preview, and that it is one all over it', (t) => {
  const text = textOf(path);
  for (const word of [license.licenseNumber, '张三', '360102199003077718', '2026年11月20日 至 2027年11月19日'])
    t.true(text.includes(word), word);
  t.true(text.includes('签发时生成'));
  // A slanted line is extracted character by character.
  const slanted = text.replace(/\s/g, '');
  t.true(slanted.split('未签发').length > 8);
  for (const word of ['预览', '未盖章', '无效']) {
    t.true(slanted.includes(word), word);
    t.false(textOf(face).includes(word), `${word} on a face`);
  }
});

judge(test, 'qpdf')('qpdf finds no fault in it', (t) => {
  t.regex(execFileSync('qpdf', ['--check', path], { encoding: 'utf8' }), /No syntax or stream encoding errors/);
});

judge(
  test,
  'pdftoppm',
  'zbarimg',
)('zbar reads no code from it, as it does from the face', (t) => {
  const read = (file: string): number => {
    execFileSync('pdftoppm', ['-r', '150', '-png', '-singlefile', file, file.replace('.pdf', '')]);
    try {
      execFileSync('zbarimg', ['--quiet', '--raw', file.replace('.pdf', '.png')], { stdio: 'ignore' });
      return 0;
    } catch (error) {
      return (error as { status: number }).status;
    }
  };
  t.is(read(face), 0);
  t.is(read(path), 4, 'nothing was found');
});
