// What the shape of a type document cannot say about its fields: names that are taken, references that lead nowhere,
// rules that do not fit the kind of their field.
import { isCalendarDate } from '../../common/codes/calendar-date.ts';
import { matchesPattern } from './field-rules.ts';
import { parsePattern } from './pattern.ts';
import {
  COMMON_DATES,
  COMMON_TEXTS,
  type CodeTables,
  type FieldKind,
  type FieldRule,
  type LicenseTypeField,
} from './type-field.ts';

export type Refuse = (sentence: string, pointer: string) => never;

type FieldTable = {
  readonly fields: readonly LicenseTypeField[];
  readonly groups: readonly { readonly name: string }[];
  readonly code_tables: CodeTables;
};
/** Name -> kind of everything that a rule may refer to. */
type Names = ReadonlyMap<string, FieldKind>;

/** Calls `refuse` with a pointer into the document at the first fault. */
export function checkTypeFields(type: FieldTable, refuse: Refuse): void {
  checkUnique(
    type.groups.map((group) => group.name),
    '/groups',
    '/name',
    refuse,
  );
  for (const [name, rows] of Object.entries(type.code_tables)) {
    checkUnique(
      rows.map((row) => row.code),
      `/code_tables/${name}`,
      '/code',
      refuse,
    );
  }
  const common = [...COMMON_DATES, ...COMMON_TEXTS];
  checkUnique([...common, ...type.fields.map((field) => field.name)], '/fields', '/name', refuse, common.length);
  checkUnique(
    type.fields.map((field) => field.metadata_name),
    '/fields',
    '/metadata_name',
    refuse,
  );
  const names: Names = new Map([
    ...COMMON_DATES.map((name) => [name, 'date'] as const),
    ...COMMON_TEXTS.map((name) => [name, 'text'] as const),
    ...type.fields.map((field) => [field.name, field.kind] as const),
  ]);
  type.fields.forEach((field, index) => {
    checkField(type, field, names, `/fields/${index}`, refuse);
  });
}

function checkField(type: FieldTable, field: LicenseTypeField, names: Names, at: string, refuse: Refuse): void {
  if (!type.groups.some((group) => group.name === field.group)) refuse('there is no such group', `${at}/group`);
  if (field.min_length > field.max_length) refuse('less than min_length', `${at}/max_length`);
  const allowed = { choice: 'choices', code: 'code_table', number: 'unit' } as const;
  for (const [kind, key] of Object.entries(allowed)) {
    if (field.kind !== kind && field[key] !== undefined) refuse(`only for the kind ${kind}`, `${at}/${key}`);
  }
  if (field.kind === 'choice' && field.choices === undefined) refuse('a choice has choices', `${at}/choices`);
  if (field.kind === 'code' && !Object.hasOwn(type.code_tables, field.code_table ?? '')) {
    refuse('a code names one of the code tables', `${at}/code_table`);
  }
  checkCondition(field, names, at, refuse);
  for (const [place, rule] of field.rules.entries()) checkRule(rule, field, names, `${at}/rules/${place}`, refuse);
}

function checkCondition(field: LicenseTypeField, names: Names, at: string, refuse: Refuse): void {
  const condition = field.required_if;
  if ((field.obligation === 'conditional') !== (condition !== undefined)) {
    refuse('exactly a conditional field has it', `${at}/required_if`);
  }
  if (condition && (condition.field === field.name || !names.has(condition.field))) {
    refuse('there is no such other field', `${at}/required_if/field`);
  }
}

/** Kinds of fields that a rule is for; all of them when the rule is not named. */
const RULE_KINDS: Readonly<Partial<Record<FieldRule['kind'], FieldKind>>> = {
  pattern: 'text',
  check_character: 'text',
  before: 'date',
  not_after: 'date',
  after: 'date',
  not_before: 'date',
  within_days_before: 'date',
  within_days_after: 'date',
  number_range: 'number',
  not_above: 'number',
};

function checkRule(rule: FieldRule, field: LicenseTypeField, names: Names, at: string, refuse: Refuse): void {
  const kind = RULE_KINDS[rule.kind];
  if (kind !== undefined && kind !== field.kind) refuse(`only a ${kind} has this rule`, `${at}/kind`);
  if (rule.kind === 'pattern') checkPattern(rule.pattern, `${at}/pattern`, refuse);
  if (rule.kind === 'number_range' && rule.min === undefined && rule.max === undefined && rule.decimals === 6) {
    refuse('a range that forbids nothing', `${at}/kind`);
  }
  if (!('other' in rule)) return;
  if (kind === 'date' && isCalendarDate(rule.other)) return;
  const otherKind = rule.other === field.name ? undefined : names.get(rule.other);
  if (otherKind === undefined) refuse(`${rule.other} is nothing else of this type`, `${at}/other`);
  if (kind !== undefined && otherKind !== kind) refuse(`${rule.other} is not a ${kind}`, `${at}/other`);
}

/** Refuses what is not in the language of pattern.ts, and what Node cannot compile. */
export function checkPattern(pattern: string, at: string, refuse: Refuse): void {
  try {
    parsePattern(pattern);
    matchesPattern(pattern, '');
  } catch (error) {
    if (error instanceof SyntaxError) refuse(`the pattern is not one of ours: ${error.message}`, at);
    throw error;
  }
}

function checkUnique(
  values: readonly string[],
  list: string,
  key: string,
  refuse: Refuse,
  /** How many of `values` stand before the list. */
  before = 0,
): void {
  const twice = values.findIndex((value, index) => values.indexOf(value) < index);
  if (twice >= 0) refuse('the name is taken', `${list}/${twice - before}${key}`);
}
