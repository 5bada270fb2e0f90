// docs/type-packs.md does what it says: its pack is written down as it stands there, checked and published by its commands,
// and a license of the new type is issued, with no line of code.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import test from 'ava';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import type { PackCases } from '../../bin/type-packs/pack-cases.ts';
import { issueRequest } from '../../common/contract/license.ts';
import { isTrustError, PROBLEMS } from '../../common/errors.ts';
import { FIELD_RULE_KINDS } from '../../license/domain/type-field.ts';
import { readLicenseFile } from '../../license/flow/read-license.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { issueAs, registerDepartment } from '../license/doubles.ts';
import { makeWorld } from '../license/world.ts';

const FIRE_OFFICE = { name: '示例市应急管理局', code: '11360100MB0D00029J', sealEsID: '36010000000002' };
const ROOT = join(import.meta.dirname, '../..');
const text = await readFile(join(ROOT, 'docs/type-packs.md'), 'utf8');

test.before(() => makeMissingKeys());

test('the pack of docs/type-packs.md is checked, published and issued as it is printed', async (t) => {
  const world = await makeWorld(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-type-packs-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const files = new Map([...text.matchAll(/```json (\S+)\n([\s\S]*?)```/g)].map(([, name, body]) => [name!, body!]));
  for (const [name, body] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), body);
  }
  const env = {
    ...PLAIN_ENV,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_LICENSE_DATABASE_URL: world.url,
    XINJI_MASTER_KEY: '00'.repeat(32),
  };
  const said: string[] = [];
  for (const [, block] of text.matchAll(/```sh check\n([\s\S]*?)```/g)) {
    const command = block!.replaceAll('npx xinji', `'${process.execPath}' '${join(ROOT, 'bin/xinji.ts')}'`);
    const out = await new Promise<string>((resolve, reject) => {
      execFile('sh', ['-e', '-c', command], { cwd: folder, env }, (error, stdout, stderr) =>
        error ? reject(new Error(`${block}\n${stdout}${stderr}`)) : resolve(stdout),
      );
    });
    said.push(out);
  }
  t.regex(said[0]!, /1 good and 3 refused cases of its own, \d\d good and \d\d refused made up, 0 disagreements\n$/);
  // From here on the new type is one like every other.
  const [type] = [...files.values()].map((body) => JSON.parse(body) as { code: string });
  const cases = JSON.parse(files.get('fireworks-permit/cases.json')!) as PackCases;
  await registerDepartment(world.deps, 'emergency-bureau', FIRE_OFFICE, type!.code);
  const request = issueRequest.parse({ ...cases.good[0]!.request, case_id: 'CASE-1', license_type: type!.code });
  const { license } = await issueAs(world.deps, 'emergency-bureau', request);
  t.is(license.state, 'valid');
  t.is(license.content.name, '烟花爆竹经营（零售）许可证（样例）');
  t.is(license.content.fields['area'], '35.5');
  t.is((await readLicenseFile(world.deps, license)).length, license.version.file.size);
  const broken = { ...request, case_id: 'CASE-2', fields: { ...request.fields, boxes: '301' } };
  const refused = await t.throwsAsync(issueAs(world.deps, 'emergency-bureau', broken));
  t.true(isTrustError(refused, 'license-fields-invalid') && refused.pointer === '/fields/boxes');
  t.regex(said[1]!, /: published\n.*^11100000MB0D000965101 +1 .* 示例证照定义机构 {2}烟花爆竹/ms);
});

test('docs/type-packs.md names every kind of rule, and no problem code that the house lacks', (t) => {
  for (const kind of FIELD_RULE_KINDS) t.true(text.includes(`\`${kind}\``), kind);
  const codes = [...text.matchAll(/`((?:license|code|catalog)-[a-z-]+)`/g)].map(([, code]) => code!);
  t.true(codes.length >= 2);
  for (const code of codes) t.true(Object.hasOwn(PROBLEMS, code), code);
});
