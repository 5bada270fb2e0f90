// How licenses of a type are numbered, how long they are valid, how they may change and what may be done with them:
// the management part of a type document (clauses 8 and A of the national standards of single licenses).
import { z } from 'zod';
import { LICENSE_ACT_NAMES } from './license-acts.ts';
import { fieldName } from './type-field.ts';

/** 有效期限范围 (GB/T 36902): a number of years, months or days, or for good. */
export const VALIDITY_WORD = /^(?:[1-9]\d{0,2}年|[1-9]\d{0,3}个月|[1-9]\d{0,4}日|长期)$/;

export const validityRange = z.array(z.string().regex(VALIDITY_WORD)).min(1).max(20);

export const validity = z.discriminatedUnion('kind', [
  /** So many years or months from valid_from; an earlier end may be asked for. */
  z.strictObject({ kind: z.literal('years'), years: z.int().min(1).max(100) }),
  z.strictObject({ kind: z.literal('months'), months: z.int().min(1).max(1200) }),
  z.strictObject({ kind: z.literal('unlimited') }),
  /** The request must say valid_to, and it ends one of the periods of validity_range. */
  z.strictObject({ kind: z.literal('listed') }),
  /** The request must say valid_to. */
  z.strictObject({ kind: z.literal('stated') }),
]);
export type Validity = z.infer<typeof validity>;

/** The word of GB/T 36902 for the validity of a type; undefined where only the request says it. */
export function validityWord(validity: Validity): string | undefined {
  if (validity.kind === 'years') return `${validity.years}年`;
  if (validity.kind === 'months') return `${validity.months}个月`;
  return validity.kind === 'unlimited' ? '长期' : undefined;
}

/** 证照编号: the pattern of the whole number, the sentence about it, one that obeys it. */
export const numbering = z.strictObject({
  pattern: z.string().min(1).max(200),
  says: z.string().min(1).max(200),
  example: z.string().min(1).max(128),
  /** Within what a number is given once: the type, one issuing authority of it, or not at all. */
  unique: z.enum(['type', 'authority', 'none']).default('authority'),
});

const fieldsThatChange = z.union([z.literal('*'), z.array(fieldName).max(100)]);
const windowDays = z.int().min(0).max(3650);

export const changes = z.strictObject({
  /** 变更: which fields, and whether holders; false when a change needs a new license. */
  change: z.union([z.literal(false), z.strictObject({ fields: fieldsThatChange, holders: z.boolean() })]),
  /** 延续: from so many days before valid_to until so many days after it. */
  renew: z.union([z.literal(false), z.strictObject({ days_before: windowDays, days_after: windowDays })]),
  /** 补发: the same content once more. */
  replace: z.boolean(),
  /** 更正: fields whose mistakes may be put right. */
  correct: z.union([z.literal(false), z.strictObject({ fields: fieldsThatChange })]),
});
export type Changes = z.infer<typeof changes>;

/** The acts of the act table that the law knows for this type; `issue` always. */
export const acts = z.array(z.enum(LICENSE_ACT_NAMES)).min(1);

/** What a stranger must know beside the identifier to check a license without a code. */
export const verifyFacts = z
  .array(
    z.union([
      z.enum(['holder_name', 'holder_code_last4', 'license_number', 'issued_on', 'valid_to']),
      z.string().regex(/^field:[a-z][a-z0-9_]{0,63}$/),
    ]),
  )
  .length(2);
