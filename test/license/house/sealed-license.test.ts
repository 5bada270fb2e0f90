// A license through the real rooms: issued, sealed by the seal room, judged by the room itself and by outside judges.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { fileVerification, versionRequest } from '../../../common/contract/license.ts';
import { holderKey } from '../../../license/domain/holder-key.ts';
import { actOnLicense } from '../../../license/flow/change-state.ts';
import { giveConsent } from '../../../license/flow/decide-consent.ts';
import type { LicenseDeps } from '../../../license/flow/deps.ts';
import { issueVersion } from '../../../license/flow/issue-version.ts';
import { authorityClient, issuerOfClient } from '../../../license/flow/issuer.ts';
import { makeAnnotatedCopy } from '../../../license/flow/make-annotated-copy.ts';
import { readLicenseFile } from '../../../license/flow/read-license.ts';
import { requestConsent } from '../../../license/flow/request-consent.ts';
import { findLicenseFact, verifyFile } from '../../../license/flow/verify-file.ts';
import { verifySharedFile } from '../../../license/flow/verify-shared-file.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { type House, startHouse } from '../../_harness/house.ts';
import { judge } from '../../_harness/judges.ts';
import { PLAIN_ENV } from '../../_harness/plain-env.ts';
import { AUTHORITY, DEPARTMENT, issueAs, makeRequest, TYPE, ZHANGSAN } from '../doubles.ts';
import { license as drawn, type } from '../pdf/fixtures.ts';
import { findPdfAOffences } from '../pdf/pdf-a-rules.ts';
import { readPdfObjects } from '../pdf/pdf-objects.ts';
import { renderer } from '../pdf/renderer.ts';

const NUMBER = '示例健证（2026）第000777号';
const XINJI = join(import.meta.dirname, '../../../bin/xinji.ts');

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

/** 张三, in the keys of this house. */
const decider = ({ keys }: Pick<LicenseDeps, 'keys'>) => ({
  holderKey: holderKey(keys.pepper, ZHANGSAN.code_type, ZHANGSAN.code),
  sub: 'sub-1',
});

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

test.serial(
  'an annotated copy bears the seal of the platform, passes 证照文件验证 until its end, and no longer when changed',
  async (t) => {
    const { license } = house;
    await license.db('license.clients').insert({
      client_id: 'reader',
      organisation: '11360100MB0D00029J',
      organisation_name: '示例市市场监督管理局',
      registered_at: license.clock(),
    });
    const purpose = { purpose: '办理食品经营许可', matterCode: '0001', groundId: null };
    const { request: asked } = await requestConsent(license, 'reader', {
      licenses: [{ license_type: TYPE, fields: ['file'], optional_fields: [] }],
      purpose: purpose.purpose,
      matter: { code: purpose.matterCode, name: '食品经营许可' },
      until: new Date(license.clock().getTime() + 86_400_000).toISOString(),
    });
    await giveConsent(license, decider(license), asked.requestId, { isChosen: () => true });
    const copy = await makeAnnotatedCopy(license, 'reader', { ...purpose, identifier, creator: null, expiresAt: null });
    const result = await verifyFile(license, copy.pdf);
    t.is(result.report.indication, 'TOTAL-PASSED', result.report.summary);
    t.is(result.report.signatures[0]?.seal?.esID, '36010000000002');
    t.false(result.license.registered_file);
    t.true(fileVerification.parse(result).license.annotated_copy?.is_live);
    t.is((await verifySharedFile(license, 'reader', copy.pdf, '360100')).result, 0);
    t.is((await verifySharedFile(license, 'reader', pdf, null)).result, 0);
    t.is((await verifySharedFile(license, 'reader', copy.pdf, '110000')).result, 2);
    const late = () => new Date(license.clock().getTime() + 8 * 86_400_000);
    t.is((await verifySharedFile({ ...license, clock: late }, 'reader', copy.pdf, null)).result, 2);
    t.false((await findLicenseFact({ ...license, clock: late }, copy.pdf)).annotated_copy?.is_live);
    const changed = copy.pdf.slice();
    const at = Buffer.from(copy.pdf).indexOf('<zz:CZZT>') + 9;
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.is((await verifySharedFile(license, 'reader', changed, null)).result, 2);
    t.is((await findLicenseFact(license, changed)).annotated_copy, null);
    t.is((await findLicenseFact(license, pdf)).annotated_copy, null, 'the original is no copy');
  },
);

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

type Said = { readonly code: number; readonly out: string; readonly err: string };

/** `xinji verify` as a person runs it who trusts the seal room of this house. */
async function verifyByCommand(...args: readonly string[]): Promise<Said> {
  const trust = join(folder, 'trust.json');
  writeFileSync(trust, await (await fetch(new URL('/v1/trust-roots', house.urls.seal))).text());
  const line = [XINJI, 'verify', ...args, '--trust', trust, '--online'];
  return new Promise((resolve) => {
    execFile(process.execPath, line, { env: { ...PLAIN_ENV, XINJI_MODE: 'development' } }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

test.serial('xinji verify FILE asks the room about the license only when told to, for now and for a day', async (t) => {
  const asked = ['--license', house.urls.license, '--date'];
  const other = join(folder, 'other.pdf');
  writeFileSync(other, Buffer.concat([pdf, Buffer.from('\n')]));
  const none = join(folder, 'none.pdf');
  writeFileSync(none, '%PDF-1.7\n');
  const offline = await verifyByCommand(path);
  t.is(offline.code, 0, offline.out + offline.err);
  t.notRegex(offline.out, /License/);
  const told = await verifyByCommand(path, ...asked, today);
  t.is(told.code, 0, told.out + told.err);
  t.regex(told.out, /License\n +in force +This is the file that was issued; the license is valid\./);
  t.true(told.out.includes(`  identifier   ${identifier}\n    on ${today}  valid\n`), told.out);
  const json = await verifyByCommand(path, ...asked, '2020-01-01', '--json');
  t.is(json.code, 0);
  t.like(JSON.parse(json.out), {
    indication: 'TOTAL-PASSED',
    license: { status: 'valid', state_at: { date: '2020-01-01', state: 'not_issued' } },
  });
  t.is((await verifyByCommand(other, '--license', house.urls.license)).code, 1, 'not the file that was issued');
  const away = await verifyByCommand(path, '--license', 'http://127.0.0.1:9');
  t.is(away.code, 2);
  t.regex(away.out, /TOTAL-PASSED.*NOT TOLD {2}the license room does not answer/s);
  t.regex((await verifyByCommand(path, ...asked, 'tomorrow')).out, /NOT TOLD {2}The query, \/date: /);
  t.is((await verifyByCommand(none, '--license', house.urls.license)).code, 2);
  t.is((await verifyByCommand(path, '--license', house.urls.license, '--detached', path)).code, 64);
});

test.serial(
  'the file of an earlier version is sealed as well as before, and is said to be superseded by whoever is asked',
  async (t) => {
    const issuer = await issuerOfClient(house.license, DEPARTMENT, TYPE, AUTHORITY.code);
    const first = (
      await issueAs(house.license, DEPARTMENT, { ...request, case_id: 'CASE-OLD', license_number: NUMBER })
    ).license;
    const change = versionRequest.parse({ operation: 'change', case_id: 'CASE-OLD', fields: { occupation: '保洁' } });
    const old = await readLicenseFile(house.license, first);
    const ask = async (file: Uint8Array, lang = 'zh') => {
      const headers = { 'Content-Type': 'application/pdf', Accept: 'text/html', Cookie: `xinji_lang=${lang}` };
      return (
        await fetch(new URL('/verify', house.urls.license), { method: 'POST', headers, body: Buffer.from(file) })
      ).text();
    };
    t.regex(await ask(old), /<title>签章有效，文件未被改动/, 'as long as it is the current one');
    const outcome = await issueVersion(house.license, issuer, first.content.identifier, change, { waitMs: 120_000 });
    if (outcome.kind === 'pending') return t.fail('promised only');
    const current = outcome.license.content.identifier;

    const { report, license } = fileVerification.parse(await verifyFile(house.license, old));
    t.is(report.indication, 'TOTAL-PASSED');
    t.like(license, { identifier: first.content.identifier, current_identifier: current, status: 'valid' });
    const page = await ask(old);
    t.regex(page, /<title>签章有效，但这是证照的旧版本/);
    for (const words of ['已有新版本替代这份文件', '请向持证主体索取现行版本', '这是旧版本，已有新版本替代'])
      t.true(page.includes(words), words);
    t.notRegex(page, /class="verdict passed/);
    t.regex(await ask(old, 'en'), /<title>The seal is valid, but this is an earlier version/);
    const oldPath = join(folder, 'old.pdf');
    writeFileSync(oldPath, old);
    const said = await verifyByCommand(oldPath, '--license', house.urls.license);
    t.is(said.code, 1, said.out + said.err);
    t.true(said.out.includes(`current      ${current}`), said.out);

    const file = await readLicenseFile(house.license, outcome.license);
    t.is((await verifyFile(house.license, file)).license.current_identifier, current);
    const newer = await ask(file);
    t.regex(newer, /<title>签章有效，文件未被改动/);
    t.false(newer.includes('旧版本'));
  },
);

test.serial('after revocation the seal is as good as before and the license is revoked', async (t) => {
  const act = { identifier, act: 'revoke', reason: '样例吊销', idempotencyKey: 'revoke-000001' } as const;
  await actOnLicense(house.license, await authorityClient(house.license, DEPARTMENT), act);
  const result = await verifyFile(house.license, pdf);
  t.is(result.report.indication, 'TOTAL-PASSED');
  t.is(result.license.status, 'revoked');
  t.true(result.license.registered_file);
  const said = await verifyByCommand(path, '--license', house.urls.license);
  t.is(said.code, 1);
  t.regex(said.out, /TOTAL-PASSED.*NOT IN FORCE This is the file that was issued; the license is revoked since/s);
  t.is((await verifyByCommand(path)).code, 0);
});
