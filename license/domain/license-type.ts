// A license type as data: which fields a license has, the rules they obey, how long it is valid, how its face looks.
// Codes and names follow the catalogue of GB/T 36902; `metadata_name` is the KZ_ name under GB/T 36903.
// A document is immutable once registered; a change is a new version. Not here: who may issue it.
import { z } from 'zod';
import { isCreditCode } from '../../common/codes/credit-code.ts';
import { HOLDER_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { TrustError } from '../../common/errors.ts';

const label = z.string().min(1).max(64);

const fieldRule = z.discriminatedUnion('kind', [
  /** The value matches the whole pattern. `says` finishes the sentence "expected …". */
  z.strictObject({ kind: z.literal('pattern'), pattern: z.string().max(200), says: label }),
  /** A date not after another date: a field's name, or issued_on, valid_from, valid_to. */
  z.strictObject({ kind: z.literal('not_after'), other: label }),
  /** A date at most so many days before another date. */
  z.strictObject({ kind: z.literal('within_days_before'), other: label, days: z.int().min(1).max(36_500) }),
]);

const typeField = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  metadata_name: z.string().regex(/^KZ_[A-Za-z0-9_]{1,60}$/),
  label,
  label_en: label,
  kind: z.enum(['text', 'date', 'choice']),
  obligation: z.enum(['mandatory', 'optional']),
  min_length: z.int().min(0).default(1),
  max_length: z.int().min(1).max(500),
  choices: z.array(label).max(200).optional(),
  rules: z.array(fieldRule).max(20).default([]),
});
export type LicenseTypeField = z.infer<typeof typeField>;
export type FieldRule = z.infer<typeof fieldRule>;

const validity = z.discriminatedUnion('kind', [
  /** `years` years from valid_from; an earlier end may be asked for. */
  z.strictObject({ kind: z.literal('years'), years: z.int().min(1).max(100) }),
  z.strictObject({ kind: z.literal('unlimited') }),
  /** The request must say valid_to. */
  z.strictObject({ kind: z.literal('stated') }),
]);

/** Templates of the face that license/pdf knows. */
export const FACE_TEMPLATES = ['a4-portrait'] as const;
export type FaceTemplate = (typeof FACE_TEMPLATES)[number];

export const licenseTypeDocument = z.strictObject({
  code: z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}\d{3}$/),
  version: z.int().min(1).max(9999),
  name: z.string().min(1).max(128),
  name_en: z.string().min(1).max(128),
  /** True: the face says in words that it is a sample without legal force. */
  sample: z.boolean(),
  definer: z.strictObject({ name: z.string().min(1).max(128), code: z.string().length(18) }),
  holder: z.strictObject({
    category: z.enum(['natural_person', 'organisation', 'any']),
    code_types: z.array(z.string().regex(/^\d{3}$/)).min(1),
  }),
  validity,
  fields: z.array(typeField).max(60),
  face: z.strictObject({ template: z.enum(FACE_TEMPLATES) }),
});
export type LicenseType = z.infer<typeof licenseTypeDocument>;

/** Dates that rules may name beside the fields. */
export const COMMON_DATES = ['issued_on', 'valid_from', 'valid_to'] as const;

/** Parses a type and checks what its shape cannot say. Throws `invalid-request` with a pointer into the document. */
export function parseLicenseType(document: unknown): LicenseType {
  const result = licenseTypeDocument.safeParse(document);
  if (!result.success) {
    const [issue] = result.error.issues;
    fail(issue?.message ?? 'does not fit', `/${(issue?.path ?? []).map(String).join('/')}`);
  }
  checkCodes(result.data);
  checkFieldTable(result.data);
  return result.data;
}

function checkCodes(type: LicenseType): void {
  if (!isCreditCode(type.definer.code)) fail('the check character is wrong', '/definer/code');
  if (!type.code.startsWith(type.definer.code)) fail('the type code does not begin with the definer’s code', '/code');
  type.holder.code_types.forEach((codeType, index) => {
    if (!HOLDER_CODE_TYPES.has(codeType)) fail('not a type of GB/T 36903', `/holder/code_types/${index}`);
  });
}

function checkFieldTable(type: LicenseType): void {
  const names = new Set<string>(COMMON_DATES);
  const dates = new Set<string>([...COMMON_DATES, ...type.fields.filter((f) => f.kind === 'date').map((f) => f.name)]);
  const metadataNames = new Set<string>();
  type.fields.forEach((field, index) => {
    const at = `/fields/${index}`;
    if (names.has(field.name)) fail('the name is taken', `${at}/name`);
    if (metadataNames.has(field.metadata_name)) fail('the name is taken', `${at}/metadata_name`);
    names.add(field.name);
    metadataNames.add(field.metadata_name);
    if ((field.kind === 'choice') !== (field.choices !== undefined))
      fail('exactly a choice has choices', `${at}/choices`);
    for (const [place, rule] of field.rules.entries()) checkRule(rule, field, dates, `${at}/rules/${place}`);
  });
}

function checkRule(rule: FieldRule, field: LicenseTypeField, dates: ReadonlySet<string>, at: string): void {
  if (rule.kind === 'pattern') {
    try {
      new RegExp(`^(?:${rule.pattern})$`, 'u');
    } catch {
      fail('the pattern cannot be compiled', `${at}/pattern`);
    }
    return;
  }
  if (field.kind !== 'date') fail('only a date has this rule', `${at}/kind`);
  if (!dates.has(rule.other)) fail(`${rule.other} is not a date of this type`, `${at}/other`);
}

function fail(sentence: string, pointer: string): never {
  throw new TrustError('invalid-request', `license type, ${pointer}: ${sentence}`, { pointer });
}
