// Periods of validity by the words of GB/T 36902, values as people read them, decimals without floating point.
import test from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import { compareDecimals, decimalsOf } from '../../../license/domain/decimal.ts';
import { fieldText, optionsOf } from '../../../license/domain/field-text.ts';
import { type LicenseType, licenseTypeDocument, parseLicenseType } from '../../../license/domain/license-type.ts';
import { decideDates, endOfPeriod } from '../../../license/domain/license-validity.ts';
import { typeField } from '../../../license/domain/type-field.ts';
import { type as sample } from '../pdf/fixtures.ts';

const TODAY = '2026-11-20';
const typeWith = (change: Partial<LicenseType>): LicenseType => parseLicenseType({ ...sample, ...change });

test('有效期限范围: a period ends the day before its anniversary; a day that a month lacks falls into the next one', (t) => {
  for (const [word, from, end] of [
    ['1年', '2026-11-20', '2027-11-19'],
    ['1年', '2024-02-29', '2025-02-28'],
    ['6个月', '2026-08-31', '2027-03-02'],
    ['6个月', '2026-05-20', '2026-11-19'],
    ['30日', '2026-11-20', '2026-12-19'],
    ['长期', '2026-11-20', '9999-12-31'],
  ] as const) {
    t.is(endOfPeriod(word, from), end, `${word} from ${from}`);
  }
});

test('months: as years, an earlier end may be asked for, a later one not', (t) => {
  const type = typeWith({ validity: { kind: 'months', months: 6 }, validity_range: ['6个月'] });
  const end = (valid_to?: string) =>
    decideDates(type, { issued_on: TODAY, valid_from: undefined, valid_to }, TODAY).validTo;
  t.is(end(), '2027-05-19');
  t.is(end('2027-01-01'), '2027-01-01');
  t.throws(() => end('2027-05-20'), { message: /latest end that this type allows is 2027-05-19/ });
});

test('listed: the end of one of the periods, and of no other', (t) => {
  const type = typeWith({ validity: { kind: 'listed' }, validity_range: ['1年', '3年', '长期'] });
  const end = (valid_to?: string) =>
    decideDates(type, { issued_on: TODAY, valid_from: undefined, valid_to }, TODAY).validTo;
  for (const day of ['2027-11-19', '2029-11-19', '9999-12-31']) t.is(end(day), day);
  for (const day of ['2028-11-19', '2027-11-20', undefined]) {
    const error = t.throws(() => end(day));
    t.true(isTrustError(error, 'license-fields-invalid') && error.pointer === '/valid_to');
  }
});

test('the words of the catalogue and the validity of a type must not contradict each other', (t) => {
  for (const change of [
    { validity: { kind: 'months', months: 12 }, validity_range: ['1年'] },
    { validity: { kind: 'unlimited' }, validity_range: ['1年'] },
    { validity_range: ['1 年'] },
    { validity_range: ['0年'] },
  ]) {
    t.throws(() => parseLicenseType({ ...sample, ...change }));
  }
});

test('values are printed as people read them: dates, numbers with their unit, labels of codes', (t) => {
  const code_tables = { kind: [{ code: '1', label: '专柜', label_en: 'Counter' }] };
  const base = { name: 'a', metadata_name: 'KZ_A', label: 'a', label_en: 'a', group: 'g', obligation: 'mandatory' };
  const field = (more: object) => typeField.parse({ ...base, max_length: 9, ...more });
  const text = (more: object, value: string) => fieldText({ code_tables }, field(more), value);
  t.is(text({ kind: 'date' }, '2026-01-02'), '2026年1月2日');
  t.is(text({ kind: 'number', unit: '平方米' }, '35.50'), '35.50平方米');
  t.is(text({ kind: 'code', code_table: 'kind' }, '1'), '专柜');
  t.is(text({ kind: 'code', code_table: 'kind' }, '9'), '9', 'a code that the table lacks stays what it is');
  t.is(text({ kind: 'text' }, 'x'), 'x');
  t.deepEqual(optionsOf({ code_tables }, field({ kind: 'choice', choices: ['是'] })), [
    { value: '是', label: '是', labelEn: '是' },
  ]);
  t.deepEqual(optionsOf({ code_tables }, field({ kind: 'code', code_table: 'kind' })), [
    { value: '1', label: '专柜', labelEn: 'Counter' },
  ]);
  t.deepEqual(optionsOf({ code_tables }, field({ kind: 'text' })), []);
});

test('decimals are compared as they were written', (t) => {
  const order = ['-100.5', '-0.000001', '0', '0.01', '0.1', '9', '10', '999999999999999.999999'];
  for (const [index, a] of order.entries()) {
    for (const [other, b] of order.entries())
      t.is(Math.sign(compareDecimals(a, b)), Math.sign(index - other), `${a} ${b}`);
  }
  t.is(compareDecimals('1.50', '1.5'), 0);
  t.is(decimalsOf('1.50'), 2);
  t.is(decimalsOf('1'), 0);
});

test('a document that was parsed is parsed to the same again', (t) => {
  t.deepEqual(licenseTypeDocument.parse(sample), sample);
});
