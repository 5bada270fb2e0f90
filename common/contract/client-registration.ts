// A system's registration on the wire: what is handed in by file, and what is shown of it. Rules are the identity room's.
import { z } from 'zod';

const addresses = z.array(z.string().min(1).max(500)).max(20);
const words = z.array(z.string().min(1).max(60)).max(40);

export const publicKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string().max(200).optional(),
  alg: z.literal('ES256').optional(),
  use: z.literal('sig').optional(),
});

export const clientRegistration = z.strictObject({
  client_id: z.string(),
  application_type: z.enum(['web', 'native']).default('web'),
  name: z.string().min(1).max(100),
  organisation: z.string().min(1).max(100),
  purpose: z.string().min(1).max(200),
  sector: z.string(),
  first_party: z.boolean().default(false),
  grant_types: words,
  scopes: words,
  redirect_uris: addresses.default([]),
  post_logout_redirect_uris: addresses.default([]),
  backchannel_logout_uri: z.string().max(500).nullable().default(null),
  jwks: z.strictObject({ keys: z.array(publicKey).max(5) }).default({ keys: [] }),
  auth_method: z.enum(['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none']).optional(),
  profile: z.enum(['standard', 'fapi2']).optional(),
  dpop_bound: z.boolean().optional(),
  par_required: z.boolean().optional(),
  jar_required: z.boolean().optional(),
  min_level: z.enum(['L2', 'L3', 'L4', 'L5']).nullable().optional(),
  accepts_units: z.boolean().optional(),
  optional_scopes: words.optional(),
});

export type ClientRegistrationDocument = z.infer<typeof clientRegistration>;
