// Every kind of rule that a license type can set: a value that it takes, and beside it values that it refuses, in words.
import test from 'ava';
import { breachOf } from '../../../license/domain/field-rules.ts';
import { FIELD_RULE_KINDS, type FieldRule } from '../../../license/domain/type-field.ts';

const values = new Map([
  ['issued_on', '2026-11-20'],
  ['built_on', '2024-02-29'],
  ['area', '120.50'],
  ['holder_code', '11360100MB0D00010M'],
  ['sex', '男'],
]);
const judged = { values, today: '2026-11-20' };

type Sample = {
  readonly rule: FieldRule;
  readonly taken: readonly string[];
  readonly refused: readonly (readonly [string, RegExp])[];
};
const SAMPLES: readonly Sample[] = [
  {
    rule: { kind: 'pattern', pattern: 'JY[123]\\d{2}', says: 'JY and three digits' },
    taken: ['JY112', 'JY399'],
    refused: [
      ['JY412', /expected JY and three digits/],
      ['JY1122', /expected/],
      ['XJY112', /expected/],
    ],
  },
  {
    rule: { kind: 'check_character', scheme: 'credit_code' },
    taken: ['11360100MB0D00010M'],
    refused: [
      ['11360100MB0D00010K', /统一社会信用代码/],
      ['11360100MB0D00010', /统一社会信用代码/],
    ],
  },
  {
    rule: { kind: 'check_character', scheme: 'citizen_number' },
    taken: ['360102199003077718'],
    refused: [
      ['360102199003077719', /公民身份号码/],
      ['360102203003077712', /公民身份号码/],
    ],
  },
  {
    rule: { kind: 'before', other: 'issued_on' },
    taken: ['2026-11-19'],
    refused: [['2026-11-20', /not before issued_on, 2026-11-20/]],
  },
  {
    rule: { kind: 'not_after', other: 'issued_on' },
    taken: ['2026-11-20'],
    refused: [['2026-11-21', /after issued_on, 2026-11-20/]],
  },
  {
    rule: { kind: 'after', other: 'built_on' },
    taken: ['2024-03-01'],
    refused: [['2024-02-29', /not after built_on, 2024-02-29/]],
  },
  {
    rule: { kind: 'not_before', other: '2001-07-01' },
    taken: ['2001-07-01'],
    refused: [['2001-06-30', /before 2001-07-01$/]],
  },
  {
    rule: { kind: 'within_days_before', other: 'issued_on', days: 90 },
    taken: ['2026-11-20', '2026-08-22'],
    refused: [
      ['2026-11-21', /is after issued_on/],
      ['2026-08-21', /91 days before issued_on; 90 are allowed/],
    ],
  },
  {
    rule: { kind: 'within_days_after', other: 'built_on', days: 1 },
    taken: ['2024-02-29', '2024-03-01'],
    refused: [
      ['2024-02-28', /is before built_on/],
      ['2024-03-02', /2 days after built_on; 1 are allowed/],
    ],
  },
  {
    rule: { kind: 'number_range', min: '0.01', max: '99999999999999.99', decimals: 2 },
    taken: ['0.01', '99999999999999.99', '1'],
    refused: [
      ['0', /less than 0.01/],
      ['-5', /less than/],
      ['100000000000000', /more than/],
      ['1.001', /more than 2 digits after the point/],
    ],
  },
  {
    rule: { kind: 'not_above', other: 'area' },
    taken: ['120.5', '0'],
    refused: [
      ['120.51', /above area, 120.50/],
      ['121', /above/],
    ],
  },
  {
    rule: { kind: 'equals', other: 'holder_code' },
    taken: ['11360100MB0D00010M'],
    refused: [['11360100MB0D00010m', /not the same as holder_code/]],
  },
  { rule: { kind: 'differs', other: 'sex' }, taken: ['女'], refused: [['男', /the same as sex/]] },
];

for (const { rule, taken, refused } of SAMPLES) {
  test(`the rule ${JSON.stringify(rule)}`, (t) => {
    for (const value of taken) t.is(breachOf(rule, value, judged), null, value);
    for (const [value, says] of refused) t.regex(breachOf(rule, value, judged) ?? 'taken', says, value);
  });
}

test('every kind of rule has a refused sample', (t) => {
  t.deepEqual([...new Set(SAMPLES.map(({ rule }) => rule.kind))].sort(), [...FIELD_RULE_KINDS].sort());
});

test('a rule is silent about a value that was left out', (t) => {
  const others = SAMPLES.flatMap(({ rule, refused }) =>
    'other' in rule && !/^\d/.test(rule.other) ? [{ rule: { ...rule, other: 'absent' }, value: refused[0]![0] }] : [],
  );
  t.true(others.length >= 8);
  for (const { rule, value } of others) t.is(breachOf(rule, value, judged), null, rule.kind);
});
