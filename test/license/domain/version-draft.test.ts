// 延续, 变更, 补发, 更正 by form: which columns may be touched, what is asked for when only they are, what differs.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { VERSION_OPERATIONS } from '../../../common/contract/license.ts';
import { toRequest } from '../../../license/domain/batch-columns.ts';
import { makeContent } from '../../../license/domain/issue-content.ts';
import type { LicenseContent } from '../../../license/domain/license-record.ts';
import { type LicenseType, parseLicenseType } from '../../../license/domain/license-type.ts';
import { decideDates } from '../../../license/domain/license-validity.ts';
import {
  compareVersions,
  firstCells,
  judgeVersionDraft,
  keepUntouched,
  mayTouch,
} from '../../../license/domain/version-draft.ts';
import { AUTHORITY, LISI, NOON, ZHANGSAN } from '../doubles.ts';

const typeOf = (slug: string) =>
  parseLicenseType(JSON.parse(readFileSync(`license/type-packs/${slug}/type.json`, 'utf8')));
const health = typeOf('health-certificate');
const estate = typeOf('real-estate-certificate');
const TODAY = '2026-11-20';
const AUTUMN = { fallback: 'drf_1', today: '2027-10-20' };

const cells = {
  license_number: '示例健证（2026）第000001号',
  holder_name: ZHANGSAN.name,
  holder_code: ZHANGSAN.code,
  occupation: '餐饮服务',
  examining_institution: '示例市第一人民医院',
  examined_on: '2026-11-10',
  conclusion: '合格',
};
const content = (type: LicenseType, typed: Record<string, string>): LicenseContent => {
  const request = toRequest(type, typed, AUTHORITY.code, 'C');
  const naming = { identifier: 'x', verifyCode: 'c', verifyUrl: 'https://license.test/verify' };
  return makeContent(type, AUTHORITY, request, decideDates(type, request, TODAY), naming, NOON);
};
const current = content(health, cells);
const WINTER = { ...AUTUMN, today: '2026-12-01' };
const judge = (operation: (typeof VERSION_OPERATIONS)[number], change: Record<string, string>, photo?: string) => {
  const kept = keepUntouched(health, current, operation, { ...firstCells(health, current, operation), ...change });
  return judgeVersionDraft(
    health,
    current,
    operation,
    { cells: kept, ...(photo === undefined ? {} : { photo }) },
    operation === 'renew' ? AUTUMN : WINTER,
  );
};

test('what an operation may touch is what the type says; the number never, the case and the day of issue always', (t) => {
  const columns = ['holder_name', 'occupation', 'conclusion', 'valid_from', 'photo'];
  const touched = (type: LicenseType) =>
    VERSION_OPERATIONS.map((operation) => columns.filter((column) => mayTouch(type, operation, column)));
  t.deepEqual(touched(health), [
    ['occupation', 'conclusion', 'valid_from', 'photo'],
    ['occupation', 'photo'],
    [],
    ['holder_name', 'occupation', 'conclusion', 'photo'],
  ]);
  t.true(mayTouch(estate, 'change', 'holder_2_code'));
  t.false(mayTouch(estate, 'change', 'photo'), 'this type has none');
  for (const operation of VERSION_OPERATIONS) {
    t.false(mayTouch(health, operation, 'license_number'));
    t.true(mayTouch(health, operation, 'case_id') && mayTouch(health, operation, 'issued_on'));
  }
});

test('the form begins with what the license says, but for the case and the dates that become anew', (t) => {
  const changed = firstCells(health, current, 'change');
  t.deepEqual(changed, { ...cells, valid_from: '2026-11-20', valid_to: '2027-11-19' });
  t.deepEqual(firstCells(health, current, 'renew'), cells);
  const forged = { ...changed, license_number: 'x', holder_name: LISI.name, conclusion: '', occupation: '保洁' };
  t.deepEqual(keepUntouched(health, current, 'change', forged), { ...changed, occupation: '保洁' });
});

test('asked for is what became another, and nothing else', (t) => {
  const changed = judge('change', { occupation: '保洁' });
  t.deepEqual(changed.faults, []);
  t.deepEqual(changed.next?.asked, { operation: 'change', case_id: 'drf_1', item: 1, fields: { occupation: '保洁' } });
  const renewed = judge('renew', { examined_on: '2027-10-10', case_id: 'CASE-2' });
  t.deepEqual(renewed.next?.asked, {
    operation: 'renew',
    case_id: 'CASE-2',
    item: 1,
    fields: { examined_on: '2027-10-10' },
  });
  t.deepEqual(renewed.next?.dates, { issuedOn: '2027-10-20', validFrom: '2027-10-20', validTo: '2028-10-19' });
  const corrected = judge('correct', { holder_name: '张叁' });
  t.deepEqual(corrected.next?.asked.holders, [{ ...ZHANGSAN, name: '张叁' }]);
  t.deepEqual(corrected.next?.asked.fields, {});
  t.deepEqual(judge('replace', { occupation: '保洁' }).next?.asked.fields, {}, 'a replacement changes nothing');
});

test('refused: nothing changed, what the rules of the type refuse, a renewal out of its days', (t) => {
  const faults = (...of: Parameters<typeof judge>) => judge(...of).faults.map(({ column, fault }) => [column, fault]);
  t.deepEqual(faults('change', {}), [[null, 'there is nothing to change']]);
  t.deepEqual(faults('correct', {}), [[null, 'there is nothing to correct']]);
  t.is(faults('correct', { holder_code: '360102199003077719' })[0]?.[0], 'holder_code');
  t.is(faults('change', { occupation: '' })[0]?.[0], 'occupation');
  t.is(faults('renew', {})[0]?.[0], 'examined_on', 'examined too long ago');
  t.is(faults('renew', { examined_on: '2027-10-10', valid_from: '2027-12-01' })[0]?.[0], 'valid_from');
  t.is(faults('replace', { issued_on: '2026-11-19' })[0]?.[0], 'issued_on');
  t.is(faults('change', { occupation: '保洁' }, 'R0lG')[0]?.[0], 'photo');
  t.is(judge('change', {}).next, null);
  const early = { fallback: 'drf_1', today: TODAY };
  t.throws(() => judgeVersionDraft(health, current, 'renew', { cells }, early), { message: /can be renewed from/ });
});

test('old and new stand side by side in the order of the form; a value that goes and one that comes are told', (t) => {
  const { next } = judge('renew', { examined_on: '2027-10-10' });
  const { changed, kept } = compareVersions(health, current, next!);
  t.deepEqual(changed, [
    { column: 'issued_on', before: '2026-11-20', after: '2027-10-20' },
    { column: 'valid_from', before: '2026-11-20', after: '2027-10-20' },
    { column: 'valid_to', before: '2027-11-19', after: '2028-10-19' },
    { column: 'examined_on', before: '2026-11-10', after: '2027-10-10' },
  ]);
  t.deepEqual(Object.keys(kept), [
    'license_number',
    'holder_name',
    'holder_code',
    'occupation',
    'examining_institution',
    'conclusion',
  ]);
});

test('another holder, an entry that goes and one that comes are told as such', (t) => {
  const owned = {
    license_number: '示（2026）示例市不动产权第0000001号',
    holder_name: ZHANGSAN.name,
    holder_code: ZHANGSAN.code,
    holder_code_type: '111',
    co_ownership: '0',
    right_kind: '04',
    right_nature: '划拨',
    located_at: '示例市东湖区八一大道100号1栋2单元301室',
    unit_code: '360102001001GB00001F00010001',
    use: '住宅',
    land_area: '100.00',
    building_area: '90.00',
    remarks: '无',
  };
  const before = content(estate, owned);
  const { remarks: _, ...rest } = owned;
  const typed = { ...rest, holder_name: LISI.name, holder_code: LISI.code, exclusive_area: '80.00' };
  const draft = { cells: keepUntouched(estate, before, 'change', typed) };
  const { next, faults } = judgeVersionDraft(estate, before, 'change', draft, WINTER);
  t.deepEqual(faults, []);
  t.deepEqual(next?.asked.holders, [LISI]);
  t.deepEqual(next?.asked.fields, { exclusive_area: '80.00', remarks: null });
  const { changed } = compareVersions(estate, before, next!);
  t.deepEqual(
    changed.map(({ column, before: old, after }) => [column, old, after]),
    [
      ['holder_name', ZHANGSAN.name, LISI.name],
      ['holder_code', ZHANGSAN.code, LISI.code],
      ['issued_on', '2026-11-20', '2026-12-01'],
      ['exclusive_area', null, '80.00'],
      ['remarks', '无', null],
    ],
  );
});
