import { readFileSync } from 'node:fs';
import test from 'ava';
import { issueRequest } from '../../../common/contract/license.ts';
import { isTrustError } from '../../../common/errors.ts';
import { checkLicenseFields } from '../../../license/domain/license-fields.ts';
import { type LicenseType, parseLicenseType } from '../../../license/domain/license-type.ts';
import { decideDates } from '../../../license/domain/license-validity.ts';

const sample = JSON.parse(readFileSync('license/type-packs/health-certificate/type.json', 'utf8')) as Record<
  string,
  unknown
> & { changes: object };
const type = parseLicenseType(sample);
const TODAY = '2026-11-20';
const HOLDER = { name: '张三', code_type: '111', code: '360102199003077718' };
const body = {
  case_id: 'CASE-1',
  license_type: type.code,
  license_number: '示例健证（2026）第1号',
  holders: [HOLDER],
  fields: {
    occupation: '厨师',
    examining_institution: '示例市第一人民医院',
    examined_on: '2026-11-10',
    conclusion: '合格',
  },
};

function check(change: object = {}, by: LicenseType = type): void {
  const request = issueRequest.parse({ ...body, ...change });
  checkLicenseFields(by, request, decideDates(by, request, TODAY), TODAY);
}
const withFields = (fields: object): object => ({ fields: { ...body.fields, ...fields } });

test('the sample license type is a valid document that says it is a sample', (t) => {
  t.true(type.sample);
  t.regex(type.name, /样例/);
  t.notThrows(() => check());
});

test('dates: issued today, valid from then for a year less a day, by the calendar of China', (t) => {
  const request = issueRequest.parse(body);
  t.deepEqual(decideDates(type, request, TODAY), { issuedOn: TODAY, validFrom: TODAY, validTo: '2027-11-19' });
  const leap = issueRequest.parse({ ...body, issued_on: '2024-02-29' });
  t.is(decideDates(type, leap, TODAY).validTo, '2025-02-28');
});

const REFUSED: readonly [string, object, string][] = [
  ['an unknown field', withFields({ colour: 'red' }), '/fields/colour'],
  ['an unknown field with a slash in its name', withFields({ 'a/b': 'x' }), '/fields/a~1b'],
  ['a missing field', { fields: without('occupation') }, '/fields/occupation'],
  ['an empty field', withFields({ occupation: '' }), '/fields/occupation'],
  ['a field that is too long', withFields({ occupation: '厨'.repeat(41) }), '/fields/occupation'],
  ['a field that is too short', withFields({ examining_institution: '院' }), '/fields/examining_institution'],
  ['a date that the calendar lacks', withFields({ examined_on: '2026-02-30' }), '/fields/examined_on'],
  ['an examination after the issue', withFields({ examined_on: '2026-11-21' }), '/fields/examined_on'],
  ['an examination too long ago', withFields({ examined_on: '2026-08-01' }), '/fields/examined_on'],
  ['a choice that is not on the list', withFields({ conclusion: '不合格' }), '/fields/conclusion'],
  ['a line break', withFields({ occupation: '厨\n师' }), '/fields/occupation'],
  ['a character that turns the direction of text', withFields({ occupation: '厨\u202e师' }), '/fields/occupation'],
  ['blanks around a value', withFields({ occupation: ' 厨师' }), '/fields/occupation'],
  ['a control character in the name', { holders: [{ ...HOLDER, name: '张\u0000三' }] }, '/holders/0/name'],
  [
    'a holder code type that the type does not take',
    { holders: [{ ...HOLDER, code_type: '414' }] },
    '/holders/0/code_type',
  ],
  ['a holder who is named twice', { holders: [HOLDER, HOLDER] }, '/holders'],
  ['an issue date in the future', { issued_on: '2026-11-21' }, '/issued_on'],
  ['an end before the beginning', { valid_from: '2026-11-20', valid_to: '2026-11-19' }, '/valid_to'],
  ['an end later than the type allows', { valid_to: '2027-11-20' }, '/valid_to'],
];
for (const [what, change, pointer] of REFUSED) {
  test(`license-fields-invalid with its pointer: ${what}`, (t) => {
    const error = t.throws(() => check(change));
    t.true(isTrustError(error, 'license-fields-invalid'), String(error));
    t.is(isTrustError(error) ? error.pointer : undefined, pointer);
  });
}

test('a type without end gives 长期, a type with stated end wants it', (t) => {
  const request = issueRequest.parse(body);
  const unlimited = parseLicenseType({ ...sample, validity_range: ['长期'], validity: { kind: 'unlimited' } });
  t.is(decideDates(unlimited, request, TODAY).validTo, '9999-12-31');
  const stated = parseLicenseType({ ...sample, validity: { kind: 'stated' } });
  t.true(
    isTrustError(
      t.throws(() => decideDates(stated, request, TODAY)),
      'license-fields-invalid',
    ),
  );
});

test('a pattern rule is applied to the whole value', (t) => {
  const fields = [
    {
      name: 'grade',
      metadata_name: 'KZ_DJ',
      label: '等级',
      label_en: 'Grade',
      kind: 'text',
      group: 'examination',
      obligation: 'optional',
      max_length: 4,
      rules: [{ kind: 'pattern', pattern: '[A-C]\\d', says: 'a letter A to C and a digit' }],
    },
  ];
  const graded = parseLicenseType({
    ...sample,
    fields,
    changes: { ...sample.changes, change: { fields: '*', holders: false } },
  });
  t.notThrows(() => check({ fields: { grade: 'B2' } }, graded));
  t.notThrows(() => check({ fields: {} }, graded));
  t.throws(() => check({ fields: { grade: 'B22' } }, graded), { message: /expected a letter A to C and a digit/ });
});

const BROKEN: readonly [string, object][] = [
  ['an unknown key', { colour: 'red' }],
  [
    'a code type of organisations for persons',
    { holder: { category: 'natural_person', code_types: ['001'], max_holders: 1 } },
  ],
  ['a validity that the catalogue does not list', { validity_range: ['2年'] }],
  ['an example that breaks the numbering', { numbering: { pattern: 'A', says: 'x', example: 'B' } }],
  ['an act without its change', { changes: { ...sample.changes, renew: false } }],
  [
    'a change of a field that does not exist',
    { changes: { ...sample.changes, change: { fields: ['x'], holders: false } } },
  ],
  ['acts without issue', { acts: ['suspend'] }],
  ['one fact twice', { verify_facts: ['holder_name', 'holder_name'] }],
  ['a fact that is no field', { verify_facts: ['holder_name', 'field:x'] }],
  ['a face section without group', { face: { template: 'a4-portrait', sections: [{ group: 'x' }] } }],
  [
    'a face that shows a group twice',
    { face: { template: 'a4-portrait', sections: [{ group: 'examination' }, { group: 'examination' }] } },
  ],
  ['a group named like a built-in section', { groups: [{ name: 'holders', label: 'x', label_en: 'x' }] }],
  ['a field without its group', { fields: [{ ...field('text'), group: 'x' }] }],
  [
    'a definer whose code has a wrong check character',
    { definer: { name: 'x', code: '11100000MB0D000964', level: 'national' } },
  ],
  ['a code that is not the definer’s', { code: '11360100MB0D00010M001' }],
  ['a holder code type outside GB/T 36903', { holder: { category: 'any', code_types: ['112'], max_holders: 1 } }],
  ['a template that the house does not know', { face: { template: 'gold' } }],
  [
    'a rule on a date that does not exist',
    { fields: [{ ...field('date'), rules: [{ kind: 'not_after', other: 'x' }] }] },
  ],
  ['a date rule on a text', { fields: [{ ...field('text'), rules: [{ kind: 'not_after', other: 'issued_on' }] }] }],
  [
    'a pattern that cannot be compiled',
    { fields: [{ ...field('text'), rules: [{ kind: 'pattern', pattern: '(', says: 'x' }] }] },
  ],
  ['a choice without choices', { fields: [field('choice')] }],
  ['two fields of one name', { fields: [field('text'), { ...field('text'), metadata_name: 'KZ_B' }] }],
  ['two fields of one KZ_ name', { fields: [field('text'), { ...field('text'), name: 'b' }] }],
  ['a field named like a common date', { fields: [{ ...field('text'), name: 'valid_to' }] }],
];
for (const [what, change] of BROKEN) {
  test(`a license type is refused for ${what}`, (t) => {
    t.true(
      isTrustError(
        t.throws(() => parseLicenseType({ ...sample, ...change })),
        'invalid-request',
      ),
    );
  });
}

function field(kind: string): object {
  return {
    name: 'a',
    metadata_name: 'KZ_A',
    label: 'a',
    label_en: 'a',
    group: 'examination',
    kind,
    obligation: 'optional',
    max_length: 9,
  };
}

function without(name: string): object {
  return Object.fromEntries(Object.entries(body.fields).filter(([key]) => key !== name));
}
