// `xinji type-pack` as whoever keeps the catalogue uses it.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { checkCatalog } from '../../bin/doctor/catalog.ts';
import { ROOMS } from '../../bin/rooms.ts';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import type { PackCases } from '../../bin/type-packs/pack-cases.ts';
import { PACKS_FOLDER, readJson, readPackType } from '../../bin/type-packs/read-pack.ts';
import { testDatabase } from '../_harness/database.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');

test.before(() => makeMissingKeys());

test('a pack is published once, listed, and refused with other content or by a version too far', async (t) => {
  const database = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-type-pack-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const env = {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_LICENSE_DATABASE_URL: database.urls.license,
    XINJI_MASTER_KEY: '00'.repeat(32),
  };
  const cases = (await readJson(join(PACKS_FOLDER, 'health-certificate/cases.json'))) as PackCases;
  const { XINJI_DATA_DIR: _, ...roomEnv } = env;
  const xinji = (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [XINJI, 'type-pack', ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const type = (await readPackType(join(PACKS_FOLDER, 'health-certificate'))) as object;
  const write = async (name: string, document: unknown): Promise<string> => {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'type.json'), JSON.stringify(document));
    return join(folder, name);
  };
  const pack = await write('pack', type);
  const other = await write('other', { ...type, name_en: 'Other' });
  const far = await write('far', { ...type, version: 3 });
  const broken = await write('broken', { ...type, acts: ['suspend'] });

  const first = await xinji('publish', pack, '--by', '示例机构');
  t.is(first.code, 0, first.err);
  t.regex(first.out, /^11100000MB0D000965001 version 1 .*: published\n$/);
  const wrong = { ...cases, refused: [{ ...cases.refused[0], pointer: '/fields/occupation' }] };
  await writeFile(join(pack, 'cases.json'), JSON.stringify(cases));
  await writeFile(join(other, 'cases.json'), JSON.stringify(wrong));
  const [agreed, disagreed, without] = await Promise.all([
    xinji('check', pack, '--seed', '7'),
    xinji('check', other),
    xinji('check', broken),
  ]);
  t.is(agreed.code, 0, agreed.err);
  t.regex(agreed.out, /2 good and 7 refused cases of its own, \d\d good and \d\d refused made up, 0 disagreements\n$/);
  t.is(disagreed.code, 1);
  t.regex(
    disagreed.out,
    /^refused, .*: license-fields-invalid at \/fields\/examined_on, expected .*\n.* 1 disagreements\n$/,
  );
  t.is(without.code, 1);
  const [again, conflict, gap, refused, missing, listed, misused] = await Promise.all([
    xinji('publish', pack),
    xinji('publish', other),
    xinji('publish', far),
    xinji('publish', broken),
    xinji('publish', join(folder, 'none')),
    xinji('list'),
    xinji('publish'),
  ]);
  t.regex(again.out, /: was published before\n$/);
  t.is(conflict.code, 1);
  t.regex(conflict.err, /differs at \/name_en\n/);
  t.is(gap.code, 1);
  t.regex(gap.err, /the next version of 11100000MB0D000965001 is 2, not 3\n/);
  t.is(refused.code, 1);
  t.regex(refused.err, /license type, \/acts: lacks issue\n/);
  t.is(missing.code, 1);
  t.regex(missing.err, /type\.json cannot be read \(ENOENT\)\n/);
  t.is(listed.code, 0);
  const license = [{ room: ROOMS.find(({ name }) => name === 'license')!, env: roomEnv }];
  const diagnose = async () => (await checkCatalog(license)).map(({ status, sentence }) => `${status} ${sentence}`);
  t.deepEqual(await diagnose(), ['well Every license type is believed (1 published)']);
  t.regex(listed.out, /^11100000MB0D000965001 {5}1 {2}20\S+Z {2}示例机构 {2}从业人员健康证明（样例）\n$/);
  t.is(misused.code, 64);

  const owner = database.connect('owner', 1);
  await owner.raw('alter table license.catalog_entries disable trigger all');
  await owner('license.catalog_entries').update({ published_by: '别的机构' });
  const changed = await xinji('list');
  t.is(changed.code, 1);
  t.regex(changed.out, /NOT BELIEVED\n$/);
  t.deepEqual(await diagnose(), ['wrong version 1 of license type 11100000MB0D000965001: the signature is wrong']);
});
