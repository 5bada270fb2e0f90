// Wire types of the license room. Types and parsers only, no rules (check characters are judged in license/domain).
import { z } from 'zod';
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

/** Body of `POST /v1/licenses`. The key of an issue is (client, case_id, license_type). */
export const issueRequest = z.strictObject({
  case_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .meta({ description: '办件编号; the same case again returns the same license', example: 'CASE-2026-000123' }),
  license_type: z
    .string()
    .length(21)
    .meta({ description: '证照类型代码, 21 characters', example: '11100000MB0D000965001' }),
  license_number: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: '证照编号, printed on the face', example: '示卫健证字〔2026〕第000123号' }),
  holder,
  issued_on: isoDate.optional().meta({ description: '证照颁发日期; today when left out' }),
  valid_from: isoDate.optional(),
  valid_to: isoDate.optional().meta({ description: 'Left out: by the rule of the license type' }),
  fields: z.record(z.string().max(64), z.string().max(2000)).meta({
    description: '照面信息, by the names that the license type lists',
    example: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: '2026-11-20',
      conclusion: '合格',
    },
  }),
});
export type IssueRequest = z.infer<typeof issueRequest>;

export const LICENSE_STATES = ['valid', 'expired', 'suspended', 'revoked', 'cancelled'] as const;
export type LicenseState = (typeof LICENSE_STATES)[number];

export const licenseDocument = z.strictObject({
  identifier: licenseIdentifier,
  license_type: z.string().meta({ example: '11100000MB0D000965001' }),
  name: z.string().meta({ description: '证照名称', example: '从业人员健康证明（样例）' }),
  license_number: z.string().meta({ example: '示卫健证字〔2026〕第000123号' }),
  case_id: z.string().meta({ example: 'CASE-2026-000123' }),
  issuing_authority: z
    .strictObject({ name: z.string(), code: z.string() })
    .meta({ example: { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' } }),
  holder: z
    .strictObject({ name: z.string(), code_type: z.string(), code: z.string() })
    .meta({ example: { name: '张三', code_type: '111', code: '360102199003077718' } }),
  issued_on: isoDate,
  valid_from: isoDate,
  valid_to: isoDate,
  state: z.enum(LICENSE_STATES),
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

/** Body of `POST /v1/licenses/{identifier}/revocations`: 撤销, 吊销 (revoked) or 注销 (cancelled). */
export const revocationRequest = z.strictObject({
  kind: z
    .enum(['withdrawn', 'revoked', 'cancelled'])
    .meta({ description: 'withdrawn 撤销, revoked 吊销, cancelled 注销' }),
  reason: z.string().min(1).max(500).meta({ example: '体检结果更正' }),
});
export type RevocationRequest = z.infer<typeof revocationRequest>;

/** Body of `POST /v1/presentations` (by the holder, in a session of the license room). */
export const presentationRequest = z.strictObject({ identifier: licenseIdentifier });
export const presentationDocument = z.strictObject({
  code: z.string().meta({ description: '亮证码, one use', example: 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
  expires_at: z.iso.datetime(),
  identifier: licenseIdentifier,
});
export type PresentationDocument = z.infer<typeof presentationDocument>;

/** Body of `POST /v1/redemptions` (by a registered verifier). */
export const redemptionRequest = z.strictObject({
  code: z.string().min(1).max(256).meta({ example: 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
});
export const redemptionDocument = z.strictObject({
  redemption_id: z.string().meta({ example: 'red_0123456789abcdefghjkmnpqrs' }),
  redeemed_at: z.iso.datetime(),
  verifier: z.string().meta({ example: '示例市政务服务大厅' }),
  license: licenseDocument.omit({ case_id: true }),
});
export type RedemptionDocument = z.infer<typeof redemptionDocument>;

/** `POST /v1/verifications` takes a PDF (application/pdf) or this; it never redeems. */
export const codeVerificationRequest = z.strictObject({
  code: z.string().min(1).max(256).meta({ example: 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
});
export const codeVerification = z.strictObject({
  kind: z.literal('presentation_code'),
  live: z.boolean(),
  expires_at: z.iso.datetime().nullable(),
  finding: z.string().meta({ example: 'The code is live.' }),
});

export const licenseStatusFact = z.strictObject({
  identifier: licenseIdentifier.nullable(),
  status: z.enum([...LICENSE_STATES, 'unknown', 'not_a_license']),
  registered_file: z.boolean().meta({
    description:
      'True when this very file, by its SM3, is the one that was issued; the identifier in a file is only a claim',
  }),
  as_of: z.iso.datetime(),
  finding: z.string().meta({ example: 'The license is valid.' }),
});
export const fileVerification = z.strictObject({
  kind: z.literal('file'),
  report: verificationReport,
  license: licenseStatusFact,
});
export type FileVerification = z.infer<typeof fileVerification>;
