// A license type as data: the whole standard of one kind of license. Its entry in the catalogue (GB/T 36902), information
// items, numbering, validity, face, changes and lawful acts, so that no code knows a license type by name.
// A document is immutable once published; a change is a new version. Not here: who may issue it.
import { z } from 'zod';
import { isCreditCode } from '../../common/codes/credit-code.ts';
import { HOLDER_CODE_TYPES, PERSON_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { TrustError } from '../../common/errors.ts';
import { checkTypeConduct } from './check-type-conduct.ts';
import { checkTypeFields } from './check-type-fields.ts';
import { acts, changes, numbering, validity, validityRange, verifyFacts } from './type-conduct.ts';
import { checkTypeFace, face } from './type-face.ts';
import { codeTables, fieldGroup, typeField } from './type-field.ts';

const name = z.string().min(1).max(128);

/** 证照定义机构级别 and 证照颁发机构级别, GB/T 36902: our word -> number and word of the standard. */
export const AUTHORITY_LEVELS = {
  national: { number: 1, word: '国家级' },
  province: { number: 2, word: '省部级' },
  city: { number: 3, word: '地市级' },
  county: { number: 4, word: '区县级' },
  other: { number: 5, word: '其他' },
} as const;
const level = z.enum(Object.keys(AUTHORITY_LEVELS) as [keyof typeof AUTHORITY_LEVELS]);

/** 目录类别 of the registers. */
export const CATALOG_KINDS = {
  license: { number: 1, word: '证照' },
  approval: { number: 2, word: '批文' },
  proof: { number: 3, word: '证明' },
  material: { number: 4, word: '材料' },
  document: { number: 5, word: '证件' },
} as const;

/** 持证主体类别, GB/T 36902. */
export const HOLDER_CATEGORIES = {
  natural_person: '自然人',
  organisation: '法人和其他组织',
  any: '混合',
} as const;

export const licenseTypeDocument = z.strictObject({
  /** 证照类型代码: 统一社会信用代码 of the defining body and 3 digits. */
  code: z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}\d{3}$/),
  version: z.int().min(1).max(9999),
  name,
  name_en: name,
  /** True: the face says in words that it is a sample without legal force. */
  sample: z.boolean(),
  /** 证照定义机构. */
  definer: z.strictObject({ name, code: z.string().length(18), level }),
  catalog_kind: z.enum(Object.keys(CATALOG_KINDS) as [keyof typeof CATALOG_KINDS]),
  /** Public rules and standards that it is written from. */
  sources: z.array(z.string().min(1).max(200)).max(20).default([]),
  /** 关联事项. */
  matters: z.array(z.strictObject({ name, code: z.string().min(1).max(64) })).max(200),
  /** Where it is used, in words. */
  scenes: z.array(z.string().min(1).max(100)).max(50).default([]),
  holder: z.strictObject({
    category: z.enum(Object.keys(HOLDER_CATEGORIES) as [keyof typeof HOLDER_CATEGORIES]),
    /** GB/T 36903, Annex A. */
    code_types: z
      .array(z.string().regex(/^\d{3}$/))
      .min(1)
      .max(20),
    min_holders: z.int().min(1).max(20).default(1),
    max_holders: z.int().min(1).max(20),
  }),
  /** 证照颁发机构级别. */
  authority_levels: z.array(level).min(1),
  validity_range: validityRange,
  validity,
  numbering,
  groups: z.array(fieldGroup).min(1).max(20),
  code_tables: codeTables.default({}),
  fields: z.array(typeField).max(100),
  /** JPEG or PNG, at most 50 KB. */
  photo: z.strictObject({ obligation: z.enum(['none', 'optional', 'mandatory']) }),
  changes,
  acts,
  verify_facts: verifyFacts,
  face,
});
export type LicenseType = z.infer<typeof licenseTypeDocument>;

/** Parses a type and checks what its shape cannot say. Throws `invalid-request` with a pointer into the document. */
export function parseLicenseType(document: unknown): LicenseType {
  const result = licenseTypeDocument.safeParse(document);
  if (!result.success) {
    const [issue] = result.error.issues;
    fail(issue?.message ?? 'does not fit', `/${(issue?.path ?? []).map(String).join('/')}`);
  }
  const type = result.data;
  checkCatalogEntry(type);
  checkTypeFields(type, fail);
  checkTypeConduct(type, fail);
  checkTypeFace(type, fail);
  return type;
}

function checkCatalogEntry(type: LicenseType): void {
  const { definer, holder } = type;
  if (!isCreditCode(definer.code)) fail('the check character is wrong', '/definer/code');
  if (!type.code.startsWith(definer.code)) fail('the type code does not begin with the definer’s code', '/code');
  for (const [index, codeType] of holder.code_types.entries()) {
    const at = `/holder/code_types/${index}`;
    if (!HOLDER_CODE_TYPES.has(codeType)) fail('not a type of GB/T 36903', at);
    const category = PERSON_CODE_TYPES.includes(codeType) ? 'natural_person' : 'organisation';
    if (holder.category !== 'any' && holder.category !== category) fail(`not a code of a ${holder.category}`, at);
  }
  if (holder.min_holders > holder.max_holders) fail('fewer than min_holders', '/holder/max_holders');
}

function fail(sentence: string, pointer: string): never {
  throw new TrustError('invalid-request', `license type, ${pointer}: ${sentence}`, { pointer });
}
