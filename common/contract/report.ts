// The verification report that both the seal room and the license room answer with, always with status 200.
// Vocabulary of EN 319 102-1; the facts are separate because one boolean for trust says nothing.
import { z } from 'zod';

export const INDICATIONS = ['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE'] as const;
export type Indication = (typeof INDICATIONS)[number];

export const SUB_INDICATIONS = [
  'FORMAT_FAILURE',
  'HASH_FAILURE',
  'SIG_CRYPTO_FAILURE',
  'SIG_CONSTRAINTS_FAILURE',
  'REVOKED',
  'REVOKED_NO_POE',
  'EXPIRED',
  'NOT_YET_VALID',
  'NO_CERTIFICATE_CHAIN_FOUND',
  'CHAIN_CONSTRAINTS_FAILURE',
  'OUT_OF_BOUNDS_NO_POE',
  'TRY_LATER',
  'TIMESTAMP_ORDER_FAILURE',
  'NO_SIGNATURE_FOUND',
  'CRYPTO_CONSTRAINTS_FAILURE',
  'GENERIC',
] as const;
export type SubIndication = (typeof SUB_INDICATIONS)[number];

export const STEP_STATUSES = ['passed', 'failed', 'not_checked', 'skipped'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** One check, in the order of the standard. */
export const reportStep = z.strictObject({
  name: z.string().meta({ description: 'Stable name of the check', example: 'document-digest' }),
  clause: z
    .string()
    .meta({ description: 'The standard, with the clause where it is known', example: 'GB/T 38540-2020' }),
  status: z.enum(STEP_STATUSES),
  finding: z.string().meta({
    description: 'What was found, in a sentence',
    example: 'The digest over the byte range is the signed one.',
  }),
  sub_indication: z.enum(SUB_INDICATIONS).optional(),
});
export type ReportStep = z.infer<typeof reportStep>;

/** One of the five separate facts about a signature. */
export const reportFact = z.strictObject({
  status: z.enum(['passed', 'failed', 'indeterminate']),
  finding: z.string().meta({ example: 'The signature covers the whole file.' }),
});
export type ReportFact = z.infer<typeof reportFact>;

/** EN 319 142-1, with SM2 and SM3. */
export const SIGNATURE_LEVELS = ['B', 'T', 'LT', 'LTA'] as const;

export const signatureReport = z.strictObject({
  field: z.string().meta({
    description: 'Name of the signature field; "detached" and "seal" for what stands in no document',
    example: 'Signature1',
  }),
  container: z.enum(['dual', 'cms', 'ses', 'seal', 'time_stamp', 'unknown']).meta({
    description:
      'CMS with a seal signature in it, plain CMS, bare SES_Signature, a SESeal alone, a time stamp over the document, or neither',
  }),
  indication: z.enum(INDICATIONS),
  sub_indication: z.enum(SUB_INDICATIONS).nullable(),
  level: z.enum(SIGNATURE_LEVELS).nullable().meta({
    description:
      'How far it can be judged later: B as it is, T with a proved time, LT with revocation evidence in the document, LTA with a time stamp over that; null for what has no level',
  }),
  integrity: reportFact,
  cryptography: reportFact,
  certificate_trust: reportFact,
  seal_status: reportFact,
  time: reportFact,
  covers_whole_file: z.boolean(),
  byte_range: z
    .tuple([z.int(), z.int(), z.int(), z.int()])
    .meta({ example: [0, 122880, 155648, 4096] })
    .nullable(),
  signing_time: z.iso.datetime().nullable(),
  time_source: z.enum(['claimed', 'time_stamp']).nullable(),
  signer: z
    .strictObject({
      subject: z.string(),
      common_name: z.string(),
      organization: z.string(),
      serial_number: z.string(),
      valid_from: z.iso.datetime(),
      valid_to: z.iso.datetime(),
    })
    .nullable(),
  seal: z
    .strictObject({
      esID: z.string(),
      name: z.string(),
      version: z.int(),
      valid_from: z.iso.datetime(),
      valid_to: z.iso.datetime(),
      maker: z.string(),
      eseal_sm3: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .meta({ description: 'SM3 of the SESeal: registries find a seal by it' }),
    })
    .nullable(),
  deviations: z.array(z.string()).meta({ description: 'Accepted tolerances, each said' }),
  steps: z.array(reportStep),
});
export type SignatureReport = z.infer<typeof signatureReport>;

const millimetres = z
  .number()
  .meta({ description: 'Millimetres on the page as it is shown, from its lower left corner' });
const place = {
  page: z.int().min(1),
  x_mm: millimetres,
  y_mm: millimetres,
  width_mm: millimetres,
  height_mm: millimetres,
};

/** What a reader of a document sees; no verdict depends on it. */
export const shownDocument = z.strictObject({
  page_count: z.int(),
  sheets: z
    .array(z.strictObject({ page: z.int().min(1), width_mm: millimetres, height_mm: millimetres }))
    .meta({ description: 'Pages worth looking at: the first, and those with seals or pictures of seals' }),
  seals: z
    .array(z.strictObject({ signature: z.int().min(1), ...place }))
    .meta({ description: 'Where signatures are shown; `signature` counts `signatures` from 1' }),
  pictures: z
    .array(z.strictObject({ kind: z.enum(['stamp_annotation', 'red_image']), ...place }))
    .meta({ description: 'What looks like a seal and is only a picture: a hint, never part of the verdict' }),
});
export type ShownDocument = z.infer<typeof shownDocument>;

export const verificationReport = z.strictObject({
  indication: z.enum(INDICATIONS),
  sub_indication: z.enum(SUB_INDICATIONS).nullable(),
  summary: z.string().meta({
    description: 'The verdict in a sentence',
    example: 'One seal, valid; the file was not changed after sealing.',
  }),
  verified_at: z.iso.datetime(),
  file: z.strictObject({ size: z.int(), sm3: z.string().regex(/^[0-9a-f]{64}$/) }),
  changes_after_sealing: z.array(z.string()).meta({ description: 'What later revisions added or changed' }),
  signatures: z.array(signatureReport),
  shown: shownDocument.optional().meta({ description: 'Of documents judged by the room; not offline' }),
});
export type VerificationReport = z.infer<typeof verificationReport>;
