// The information items of a license type: what a field is, the rules that its value obeys, the code tables that it may
// draw on. `metadata_name` is the KZ_ name under GB/T 36903. Not here: judging a value (license-fields.ts).
import { z } from 'zod';

export const label = z.string().min(1).max(64);
const hint = z.string().min(1).max(200);
export const fieldName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);

/** A decimal number as text, so that nothing is lost: up to 15 digits and 6 decimals, no exponent, no leading zeros. */
export const DECIMAL = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?$/;
const decimal = z.string().regex(DECIMAL);

/** What rules and conditions may name beside the fields; with several holders, the first one is meant. */
export const COMMON_DATES = ['issued_on', 'valid_from', 'valid_to'] as const;
export const COMMON_TEXTS = ['license_number', 'holder_name', 'holder_code', 'holder_code_type'] as const;

/** A field of the type or one of COMMON_DATES and COMMON_TEXTS; date rules also take a fixed date, YYYY-MM-DD. */
const other = z.string().min(1).max(64);
const days = z.int().min(0).max(36_500);

const fieldRule = z.discriminatedUnion('kind', [
  /** The value matches the whole pattern. `says` finishes the sentence "expected …". */
  z.strictObject({ kind: z.literal('pattern'), pattern: z.string().min(1).max(200), says: hint }),
  /** The check character of a public code is right. */
  z.strictObject({ kind: z.literal('check_character'), scheme: z.enum(['credit_code', 'citizen_number']) }),
  z.strictObject({ kind: z.literal('before'), other }),
  z.strictObject({ kind: z.literal('not_after'), other }),
  z.strictObject({ kind: z.literal('after'), other }),
  z.strictObject({ kind: z.literal('not_before'), other }),
  /** A date not after another one, and at most so many days before it. */
  z.strictObject({ kind: z.literal('within_days_before'), other, days }),
  /** A date not before another one, and at most so many days after it. */
  z.strictObject({ kind: z.literal('within_days_after'), other, days }),
  /** Both ends included; at most so many digits after the point. */
  z.strictObject({
    kind: z.literal('number_range'),
    min: decimal.optional(),
    max: decimal.optional(),
    decimals: z.int().min(0).max(6).default(0),
  }),
  /** A number not greater than another number. */
  z.strictObject({ kind: z.literal('not_above'), other }),
  /** Character for character the same as another value. */
  z.strictObject({ kind: z.literal('equals'), other }),
  z.strictObject({ kind: z.literal('differs'), other }),
]);
export type FieldRule = z.infer<typeof fieldRule>;
/** The kinds, as the table of field-rules.ts has them. */
export const FIELD_RULE_KINDS: readonly FieldRule['kind'][] = fieldRule.options.map(
  (option) => option.shape.kind.value,
);
export type FieldRuleOf<K extends FieldRule['kind']> = Extract<FieldRule, { kind: K }>;

/** When a conditional field is wanted: another value is one of `equals`; otherwise it is optional, or must be absent. */
const requiredIf = z.strictObject({
  field: other,
  equals: z.array(z.string().min(1).max(200)).min(1).max(50),
  otherwise: z.enum(['optional', 'absent']).default('optional'),
});

export const typeField = z.strictObject({
  name: fieldName,
  metadata_name: z.string().regex(/^KZ_[A-Za-z0-9_]{1,60}$/),
  label,
  label_en: label,
  hint: hint.optional(),
  hint_en: hint.optional(),
  /** The group under which forms and faces show it. */
  group: fieldName,
  /** A date is YYYY-MM-DD; a number is decimal text; a choice is one of `choices` as printed; a code is one of a code table. */
  kind: z.enum(['text', 'date', 'number', 'choice', 'code']),
  choices: z.array(label).min(1).max(200).optional(),
  code_table: fieldName.optional(),
  /** Printed behind a number. */
  unit: z.string().min(1).max(16).optional(),
  obligation: z.enum(['mandatory', 'optional', 'conditional']),
  required_if: requiredIf.optional(),
  /** Characters (code points). */
  min_length: z.int().min(1).default(1),
  max_length: z.int().min(1).max(2000),
  rules: z.array(fieldRule).max(20).default([]),
  /** A value as it is written, shown in forms and used by the generated cases of a pack. */
  example: z.string().min(1).max(2000).optional(),
  /** True: masked wherever it is not expressly asked for. */
  sensitive: z.boolean().default(false),
  /** False: in the record and the metadata, not on the face. */
  face: z.boolean().default(true),
});
export type LicenseTypeField = z.infer<typeof typeField>;
export type FieldKind = LicenseTypeField['kind'];

export const fieldGroup = z.strictObject({ name: fieldName, label, label_en: label });

/** Name of a table -> its rows, in the order of forms. */
export const codeTables = z.record(
  fieldName,
  z
    .array(z.strictObject({ code: z.string().regex(/^[0-9A-Za-z_-]{1,32}$/), label, label_en: label }))
    .min(1)
    .max(1000),
);
export type CodeTables = z.infer<typeof codeTables>;
