import { readFileSync } from 'node:fs';
import test from 'ava';
import { findRegion, isInRegions, regionNotice, regionPrefix } from '../../../common/codes/region.ts';
import { REGIONS_ABOLISHED, REGIONS_IN_USE } from '../../../common/codes/region-table.ts';
import { isTrustError } from '../../../common/errors.ts';

type Named = { code: string; level: string; fullName: string };
type Placed = { code: string; regions: string[] };
const vectors = JSON.parse(readFileSync('test/vectors/license/regions.json', 'utf8')) as {
  inUse: Named[];
  abolished: Named[];
  unknown: string[];
  prefixes: { text: string; prefix: string }[];
  noPrefixes: string[];
  inside: Placed[];
  outside: Placed[];
};

test('GB/T 2260: regions in use and abolished ones have their level and full name', (t) => {
  for (const [list, abolished, notice] of [
    [vectors.inUse, false, null],
    [vectors.abolished, true, 'region-abolished'],
  ] as const) {
    for (const { code, level, fullName } of list) {
      const region = findRegion(code);
      t.deepEqual([region?.level, region?.fullName, region?.abolished], [level, fullName, abolished], code);
      t.is(regionNotice(code), notice, code);
    }
  }
});

test('GB/T 2260: what no table has is unknown, and never an error', (t) => {
  for (const code of vectors.unknown) {
    t.is(findRegion(code), null, code);
    t.is(regionNotice(code), 'region-unknown', code);
  }
});

test('GB/T 2260: six, four or two digits name the same prefix; other texts and provinces are refused', (t) => {
  for (const { text, prefix } of vectors.prefixes) t.is(regionPrefix(text), prefix, text);
  for (const text of vectors.noPrefixes) {
    const error = t.throws(() => regionPrefix(text, '/regions/0'), undefined, text);
    t.true(isTrustError(error, 'invalid-request') && error.pointer === '/regions/0', text);
  }
});

test('GB/T 2260: a region lies in its county, city, province and the nation, abolished and unknown ones too', (t) => {
  for (const { code, regions } of vectors.inside) t.true(isInRegions(code, regions), `${code} in ${regions.join()}`);
  for (const { code, regions } of vectors.outside) t.false(isInRegions(code, regions), `${code} in ${regions.join()}`);
});

test('GB/T 2260: every row of the tables is one code with one name, and no code is both in use and abolished', (t) => {
  const codesOf = (table: string) =>
    table
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [province = '', ...rows] = line.split(' ');
        t.regex(province, /^\d\d$/);
        const faulty = rows.filter((row) => !/^\d{4}[㐀-鿿]+$/.test(row));
        t.deepEqual(faulty, []);
        return rows.map((row) => province + row.slice(0, 4));
      });
  const inUse = codesOf(REGIONS_IN_USE);
  const abolished = codesOf(REGIONS_ABOLISHED);
  t.is(new Set([...inUse, ...abolished]).size, inUse.length + abolished.length);
  t.true(inUse.length > 3200 && abolished.length > 3000);
});
