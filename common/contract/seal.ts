// Wire types of the seal room. Types and parsers only, no rules.
import { z } from 'zod';
import { revocationSettings } from './revocation-sources.ts';

/** GB/T 38540 esID: 14 digits by default (6 GB/T 2260 area + 8 serial); other rules are pluggable, so the wire stays wider. */
export const esID = z
  .string()
  .regex(/^[0-9A-Za-z-]{1,64}$/)
  .meta({ description: 'Seal code', example: '36010000000001' });

const millimetres = z.coerce.number().min(0).max(5000);
const offset = z.coerce.number().min(-5000).max(5000);

const certificationLevel = z.coerce.number().pipe(z.union([z.literal(1), z.literal(2), z.literal(3)]));
const pageList = z
  .string()
  .max(200)
  .regex(/^(all|\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*)$/);

/** What kind of document is sealed; grants are given by class. Classes are the operator's own words. */
export const documentClass = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
  .meta({ description: 'Class of the document, as grants name it', example: 'license' });
export const DEFAULT_DOCUMENT_CLASS = 'general';

/** Query of `POST /v1/sealings`; the body is the PDF itself (application/pdf), the answer the sealed PDF. */
/** A preference (RFC 7240) of who has the document, and what tells that it was followed. */
export const APPENDED_ONLY = 'appended-only';
export const PREFERENCE_APPLIED = 'Preference-Applied';
export const APPENDED_TYPE = 'application/octet-stream';
/** SM3 of the document as it arrived, 64 hexadecimal digits. */
export const INPUT_SM3 = 'Input-Sm3';

export const sealingQuery = z.strictObject({
  seal: esID,
  class: documentClass.optional().meta({
    description: `Class of the document, for which a grant is needed; left out: ${DEFAULT_DOCUMENT_CLASS}`,
    example: 'license',
  }),
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(100000)
    .optional()
    .meta({ description: 'Page, counted from 1; page 1 unless pages, straddle or field say otherwise' }),
  pages: pageList
    .optional()
    .meta({ description: 'Several pages with the same seal under one signature', example: '1-3,5' }),
  x_mm: millimetres
    .optional()
    .meta({ description: 'Left edge of the seal, mm from the left edge of the page as displayed' }),
  y_mm: millimetres
    .optional()
    .meta({ description: 'Lower edge of the seal, mm from the lower edge of the page as displayed' }),
  straddle: pageList.optional().meta({
    description: '骑缝: pages that show a strip of the seal each at their right edge, under the same signature',
    example: 'all',
  }),
  straddle_y_mm: millimetres
    .optional()
    .meta({ description: 'Lower edge of the strips, mm from the lower edge of each page; left out: halfway up' }),
  field: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Name of an empty signature field that takes the seal, at least as large as the seal' }),
  keyword: z.string().min(1).max(100).optional().meta({
    description:
      'The middle of the seal lies on this text; white space and line ends do not count. page or pages say where to search; left out: everywhere',
    example: '(盖章处)',
  }),
  hit: z
    .string()
    .regex(/^(all|last|[1-9]\d{0,3})$/)
    .optional()
    .meta({
      description: 'Which hit of the keyword: a number from 1, all or last; left out: the first',
      example: 'last',
    }),
  dx_mm: offset.optional().meta({ description: 'From the hit to the right, mm on the page as displayed' }),
  dy_mm: offset.optional().meta({ description: 'From the hit upwards, mm on the page as displayed' }),
  date: z.enum(['true', 'false']).optional().meta({ description: 'The date of signing below the seal' }),
  certify: certificationLevel.optional().meta({
    description: 'The first signature may certify: 1 no change after it, 2 forms and signatures, 3 annotations too',
  }),
  lock: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .meta({ description: 'Form fields that nobody may change after it, between commas; * for all', example: '*' }),
  mode: z.enum(['dual', 'ses', 'cms']).optional().meta({
    description:
      'dual (default): CMS with the seal signature in it; ses: the seal signature alone, for national readers; cms: plain CMS, which shows the picture and carries no seal',
  }),
  level: z.enum(['B', 'T', 'LT', 'LTA']).optional().meta({
    description:
      'T adds a time stamp over the signature, LT revocation evidence, LTA a time stamp over the document; left out: T where the room has an authority, else B',
  }),
  normalise: z.enum(['true', 'false']).optional().meta({
    description:
      'A document that needs repair and is not signed may be written anew before it is sealed; the header Normalised says so',
  }),
  reason: z.string().max(200).optional().meta({ description: 'Shown by PDF readers' }),
});
export type SealingQuery = z.infer<typeof sealingQuery>;

/** One of several seals asked in one call: the same names as in the query, numbers and booleans as JSON has them. */
export const sealingOrder = sealingQuery.extend({
  date: z.boolean().optional().meta({ description: 'The date of signing below the seal' }),
  normalise: z.boolean().optional().meta({ description: 'A document that needs repair may be written anew' }),
});

/** Part `sealings` of a multipart `POST /v1/sealings`: the seals in the order in which they are put on. */
export const sealingList = z.array(sealingOrder).min(1).max(50);

/** An order as the query that asks the same. */
export function queryOf({ date, normalise, ...same }: z.infer<typeof sealingOrder>): SealingQuery {
  return {
    ...same,
    ...(date === undefined ? {} : { date: date ? 'true' : 'false' }),
    ...(normalise === undefined ? {} : { normalise: normalise ? 'true' : 'false' }),
  };
}

/** Body of `POST /v1/digest-sealings`. */
export const digestSealing = z.strictObject({
  seal: esID,
  class: sealingQuery.shape.class,
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({
      description: 'SM3 over the bytes of /ByteRange, hexadecimal; not the SM3 of the file',
      example: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    }),
  mode: sealingQuery.shape.mode,
  level: z
    .enum(['B', 'T'])
    .optional()
    .meta({ description: 'Evidence (LT, LTA) is kept in a document; a digest has none', example: 'T' }),
});
export type DigestSealingRequest = z.infer<typeof digestSealing>;

/** Query of `POST /v1/renewals`; the body is a sealed PDF, the answer the same with more behind it. */
export const renewalQuery = z.strictObject({
  level: z.enum(['LT', 'LTA']).optional().meta({
    description: 'LT adds evidence, LTA a document time stamp over it too; left out: LTA',
  }),
});

/** Query of `POST /v1/verifications`; the body's media type says what is judged. */
export const verificationQuery = z.strictObject({
  digest: z
    .string()
    .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/)
    .optional()
    .meta({
      description: 'With a detached signature: digest of the content by its algorithm (SM3, SHA-2), hexadecimal',
    }),
});

const trustedAuthorities = z
  .array(
    z.strictObject({
      subject: z.string(),
      sm3: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .meta({ description: 'SM3 of the certificate' }),
      pem: z.string().max(100_000),
    }),
  )
  .max(1000);

/** Answer of `GET /v1/trust-roots`: the authorities that the room trusts, by purpose. */
export const trustRoots = z.strictObject({
  makers: trustedAuthorities.meta({ description: 'Under which seals may be made' }),
  signers: trustedAuthorities.meta({ description: 'Under which documents may be signed' }),
  time_stamping: trustedAuthorities.meta({ description: 'Under which times may be stamped' }),
  revocation: revocationSettings.meta({
    description: 'Where the room asks for revoked certificates, and whether it must',
  }),
});
export type TrustRoots = z.infer<typeof trustRoots>;

export const SEAL_STATES = ['active', 'suspended', 'cancelled', 'expired'] as const;

/** Answer of `GET /v1/seals/{esID}`. */
export const sealDocument = z.strictObject({
  esID,
  name: z.string().meta({ example: '示例市卫生健康委员会' }),
  version: z.int().meta({ description: 'GB/T 38540 header version', example: 4 }),
  state: z.enum(SEAL_STATES),
  owner_name: z.string().meta({ example: '示例市卫生健康委员会' }),
  owner_code: z.string().meta({ description: '统一社会信用代码', example: '11360100MB0D00010M' }),
  valid_from: z.iso.datetime().meta({ example: '2026-01-01T00:00:00.000Z' }),
  valid_to: z.iso.datetime().meta({ example: '2031-01-01T00:00:00.000Z' }),
  width_mm: z.int().meta({ example: 42 }),
  height_mm: z.int().meta({ example: 42 }),
  eseal: z.base64().meta({ description: 'DER of the SESeal' }),
  eseal_sm3: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SealDocument = z.infer<typeof sealDocument>;
