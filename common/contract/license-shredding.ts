// Destroying what is kept of a holder: asked once without confirmation, which says what would be destroyed, and once with it.
import { z } from 'zod';

export const shreddingRequest = z.strictObject({
  holder: z.strictObject({
    code_type: z.string().regex(/^\d{3}$/),
    code: z.string().trim().min(1).max(64),
  }),
  /** Why, without names and numbers: it is kept for ever. */
  reason: z.string().trim().min(4).max(500),
  confirmation: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
});
export type ShreddingRequestBody = z.infer<typeof shreddingRequest>;

const counts = {
  /** Licenses of which nothing can be read afterwards. */
  licenses_destroyed: z.int().min(0),
  /** Joint ones, which other holders still have. */
  licenses_kept: z.int().min(0),
};

/** The answer to the first asking; nothing was done. */
export const shreddingAsked = z.strictObject({ confirmation: z.string(), ...counts });
export type ShreddingAskedDocument = z.infer<typeof shreddingAsked>;

export const shreddingDone = z.strictObject({
  shredding_id: z.string(),
  ...counts,
  shredded_at: z.iso.datetime(),
});
export type ShreddingDoneDocument = z.infer<typeof shreddingDone>;
