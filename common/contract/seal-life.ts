// Wire types of the life of a seal: applications, steps, history, grants, notices. Types and parsers only, no rules.
import { z } from 'zod';
import { documentClass, esID } from './seal.ts';
import { SEAL_KINDS, sealPictureSpec } from './seal-picture.ts';

const sealKind = z.enum(SEAL_KINDS);

const reason = z.string().min(1).max(500);
const creditCode = z
  .string()
  .regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/)
  .meta({ description: '统一社会信用代码', example: '11360100MB0D00010M' });

/** Body of `POST /v1/seal-applications`. */
export const sealApplicationRequest = z.strictObject({
  owner_name: z.string().min(1).max(100).meta({ example: '示例市卫生健康委员会' }),
  owner_code: creditCode,
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "Name of the seal; left out: the owner's name", example: '示例市卫生健康委员会' }),
  kind: sealKind.meta({
    description: '印章类型: 01 statutory name, 02 finance, 03 invoices, 04 contracts, 05 name of a person, 99 other',
    example: '01',
  }),
  picture: sealPictureSpec,
  show_code: z
    .boolean()
    .default(false)
    .meta({ description: 'The seal code along the lower arc of a drawn picture', example: false }),
  valid_years: z.int().min(1).max(10).default(5).meta({ description: 'How long it is to be valid', example: 5 }),
  reason: reason.optional().meta({ description: 'Why the seal is needed', example: '机构新设' }),
});
export type SealApplicationRequest = z.infer<typeof sealApplicationRequest>;

/** Body of a step that needs no reason. */
export const stepRequest = z.strictObject({
  reason: reason.optional().meta({ description: 'Kept in the history', example: '材料齐全' }),
});
/** Body of a step that must say why. */
export const reasonedRequest = z.strictObject({
  reason: reason.meta({ description: 'Kept in the history', example: '保管人员变动' }),
});
/** Body of `…/filing`: the number under which the making was put on file (备案). */
export const filingRequest = z.strictObject({
  filing_number: z.string().min(1).max(100).meta({ description: '备案编号', example: '赣公备〔2026〕00001号' }),
});
/** Body of `…/re-making`. With a picture the next version needs approval, without one it is made at once. */
export const remakingRequest = z.strictObject({
  reason: reason.meta({ example: '证书即将到期' }),
  picture: sealPictureSpec.optional().meta({ description: 'A new picture; left out: as it is' }),
  valid_years: z.int().min(1).max(10).default(5).meta({ example: 5 }),
});
/** Body of `…/cancellation`. */
export const cancellationRequest = z.strictObject({
  reason: reason.meta({ example: '机构撤销' }),
  key_compromised: z.boolean().default(false).meta({ description: 'Told to the certificate authority' }),
});

/** What a version of a seal can be, as its history says. */
export const VERSION_STATES = [
  'applied',
  'approved',
  'rejected',
  'made',
  'filed',
  'active',
  'suspended',
  'superseded',
  'cancelled',
] as const;
/** As it is shown: an active version whose period is over is expired. */
export const APPLICATION_STATES = [...VERSION_STATES, 'expired'] as const;
/** What a version begins as. */
export const VERSION_KINDS = ['new', 'renewal', 'redrawing', 'imported'] as const;

const applicationId = z
  .string()
  .regex(/^sealapp_[0-9a-z]{1,64}$/)
  .meta({ description: 'Application', example: 'sealapp_5kq2w8x1c7v9b3n0m4j6h2g8f1' });

/** Answer of every step: the version as it stands after it. */
export const sealApplication = z.strictObject({
  application_id: applicationId,
  esID,
  version: z.int().meta({ description: 'Version of the seal, counted from 1', example: 1 }),
  begun_as: z.enum(VERSION_KINDS),
  state: z.enum(APPLICATION_STATES),
  state_changed_at: z.iso.datetime().meta({ example: '2026-06-01T08:00:00.000Z' }),
  owner_name: z.string().meta({ example: '示例市卫生健康委员会' }),
  owner_code: creditCode,
  name: z.string().meta({ example: '示例市卫生健康委员会' }),
  kind: sealKind,
  show_code: z.boolean(),
  valid_years: z.int().meta({ example: 5 }),
  picture: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({
      description: 'What was asked for; of one that was brought without its content',
      example: { source: 'drawn', kind: '01', text: '示例市卫生健康委员会', width_mm: 42 },
    }),
  valid_from: z.iso.datetime().nullable(),
  valid_to: z.iso.datetime().nullable(),
  eseal_sm3: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});
export type SealApplication = z.infer<typeof sealApplication>;

export const applicationParams = z.strictObject({ id: applicationId });
export const sealParams = z.strictObject({ esID });

const cursor = z
  .string()
  .regex(/^\d{1,18}$/)
  .optional()
  .meta({ description: '`next` of the page before; left out: the first page' });
const limit = z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'At most so many', example: 50 });
export const pageQuery = z.strictObject({ cursor, limit });
export type PageQuery = z.infer<typeof pageQuery>;
const next = z.string().nullable().meta({ description: 'Cursor of the next page; null at the end', example: null });

/** Query of `GET /v1/seal-applications`. */
export const applicationQuery = z.strictObject({
  state: z
    .enum(APPLICATION_STATES)
    .exclude(['expired'])
    .optional()
    .meta({ description: 'Only in this state', example: 'applied' }),
  owner_code: creditCode.optional(),
  cursor,
  limit,
});
export const sealApplicationList = z.strictObject({ applications: z.array(sealApplication), next });

export const sealStep = z.strictObject({
  application_id: applicationId,
  version: z.int().meta({ example: 1 }),
  number: z.int().meta({ description: 'Of the step, counted from 1 in a version', example: 2 }),
  step: z.string().meta({ example: 'approve' }),
  from: z.string().meta({ example: 'applied' }),
  to: z.string().meta({ example: 'approved' }),
  duty: z.enum(['applicant', 'approver', 'maker', 'keeper']),
  actor: z.string().meta({ description: '`sub` of the person', example: 'Yb8hZrq0a1' }),
  organisation: creditCode.meta({ description: 'For which the person acted' }),
  reason: z.string().nullable().meta({ example: '材料齐全' }),
  at: z.iso.datetime().meta({ example: '2026-06-01T08:00:00.000Z' }),
});
/** Answer of `GET /v1/seals/{esID}/history`, oldest first. */
export const sealHistory = z.strictObject({ steps: z.array(sealStep), next });

/** Query of `GET /v1/seals/{esID}/usage`. */
export const usageQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,9}-\d{1,15}$/)
    .optional()
    .meta({ description: '`next` of the page before; left out: the newest' }),
  limit,
});
/** A row of the usage log, as it is chained. */
export const usageEntry = z.strictObject({
  at: z.iso.datetime(),
  kind: z.string().meta({ description: 'sealing.released or sealing.refused', example: 'sealing.released' }),
  actor: z.string().meta({ description: 'The client that asked', example: 'license' }),
  request_id: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()).meta({
    description: 'What was asked for and what came of it',
    example: { result: 'sealed', sealing_id: 'seal_5kq2w8x1c7v9b3n0m4j6h2g8f1', level: 'T' },
  }),
  chain: z.int().meta({ example: 1 }),
  number: z.int().meta({ description: 'Place in the chain', example: 42 }),
});
/** Answer of `GET /v1/seals/{esID}/usage`, newest first. */
export const sealUsage = z.strictObject({ entries: z.array(usageEntry), next });

/** Body of `POST /v1/seals/{esID}/grants`. */
export const grantRequest = z.strictObject({
  client_id: z.string().min(1).max(100).meta({ description: 'The system that may seal', example: 'license' }),
  document_class: z
    .union([documentClass, z.literal('*')])
    .meta({ description: 'Class of documents; * for every class', example: 'license' }),
  count: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .nullable()
    .meta({ description: 'How many sealings; null: any number', example: 1000 }),
  valid_from: z.iso.datetime().optional().meta({ description: 'Left out: now', example: '2026-06-01T00:00:00.000Z' }),
  valid_to: z.iso
    .datetime()
    .meta({ description: 'From then on it holds no more', example: '2027-06-01T00:00:00.000Z' }),
});
export type GrantRequest = z.infer<typeof grantRequest>;

export const grantId = z
  .string()
  .regex(/^grant_[0-9a-z]{1,64}$/)
  .meta({ description: 'Grant', example: 'grant_5kq2w8x1c7v9b3n0m4j6h2g8f1' });
export const grantParams = z.strictObject({ esID, grantId });

export const sealGrant = z.strictObject({
  grant_id: grantId,
  esID,
  client_id: z.string().meta({ example: 'license' }),
  document_class: z.string().meta({ example: 'license' }),
  count: z.int().nullable().meta({ example: 1000 }),
  used: z.int().meta({ description: 'Of the count; of a grant without one it is not counted', example: 0 }),
  valid_from: z.iso.datetime(),
  valid_to: z.iso.datetime(),
  granted_at: z.iso.datetime(),
  granted_by: z.string().meta({ description: '`sub` of the keeper', example: 'Yb8hZrq0a1' }),
  withdrawn_at: z.iso.datetime().nullable(),
  withdrawn_reason: z.string().nullable(),
});
export type SealGrantDocument = z.infer<typeof sealGrant>;
export const grantQuery = z.strictObject({ cursor: grantId.optional(), limit });
export const sealGrantList = z.strictObject({ grants: z.array(sealGrant), next });

export const sealNotice = z.strictObject({
  notice_id: z.string().meta({ example: '17' }),
  esID,
  application_id: applicationId,
  kind: z.enum(['state', 'certificate-ends']),
  duty: z.enum(['applicant', 'keeper']).meta({ description: 'Who is told' }),
  at: z.iso.datetime(),
  detail: z
    .record(z.string(), z.unknown())
    .meta({ description: 'What happened', example: { step: 'approve', state: 'approved', reason: null } }),
});
/** Answer of `GET /v1/seal-notices`, oldest first: `cursor` is where the reader stopped last time. */
export const sealNoticeList = z.strictObject({ notices: z.array(sealNotice), next });
