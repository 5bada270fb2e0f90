// Wire types of the registry of the license room: issuing authorities, the systems of organisations, which of them issue for
// whom. Rules lie in the room.
import { z } from 'zod';
import { NOTICE_CODES } from '../codes/registry-notice.ts';
import { esID } from './seal.ts';

const creditCode = z
  .string()
  .regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/)
  .meta({ description: '统一社会信用代码', example: '11360100MB0D00010M' });
const clientId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/)
  .meta({ description: 'As the identity room knows the system', example: 'health-commission' });
const licenseType = z.string().length(21);
const licenseTypes = z
  .array(licenseType)
  .min(1)
  .max(100)
  .meta({ description: '证照类型代码', example: ['11100000MB0D000965001'] });
const reason = z
  .string()
  .trim()
  .min(2)
  .max(500)
  .meta({ description: 'Kept for good; without names and numbers of citizens', example: '洪数函〔2026〕12号' });
const name = z.string().trim().min(2).max(200);
const time = z.iso.datetime({ offset: true });

/** Body of `POST /v1/issuing-authorities`. */
export const issuingAuthorityBody = z.strictObject({
  authority_code: creditCode,
  authority_name: name.meta({ example: '示例市卫生健康委员会' }),
  region: z
    .string()
    .regex(/^\d{6}$/)
    .meta({ description: 'GB/T 2260', example: '360100' }),
  seal_esid: esID,
  license_types: licenseTypes,
  reason,
});
export type IssuingAuthorityBody = z.infer<typeof issuingAuthorityBody>;

/** Body of `POST /v1/issuing-authorities/endings`. */
export const issuingAuthorityEnding = z.strictObject({
  authority_code: creditCode,
  license_types: licenseTypes.optional().meta({ description: 'Left out: all that it issues' }),
  reason,
});
export type IssuingAuthorityEnding = z.infer<typeof issuingAuthorityEnding>;

/** Body of `POST /v1/registered-clients`. */
export const registeredClientBody = z.strictObject({
  client_id: clientId,
  organisation: creditCode,
  organisation_name: name.meta({ example: '示例市卫生健康委员会' }),
  may_redeem: z.boolean().default(false).meta({ description: 'May read what a holder shows, by its code' }),
  reason,
});
export type RegisteredClientBody = z.infer<typeof registeredClientBody>;

/** Body of `POST /v1/registered-clients/endings`. */
export const registeredClientEnding = z.strictObject({ client_id: clientId, reason });
export type RegisteredClientEnding = z.infer<typeof registeredClientEnding>;

/** Body of `POST /v1/issuing-clients`. */
export const issuingClientBody = z.strictObject({
  client_id: clientId,
  authority_code: creditCode,
  license_types: licenseTypes,
  reason,
});
export type IssuingClientBody = z.infer<typeof issuingClientBody>;

/** Body of `POST /v1/issuing-clients/endings`. */
export const issuingClientEnding = issuingClientBody.extend({
  license_types: licenseTypes.optional().meta({ description: 'Left out: all that it issues for the authority' }),
});
export type IssuingClientEnding = z.infer<typeof issuingClientEnding>;

export const REGISTRY_ACTS = [
  'authority-registered',
  'authority-ended',
  'client-registered',
  'client-ended',
  'issuing-allowed',
  'issuing-ended',
] as const;

export const registryNotice = z.strictObject({
  code: z.enum(NOTICE_CODES),
  pointer: z.string(),
  says: z.string(),
  says_zh: z.string(),
});

/** What was done, by whom and why. The same Idempotency-Key is answered with the same document. */
export const registryAct = z.strictObject({
  act_id: z.string().meta({ example: 'rga_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
  kind: z.enum(REGISTRY_ACTS),
  acted_by: z.string().meta({ description: 'The account of the administrator' }),
  acted_at: time,
  asked: z.record(z.string(), z.unknown()).meta({ description: 'The request, its reason included' }),
  license_types: z.array(z.string()).meta({ description: 'The types that it concerned' }),
  notices: z.array(registryNotice).meta({ description: 'What is odd, and what this room did not check' }),
});
export type RegistryActDocument = z.infer<typeof registryAct>;
export const registryActList = z.strictObject({ acts: z.array(registryAct) });

const term = { granted_at: time, ended_at: time.nullable() };

export const issuingRightDocument = z.strictObject({
  authority_code: z.string(),
  authority_name: z.string(),
  region: z.string(),
  seal_esid: z.string(),
  license_type: z.string(),
  ...term,
});
export const issuingRightList = z.strictObject({ issuing_authorities: z.array(issuingRightDocument) });

export const registeredClientDocument = z.strictObject({
  client_id: z.string(),
  organisation: z.string(),
  organisation_name: z.string(),
  may_redeem: z.boolean(),
  registered_at: time,
  ended_at: time.nullable(),
  issues: z.array(z.strictObject({ authority_code: z.string(), license_type: z.string(), ...term })),
});
export type RegisteredClientDocument = z.infer<typeof registeredClientDocument>;
export const registeredClientList = z.strictObject({ registered_clients: z.array(registeredClientDocument) });
