// The packs that come with the house, and the checker that judges them: it finds what is wrong with a type and with cases.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { breakRequest } from '../../bin/type-packs/break-request.ts';
import { checkPack, GENERATED_AT_LEAST, reportLines } from '../../bin/type-packs/check-pack.ts';
import { judgeRequest } from '../../bin/type-packs/judge-request.ts';
import { mergePatch, type PackCases, readPackCases } from '../../bin/type-packs/pack-cases.ts';
import { makeRandom } from '../../bin/type-packs/random.ts';
import { listPacks, PACKS_FOLDER, readPackType } from '../../bin/type-packs/read-pack.ts';
import { isTrustError } from '../../common/errors.ts';
import { readFontFiles } from '../../common/pdf/font-files.ts';
import { type LicenseType, parseLicenseType } from '../../license/domain/license-type.ts';
import { FIELD_RULE_KINDS } from '../../license/domain/type-field.ts';
import { makeRenderer } from '../../license/pdf/prepare-face.ts';
import { readSources } from '../_harness/sources.ts';

const FOLDERS = await listPacks();
const renderer = makeRenderer({ fonts: readFontFiles() });

for (const folder of FOLDERS) {
  test(`the pack ${basename(folder)} is a sample, and it and its cases agree`, async (t) => {
    const report = await checkPack(folder, { renderer });
    t.deepEqual(report.disagreements, []);
    t.true(report.type.sample);
    t.regex(report.type.name, /（样例）$/);
    t.regex(report.type.name_en, /\(sample\)$/);
    t.true(report.own.good >= 2 && report.own.refused >= 7);
    t.true(report.generated.good + report.generated.refused >= GENERATED_AT_LEAST);
    t.true((await readFile(join(folder, 'README.md'), 'utf8')).includes('a sample without legal force'));
  });
}

test('there are six packs of high-frequency licenses and the one of the demo, each with a code and names of its own', async (t) => {
  const types = await Promise.all(FOLDERS.map(async (folder) => parseLicenseType(await readPackType(folder))));
  t.is(types.length, 7);
  t.is(new Set(types.map(({ code }) => code)).size, 7);
  t.is(new Set(types.map(({ name }) => name)).size, 7);
  t.true(types.some(({ holder }) => holder.min_holders === 2));
  t.true(types.some(({ holder }) => holder.category === 'any' && holder.max_holders > 2));
  const kinds = new Set(types.flatMap(({ fields }) => fields.flatMap(({ rules }) => rules.map(({ kind }) => kind))));
  t.deepEqual([...kinds].sort(), [...FIELD_RULE_KINDS].sort());
});

test('the same seed makes the same cases, another seed others; none of them finds a disagreement', async (t) => {
  const folder = join(PACKS_FOLDER, 'real-estate-certificate');
  for (const seed of [2, 3, 4, 5]) t.deepEqual((await checkPack(folder, { seed })).disagreements, []);
  t.deepEqual(await checkPack(folder, { seed: 2 }), await checkPack(folder, { seed: 2 }));
});

/** Rules that another rule of the same field implies: a code that is the holder's is a code with a right check character. */
const IMPLIED = ['credit_code: rule 1, check_character', 'credit_code: rule 2, equals', 'credit_code: rule 3, equals'];

test('each rule is the reason of its refusals: without it one of them is taken', async (t) => {
  const today = '2026-11-20';
  for (const folder of FOLDERS) {
    const type = parseLicenseType(await readPackType(folder));
    const broken = breakRequest(type, today, makeRandom(1));
    for (const field of type.fields) {
      for (const [index, rule] of field.rules.entries()) {
        const says = `${field.name}: rule ${index + 1}, ${rule.kind}`;
        const lenient = { ...field, rules: field.rules.filter((one) => one !== rule) };
        const without = { ...type, fields: type.fields.map((one) => (one === field ? lenient : one)) };
        const cases = broken.filter((one) => one.says === says);
        const taken = cases.filter(({ request }) => 'content' in judgeRequest(without, request, { today }));
        t.true(cases.length > 0, says);
        t.is(taken.length > 0, !IMPLIED.includes(says), `${basename(folder)}, ${says}`);
      }
    }
  }
});

/** Writes a pack that differs from one of the house. */
async function changed(
  t: ExecutionContext,
  name: string,
  change: { readonly type?: (type: LicenseType) => object; readonly cases?: (cases: PackCases) => object },
): Promise<string> {
  const from = join(PACKS_FOLDER, name);
  const root = await mkdtemp(join(tmpdir(), 'xinji-pack-'));
  t.teardown(() => rm(root, { recursive: true }));
  const folder = join(root, name);
  await mkdir(folder);
  const type = parseLicenseType(await readPackType(from));
  const cases = await readPackCases(from);
  await writeFile(join(folder, 'type.json'), JSON.stringify({ ...type, ...change.type?.(type) }));
  await writeFile(join(folder, 'cases.json'), JSON.stringify({ ...cases, ...change.cases?.(cases) }));
  return folder;
}

const withRule =
  (name: string, rule: object) =>
  ({ fields }: LicenseType): object => ({
    fields: fields.map((field) => (field.name === name ? { ...field, rules: [...field.rules, rule] } : field)),
  });

const FAULTS: readonly [string, Parameters<typeof changed>[2], RegExp][] = [
  [
    'rules that contradict each other',
    { type: withRule('examined_on', { kind: 'after', other: 'issued_on' }) },
    /no case could be made up: examined_on: its rules leave no value/,
  ],
  [
    'a pattern that is not in the language',
    { type: withRule('occupation', { kind: 'pattern', pattern: '.', says: 'x' }) },
    /the pattern is not one of ours/,
  ],
  [
    'a good case that the type refuses',
    { type: withRule('examined_on', { kind: 'within_days_before', other: 'issued_on', days: 1 }) },
    /good, a cook of a restaurant: refused at \/fields\/examined_on, 体检日期 is 10 days before issued_on/,
  ],
  [
    'a refused case that the type takes',
    {
      cases: ({ refused }) => ({
        refused: [{ ...refused[0], says: 'a cook again', change: { fields: { occupation: '厨师' } } }],
      }),
    },
    /refused, a cook again: taken, expected license-fields-invalid at \/fields\/examined_on/,
  ],
  [
    'a refused case with another place',
    { cases: ({ refused }) => ({ refused: [{ ...refused[0], pointer: '/fields/occupation' }] }) },
    /license-fields-invalid at \/fields\/examined_on, expected license-fields-invalid at \/fields\/occupation/,
  ],
  [
    'a refused case of a good one that is not there',
    { cases: ({ refused }) => ({ refused: [{ ...refused[0], from: 'nobody' }] }) },
    /there is no good case "nobody"/,
  ],
];
for (const [what, change, says] of FAULTS) {
  test(`the checker tells of ${what}`, async (t) => {
    const folder = await changed(t, 'health-certificate', change);
    const lines = await checkPack(folder).then(reportLines, (error: Error) => [error.message]);
    t.true(
      lines.some((line) => says.test(line)),
      lines.join('\n'),
    );
  });
}

test('the checker tells of a face that does not hold the longest texts', async (t) => {
  const longer = ({ fields }: LicenseType): object => ({
    fields: fields.map((field) => ({ ...field, max_length: 2000 })),
  });
  const folder = await changed(t, 'health-certificate', { type: longer });
  t.deepEqual((await checkPack(folder)).disagreements, []);
  const { disagreements } = await checkPack(folder, { renderer });
  t.regex(disagreements.join('\n'), /^made up, the longest texts: refused at .*does not fit on its face/);
});

test('cases of another form are refused with their place', async (t) => {
  const folder = await changed(t, 'health-certificate', { cases: () => ({ good: [] }) });
  const error = await t.throwsAsync(checkPack(folder));
  t.true(isTrustError(error, 'invalid-request') && error.pointer === '/good');
});

test('RFC 7396: null takes a member away, objects are merged, lists replaced', (t) => {
  const target = { a: 'b', c: { d: 'e', f: 'g' }, l: [1, 2] };
  t.deepEqual(mergePatch(target, { a: 'z', c: { f: null }, l: [3] }), { a: 'z', c: { d: 'e' }, l: [3] });
  t.deepEqual(mergePatch({ e: null }, { a: 1 }), { e: null, a: 1 });
  t.deepEqual(mergePatch([1, 2], { a: 'b', c: null }), { a: 'b' });
  t.deepEqual(mergePatch({}, { a: { bb: { ccc: null } } }), { a: { bb: {} } });
  t.deepEqual(target.c, { d: 'e', f: 'g' });
});

test('no code knows a license type by its code, its name or its pack', async (t) => {
  const words = await Promise.all(
    FOLDERS.map(async (folder) => {
      const { code, name, name_en } = parseLicenseType(await readPackType(folder));
      return [code, name.replace('（样例）', ''), name_en.replace(' (sample)', ''), `'${basename(folder)}'`];
    }),
  );
  const offences = readSources()
    .filter(({ path }) => /^(?:license|identity|seal|common|bin|keys-dev)\//.test(path))
    .filter(({ path }) => path !== 'bin/seed/values.ts') // the invented house: who issues what
    .flatMap(({ path, code }) =>
      code
        .split('\n')
        .filter((line) => !/\bexample: /.test(line)) // of contracts, shown in the reference
        .flatMap((line) => words.flat().flatMap((word) => (line.includes(word) ? [`${path}: ${word}`] : []))),
    );
  t.deepEqual(offences, []);
});
