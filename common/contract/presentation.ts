// Wire types of 亮证: what a holder shows, and what somebody reads of it. Types and parsers only.
import { z } from 'zod';
import { isoDate, LICENSE_STATES, licenseIdentifier } from './license.ts';

const CODE = 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q';

const part = z.string().max(80).meta({
  description:
    'license_number, validity, holder (masked), holder_name, holder_code, issued_on, identifier, photo, or field:NAME of the license type',
  example: 'license_number',
});

/** Body of `POST /v1/presentations` (by the holder, in a session of the license room). */
export const presentationRequest = z.strictObject({
  licenses: z
    .array(
      z.strictObject({
        identifier: licenseIdentifier,
        parts: z.array(part).max(200).optional().meta({
          description:
            'Left out: license_number, validity and holder. Name, issuing authority and state are always shown.',
        }),
      }),
    )
    .min(1)
    .max(10),
});
export type PresentationRequest = z.infer<typeof presentationRequest>;

const presentationId = z.string().regex(/^prs_[0-9a-z]{26}$/);
export const presentationParams = z.strictObject({ id: presentationId });

export const presentationDocument = z.strictObject({
  presentation_id: presentationId.meta({ example: 'prs_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
  code: z.string().meta({ description: '亮证码, the content of the QR code', example: CODE }),
  digits: z
    .string()
    .regex(/^\d{8}$/)
    .meta({
      description: 'For a verifier who is logged in to the pages; the API does not take them',
      example: '81372046',
    }),
  expires_at: z.iso.datetime().meta({ description: 'End of this code, at most 60 seconds after it was made' }),
  ends_at: z.iso.datetime().meta({ description: 'Until then further codes can be had' }),
});
export type PresentationDocument = z.infer<typeof presentationDocument>;

/** Body of `POST /v1/redemptions` (by a client that is registered to redeem). */
export const redemptionRequest = z.strictObject({ code: z.string().min(1).max(256).meta({ example: CODE }) });

/** A license as far as its holder showed it. */
export const shownLicense = z.strictObject({
  license_type: z.string().meta({ example: '11100000MB0D000965001' }),
  type_version: z.int(),
  name: z.string().meta({ description: '证照名称', example: '从业人员健康证明（样例）' }),
  issuing_authority: z
    .strictObject({ name: z.string(), code: z.string() })
    .meta({ example: { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' } }),
  state: z.enum(LICENSE_STATES).meta({ description: 'When it was read' }),
  state_since: z.iso.datetime(),
  license_number: z.string().optional(),
  valid_from: isoDate.optional(),
  valid_to: isoDate.optional(),
  issued_on: isoDate.optional(),
  identifier: licenseIdentifier.optional(),
  holders: z
    .array(z.strictObject({ name: z.string(), code_type: z.string().optional(), code: z.string().optional() }))
    .optional()
    .meta({ example: [{ name: '张*' }] }),
  photo: z.strictObject({ media_type: z.string(), base64: z.string() }).optional(),
  fields: z.record(z.string(), z.string()).optional(),
});
export type ShownLicenseDocument = z.infer<typeof shownLicense>;

export const redemptionDocument = z.strictObject({
  redemption_id: z.string().meta({ example: 'rdm_0123456789abcdefghjkmnpqrs' }),
  redeemed_at: z.iso.datetime(),
  organisation: z.strictObject({ name: z.string(), code: z.string() }).meta({
    description: 'Who read, as the holder is told',
    example: { name: '示例市政务服务大厅', code: '11360100MB0D00037D' },
  }),
  licenses: z.array(shownLicense).min(1),
});
export type RedemptionDocument = z.infer<typeof redemptionDocument>;
