// Wire types of consents to read licenses, and of the legal bases on which a unit reads without one. Rules lie in the room.
import { z } from 'zod';

/** Names of elements of GB/T 36903 (ZZBH, CZZT, KZ_…) and `file`, the annotated copy. */
export const sharedElements = z
  .array(z.string().regex(/^(?:[A-Z]{2,12}|KZ_[A-Za-z0-9_]{1,60}|file)$/))
  .max(120)
  .meta({
    description: 'Short names of GB/T 36903, KZ_ names of the license type, or file',
    example: ['ZZBH', 'CZZT'],
  });

const licenseType = z.string().length(21).meta({ description: '证照类型代码', example: '11100000MB0D000965001' });
const time = z.iso.datetime({ offset: true });

export const sharedMatter = z
  .strictObject({
    code: z.string().regex(/^[\x21-\x7e]{1,64}$/),
    name: z.string().min(1).max(200),
  })
  .meta({ description: '事项', example: { code: '000131023000', name: '食品经营许可' } });

export const sharedPurpose = z
  .string()
  .trim()
  .min(2)
  .max(200)
  .meta({ description: '使用目的, as the holder reads it', example: '办理食品经营许可时核对从业人员健康证明' });

/** Body of `POST /v1/consent-requests`. */
export const consentRequestBody = z.strictObject({
  holder: z
    .strictObject({ code_type: z.string().regex(/^\d{3}$/), code: z.string().min(1).max(64) })
    .optional()
    .meta({
      description: 'Only this holder may decide; left out: whoever logs in',
      example: { code_type: '111', code: '360102199003077718' },
    }),
  licenses: z
    .array(
      z.strictObject({
        license_type: licenseType,
        fields: sharedElements.min(1),
        optional_fields: sharedElements.default([]),
      }),
    )
    .min(1)
    .max(10)
    .meta({ example: [{ license_type: '11100000MB0D000965001', fields: ['ZZBH', 'CZZT', 'ZZYXQJZRQ'] }] }),
  purpose: sharedPurpose,
  matter: sharedMatter,
  until: time.meta({ description: 'At most a year from now', example: '2026-12-31T16:00:00Z' }),
  max_uses: z.int().min(1).max(10_000).optional().meta({ description: 'Reads; left out: until the end', example: 3 }),
  return_to: z.string().max(500).optional().meta({
    description: 'A registered return address, character by character',
    example: 'https://food.example.gov.cn/back',
  }),
});
export type ConsentRequestBody = z.infer<typeof consentRequestBody>;

/** What the asking unit is told about its request. */
export const consentRequestDocument = z.strictObject({
  request_id: z.string().meta({ example: 'crq_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
  address: z.url().meta({
    description: "Where the citizen's browser goes",
    example: 'https://license.example.gov.cn/consents/crq_5k3m9q2w7x4t8v6z1y0r5k3m9q',
  }),
  state: z.enum(['pending', 'given', 'declined', 'expired', 'revoked']),
  asked_at: time,
  expires_at: time.meta({ description: 'Until then it can be decided' }),
  consent: z
    .strictObject({
      consent_id: z.string(),
      licenses: z.array(
        z.strictObject({ license_id: z.string(), identifier: z.string().nullable(), fields: z.array(z.string()) }),
      ),
      until: time,
      max_uses: z.int().nullable(),
      uses: z.int(),
    })
    .nullable(),
});
export type ConsentRequestDocument = z.infer<typeof consentRequestDocument>;

/** Body of `POST /v1/legal-bases`. */
export const legalBasisBody = z.strictObject({
  client_id: z.string().min(1).max(200).meta({ example: 'market-regulator' }),
  law: z.string().min(4).max(500).meta({ example: '《中华人民共和国食品安全法》第四十五条' }),
  matter: sharedMatter,
  licenses: z
    .array(
      z.strictObject({
        license_type: licenseType,
        fields: z
          .union([z.literal('*'), sharedElements])
          .meta({ description: '"*": every element, the file excepted' }),
        file: z.boolean().default(false).meta({ description: 'Annotated copies too' }),
      }),
    )
    .min(1)
    .max(50)
    .meta({ example: [{ license_type: '11100000MB0D000965001', fields: ['ZZBH', 'ZZYXQJZRQ'] }] }),
  regions: z
    .array(z.string().regex(/^(?:\d{2}){0,3}$/))
    .min(1)
    .max(200)
    .meta({
      description:
        'Regions of issuing authorities: codes of GB/T 2260 or their first 2 or 4 digits, with all that lies in them; "" is everywhere',
      example: ['3601'],
    }),
  daily_quota: z.int().min(1).max(10_000_000).meta({ example: 2000 }),
  from: time.optional().meta({ description: 'Now when left out' }),
  to: time.meta({ example: '2027-12-31T16:00:00Z' }),
});
export type LegalBasisBody = z.infer<typeof legalBasisBody>;

export const legalBasisDocument = z.strictObject({
  basis_id: z.string().meta({ example: 'lgb_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
  client_id: z.string(),
  law: z.string(),
  matter: sharedMatter,
  licenses: z.array(z.strictObject({ license_type: z.string(), fields: z.array(z.string()) })),
  regions: z.array(z.string()),
  daily_quota: z.int(),
  uses_today: z.int(),
  from: time,
  to: time,
  entered_at: time,
  entered_by: z.string(),
  ended_at: time.nullable(),
});
export type LegalBasisDocument = z.infer<typeof legalBasisDocument>;
export const legalBasisList = z.strictObject({ legal_bases: z.array(legalBasisDocument) });

/** Body of `PUT /v1/sharing-clients/{client_id}`: how a unit's system is answered. */
export const sharingClientBody = z.strictObject({
  return_addresses: z
    .array(z.url({ protocol: /^https?$/ }).max(500))
    .max(20)
    .meta({ example: ['https://food.example.gov.cn/back'] }),
  sm2_public_key: z
    .string()
    .regex(/^04[0-9a-f]{128}$/)
    .nullable()
    .meta({ description: 'Uncompressed point of the SM2 key that answers are encrypted to', example: null }),
});
export const sharingClientDocument = sharingClientBody.extend({
  client_id: z.string(),
  organisation: z.string(),
  organisation_name: z.string(),
});
