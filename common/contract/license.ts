// Wire types of the license room. Types and parsers only, no rules (check characters are judged in license/domain).
import { z } from 'zod';
import { CODE_NOTICES, type CodeNotice } from '../codes/code-notice.ts';
import { verificationReport } from './report.ts';

export const licenseIdentifier = z.string().max(128).meta({
  description: '电子证照标识, GB/T 36904',
  example: '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U',
});
export const isoDate = z.iso.date().meta({ example: '2026-11-20' });

export const holder = z.strictObject({
  name: z.string().min(1).max(100).meta({ description: '持证主体名称', example: '张三' }),
  code_type: z
    .string()
    .regex(/^\d{3}$/)
    .meta({ description: '持证主体代码类型代码, GB/T 36903', example: '111' }),
  code: z.string().min(1).max(64).meta({ description: '持证主体代码', example: '360102199003077718' }),
});

/** 办件编号 and item: with organisation, type and operation they are the key of an issue. */
const caseId = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .meta({ description: '办件编号; the same case again returns the same license', example: 'CASE-2026-000123' });
const item = z
  .int()
  .min(1)
  .max(9999)
  .default(1)
  .meta({ description: 'Which license of the case, when one case ends with several of a type', example: 1 });
const holders = z.array(holder).min(1).max(20).meta({ description: 'Joint holders in the order of the face' });
const issuedOn = isoDate.optional().meta({ description: '证照颁发日期; today when left out' });
/** Base64 of at most 50 KB. */
const photo = z
  .base64()
  .min(4)
  .max(68_268)
  .optional()
  .meta({ description: 'JPEG or PNG of at most 50 KB, base64', format: 'byte' });
const fieldValue = z.string().max(2000);

/** Body of `POST /v1/licenses`. The key of an issue is (organisation, case_id, license_type, operation, item). */
export const issueRequest = z.strictObject({
  case_id: caseId,
  item,
  license_type: z
    .string()
    .length(21)
    .meta({ description: '证照类型代码, 21 characters', example: '11100000MB0D000965001' }),
  authority_code: z
    .string()
    .length(18)
    .optional()
    .meta({ description: '证照颁发机构代码; needed by a client that issues the type for several authorities' }),
  license_number: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: '证照编号, printed on the face', example: '示卫健证字〔2026〕第000123号' }),
  holders,
  issued_on: issuedOn,
  valid_from: isoDate.optional(),
  valid_to: isoDate.optional().meta({ description: 'Left out: by the rule of the license type' }),
  fields: z.record(z.string().max(64), fieldValue).meta({
    description: '照面信息, by the names that the license type lists',
    example: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: '2026-11-20',
      conclusion: '合格',
    },
  }),
  photo,
});
export type IssueRequest = z.infer<typeof issueRequest>;

export const VERSION_OPERATIONS = ['renew', 'change', 'replace', 'correct'] as const;
export const ISSUE_OPERATIONS = ['issue', ...VERSION_OPERATIONS] as const;

/** Body of `POST /v1/licenses/{identifier}/versions`: what is left out stays as it is. */
export const versionRequest = z.strictObject({
  operation: z
    .enum(VERSION_OPERATIONS)
    .meta({ description: 'renew 延续, change 变更, replace 补发, correct 更正', example: 'renew' }),
  case_id: caseId,
  item,
  holders: holders.optional(),
  issued_on: issuedOn,
  valid_from: isoDate.optional().meta({ description: 'Of a renewal; the day of issue when left out' }),
  valid_to: isoDate.optional().meta({ description: 'Of a renewal; by the rule of the license type when left out' }),
  fields: z
    .record(z.string().max(64), fieldValue.nullable())
    .default({})
    .meta({ description: '照面信息 that becomes another; null takes an optional field away', example: {} }),
  photo,
});
export type VersionRequest = z.infer<typeof versionRequest>;

/** `GET /v1/issues/{issue_id}`, and the answer 202. */
export const issueDocument = z.strictObject({
  issue_id: z.string().meta({ example: 'iss_0123456789abcdefghjkmnpqrs' }),
  case_id: caseId,
  item: z.int(),
  license_type: z.string(),
  operation: z.enum(ISSUE_OPERATIONS),
  state: z.enum(['pending', 'done', 'given_up']).meta({
    description: 'pending: the license comes. given_up: nothing comes; the same request again is a new attempt',
  }),
  identifier: licenseIdentifier.nullable().meta({ description: 'Once it is done' }),
  href: z.string().nullable().meta({ description: 'Where the license is read, once it is done' }),
  last_problem: z
    .string()
    .nullable()
    .meta({ description: 'The code of what stopped the last attempt', example: 'seal-unavailable' }),
  attempts: z.int(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type IssueDocument = z.infer<typeof issueDocument>;

/** What is odd about a code that is right all the same, such as the region of a person's number: never a refusal. */
export const codeNotice = z.strictObject({
  notice: z.enum(Object.keys(CODE_NOTICES) as [CodeNotice, ...CodeNotice[]]).meta({ example: 'region-abolished' }),
  pointer: z.string().meta({ description: 'RFC 6901 pointer into this document', example: '/holders/0/code' }),
  says: z.string().meta({ example: CODE_NOTICES['region-abolished'].says }),
  says_zh: z.string().meta({ example: CODE_NOTICES['region-abolished'].saysZh }),
});

/** 有效, 过期, 暂扣, 撤销, 吊销, 注销, 失效, 办理转出. */
export const LICENSE_STATES = [
  'valid',
  'expired',
  'suspended',
  'withdrawn',
  'revoked',
  'cancelled',
  'lapsed',
  'transferred',
] as const;
export type LicenseState = (typeof LICENSE_STATES)[number];

export const licenseDocument = z.strictObject({
  identifier: licenseIdentifier,
  version: z.int().meta({ description: '版本号', example: 1 }),
  is_current: z.boolean().meta({ description: 'False: superseded by current_identifier' }),
  current_identifier: licenseIdentifier,
  replaces: licenseIdentifier.nullable().meta({ description: '关联证照标识: the version that it replaces' }),
  operation: z.enum(ISSUE_OPERATIONS).meta({ example: 'issue' }),
  license_type: z.string().meta({ example: '11100000MB0D000965001' }),
  name: z.string().meta({ description: '证照名称', example: '从业人员健康证明（样例）' }),
  license_number: z.string().meta({ example: '示卫健证字〔2026〕第000123号' }),
  issuing_authority: z
    .strictObject({ name: z.string(), code: z.string() })
    .meta({ example: { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' } }),
  holders: z
    .array(z.strictObject({ name: z.string(), code_type: z.string(), code: z.string() }))
    .meta({ example: [{ name: '张三', code_type: '111', code: '360102199003077718' }] }),
  issued_on: isoDate,
  valid_from: isoDate,
  valid_to: isoDate,
  notices: z
    .array(codeNotice)
    .meta({ description: 'Odd but lawful codes of its holders (docs/codes.md)', example: [] }),
  state: z.enum(LICENSE_STATES).meta({ description: 'Of the license, whichever of its versions is asked for' }),
  state_reason: z.string().nullable(),
  state_changed_at: z.iso.datetime(),
  fields: z.record(z.string(), z.string()).meta({ example: { occupation: '餐饮服务', conclusion: '合格' } }),
  file: z.strictObject({ sm3: z.string(), size: z.int(), href: z.string() }).meta({
    example: {
      sm3: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
      size: 123456,
      href: '/v1/licenses/1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U/file',
    },
  }),
});
export type LicenseDocument = z.infer<typeof licenseDocument>;

/** `GET /v1/licenses/{identifier}/versions`. */
export const versionList = z.strictObject({
  versions: z.array(
    z.strictObject({
      identifier: licenseIdentifier,
      version: z.int(),
      operation: z.enum(ISSUE_OPERATIONS),
      replaces: licenseIdentifier.nullable(),
      issued_on: isoDate,
      valid_from: isoDate,
      valid_to: isoDate,
      file_sm3: z.string(),
      created_at: z.iso.datetime(),
    }),
  ),
});
export type VersionList = z.infer<typeof versionList>;

export const STATE_ACTS = [
  'suspend',
  'resume',
  'withdraw',
  'revoke',
  'cancel',
  'lapse',
  'transfer_out',
  'cancel_transfer',
] as const;

/** Body of `POST /v1/licenses/{identifier}/acts`. */
export const actRequest = z.strictObject({
  act: z.enum(STATE_ACTS).meta({
    description:
      'suspend 暂扣, resume 暂扣发还, withdraw 撤销, revoke 吊销, cancel 注销, lapse 失效, transfer_out 转出, cancel_transfer 取消转出',
    example: 'suspend',
  }),
  reason: z.string().min(1).max(500).meta({ example: '体检结果更正' }),
});
export type ActRequest = z.infer<typeof actRequest>;

export const actDocument = z.strictObject({
  identifier: licenseIdentifier,
  act: z.enum(STATE_ACTS),
  state_before: z.enum(LICENSE_STATES),
  state: z.enum(LICENSE_STATES),
  acted_at: z.iso.datetime(),
});
export type ActDocument = z.infer<typeof actDocument>;

/** `POST /v1/verifications` takes a PDF (application/pdf) or this; it never redeems. */
export const codeVerificationRequest = z.strictObject({
  code: z.string().min(1).max(256).meta({ example: 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
});
export const codeVerification = z.strictObject({
  kind: z.literal('presentation_code'),
  live: z.boolean(),
  state: z.enum(['live', 'used', 'expired']),
  expires_at: z.iso.datetime().nullable(),
  finding: z.string().meta({ example: 'The code is live.' }),
});

export const licenseStatusFact = z.strictObject({
  identifier: licenseIdentifier.nullable(),
  current_identifier: licenseIdentifier.nullable().meta({
    description:
      'Of the version that is current: another than `identifier` for the file of an earlier version, which is superseded whatever the state of its license; null for a file that names no license of ours',
  }),
  status: z.enum([...LICENSE_STATES, 'unknown', 'not_a_license']),
  registered_file: z.boolean().meta({
    description:
      'True when this very file, by its SM3, is the one that was issued; the identifier in a file is only a claim',
  }),
  state_at: z
    .strictObject({ date: isoDate, state: z.enum([...LICENSE_STATES, 'not_issued']) })
    .nullable()
    .meta({ description: 'At the end of the day that was asked for; null for a file that names no license of ours' }),
  annotated_copy: z.strictObject({ valid_until: z.iso.datetime(), is_live: z.boolean() }).nullable().meta({
    description: 'Not null when this very file, by its SM3, is an annotated copy (加注件) that was made here',
  }),
  as_of: z.iso.datetime(),
  finding: z.string().meta({ example: 'The license is valid.' }),
});
/** Query of `POST /v1/verifications` with a PDF. */
export const fileVerificationQuery = z.strictObject({
  date: isoDate
    .optional()
    .meta({ description: 'The state at the end of that day in China too', example: '2026-11-20' }),
});
export const fileVerification = z.strictObject({
  kind: z.literal('file'),
  report: verificationReport,
  license: licenseStatusFact,
});
export type FileVerification = z.infer<typeof fileVerification>;
