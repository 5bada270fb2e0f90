// A license through the real rooms: issued, sealed by the seal room, judged by the room itself and by outside judges.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { fileVerification } from '../../../common/contract/license.ts';
import { actOnLicense } from '../../../license/flow/change-state.ts';
import { authorityClient } from '../../../license/flow/issuer.ts';
import { readLicenseFile } from '../../../license/flow/read-license.ts';
import { verifyFile } from '../../../license/flow/verify-file.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { type House, startHouse } from '../../_harness/house.ts';
import { judge } from '../../_harness/judges.ts';
import { DEPARTMENT, issueAs, makeRequest } from '../doubles.ts';
import { license as drawn, type } from '../pdf/fixtures.ts';
import { findPdfAOffences } from '../pdf/pdf-a-rules.ts';
import { readPdfObjects } from '../pdf/pdf-objects.ts';
import { renderer } from '../pdf/renderer.ts';

let house: House;
let pdf: Uint8Array;
let identifier: string;
const folder = mkdtempSync(join(tmpdir(), 'sealed-license-'));
const path = join(folder, 'license.pdf');
const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
const request = makeRequest({ fields: { ...makeRequest().fields, examined_on: today } });

test.before(async () => {
  house = await startHouse();
  const { license } = await issueAs(house.license, DEPARTMENT, request);
  identifier = license.content.identifier;
  pdf = await readLicenseFile(house.license, license);
  writeFileSync(path, pdf);
});
test.after.always(() => rmSync(folder, { recursive: true }));

test.serial('the sealed license is TOTAL-PASSED, is the registered file, and its license is valid', async (t) => {
  const result = fileVerification.parse(await verifyFile(house.license, pdf));
  t.is(result.report.indication, 'TOTAL-PASSED', result.report.summary);
  t.is(result.report.signatures[0]?.seal?.esID, '36010000000001');
  t.is(result.license.identifier, identifier);
  t.is(result.license.status, 'valid');
  t.true(result.license.registered_file);
});

test.serial('one changed byte of the face: TOTAL-FAILED, and no longer the registered file', async (t) => {
  const changed = pdf.slice();
  const at = Buffer.from(pdf).indexOf('<zz:CZZT>') + 9;
  changed[at] = (changed[at] ?? 0) ^ 1;
  const result = await verifyFile(house.license, changed);
  t.is(result.report.indication, 'TOTAL-FAILED');
  t.is(result.report.sub_indication, 'HASH_FAILURE');
  t.false(result.license.registered_file);
});

test.serial('an unsealed face with the right identifier is not the registered file', async (t) => {
  const face = renderLicense(renderer, type, { ...drawn, identifier }).pdf;
  const result = await verifyFile(house.license, face);
  t.not(result.report.indication, 'TOTAL-PASSED');
  t.is(result.license.identifier, identifier);
  t.false(result.license.registered_file);
});

test.serial('what is no PDF is said in its own words', async (t) => {
  await t.throwsAsync(verifyFile(house.license, new TextEncoder().encode('hello')), { name: 'TrustError' });
});

judge(
  test.serial,
  'qpdf',
  'pdfsig',
)('qpdf finds no fault, pdfsig sees a signature over the whole document', (t) => {
  t.regex(execFileSync('qpdf', ['--check', path], { encoding: 'utf8' }), /No syntax or stream encoding errors/);
  t.regex(execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8' }), /Total document signed/);
});

judge(test.serial, 'qpdf')('sealing keeps every byte of the face and breaks no rule of PDF/A-3b', (t) => {
  t.deepEqual(findPdfAOffences(readPdfObjects(path, pdf)), []);
  const end = Buffer.from(pdf).indexOf('%%EOF\n') + '%%EOF\n'.length;
  const face = pdf.subarray(0, end);
  const facePath = join(folder, 'face.pdf');
  writeFileSync(facePath, face);
  t.deepEqual(findPdfAOffences(readPdfObjects(facePath, face)), []);
});

test.serial('after revocation the seal is as good as before and the license is revoked', async (t) => {
  const act = { identifier, act: 'revoke', reason: '样例吊销', idempotencyKey: 'revoke-000001' } as const;
  await actOnLicense(house.license, await authorityClient(house.license, DEPARTMENT), act);
  const result = await verifyFile(house.license, pdf);
  t.is(result.report.indication, 'TOTAL-PASSED');
  t.is(result.license.status, 'revoked');
  t.true(result.license.registered_file);
});
