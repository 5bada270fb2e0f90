// What the identity room tells others: scopes, audiences and the claims of userinfo.
import { z } from 'zod';

export const SCOPES = [
  'license:issue',
  'license:change',
  'license:revoke',
  'license:redeem',
  'license:read',
  'license:clerk',
  'license:admin',
  'seal:use',
  'seal:apply',
  'seal:approve',
  'seal:make',
  'seal:file',
  'seal:keep',
  'seal:audit',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The license room as a client: it shows people what is theirs by the holder code. */
export const LICENSE_CLIENT_ID = 'license';

/**
 * Userinfo for a client of our own sector with scope `identity_document`: the sealed holder code, in clear to this client
 * only, the unit in whose name the person acts, and his roles (parsed by `parseRoles`).
 */
export const identityDocumentClaims = z.object({
  sub: z.string(),
  name: z.string().optional(),
  holder_code: z.string().min(1),
  holder_code_type: z.string().regex(/^\d{3}$/),
  acting_for: z
    .object({ code: z.string().length(18), code_type: z.literal('001'), name: z.string().min(1).max(200) })
    .optional(),
  roles: z.unknown().optional(),
});
export type IdentityDocumentClaims = z.infer<typeof identityDocumentClaims>;
