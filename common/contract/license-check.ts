// Wire types of checking a license without its file: by the code of its face, or by its identifier and two facts.
import { z } from 'zod';
import { isoDate, LICENSE_STATES, licenseIdentifier } from './license.ts';

const date = isoDate
  .optional()
  .meta({ description: 'The state at the end of that day in China too', example: '2026-11-20' });

/** `POST /v1/verifications` takes one of these beside a PDF and a presentation code. */
export const faceCheckRequest = z.strictObject({
  identifier: licenseIdentifier,
  verify_code: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: 'From the QR code of the face', example: '0123456789ABCDEF' }),
  date,
});
export const factsCheckRequest = z.strictObject({
  identifier: licenseIdentifier,
  facts: z.record(z.string().max(80), z.string().min(1).max(500)).meta({
    description: 'The two facts that verify_facts of the license type names',
    example: { holder_name: '张三', license_number: '示卫健证字〔2026〕第000123号' },
  }),
  date,
});
export const licenseCheckRequest = z.union([faceCheckRequest, factsCheckRequest]);

export const licenseCheck = z.strictObject({
  kind: z.literal('license'),
  matches: z.boolean().meta({
    description: 'False when there is no such license, and when something that was shown is wrong; which, is not said',
  }),
  license: z
    .strictObject({
      identifier: licenseIdentifier,
      is_current: z.boolean(),
      current_identifier: licenseIdentifier,
      name: z.string(),
      issuing_authority: z.strictObject({ name: z.string(), code: z.string() }),
      state: z.enum(LICENSE_STATES),
      state_at: z.strictObject({ date: isoDate, state: z.enum([...LICENSE_STATES, 'not_issued']) }).nullable(),
      holders: z
        .array(z.string())
        .nullable()
        .meta({ description: 'Masked, and only for the code of the face', example: ['张*'] }),
    })
    .nullable(),
  seal: z.null().meta({ description: 'A seal is told by the file alone; send it as application/pdf' }),
  shown: z
    .array(z.string())
    .meta({ description: 'What was shown and agrees', example: ['holder_name', 'license_number'] }),
  as_of: z.iso.datetime(),
  finding: z.string().meta({ example: 'The license is valid.' }),
});
export type LicenseCheck = z.infer<typeof licenseCheck>;
