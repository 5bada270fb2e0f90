// What a seal's picture shall show, as an application states it: drawn from a name, or brought as a file.
// Wire types only; what fits together is judged where it is drawn (seal/domain/picture-spec.ts).
import { z } from 'zod';

/** 印章类型代码 as the police number them. */
export const SEAL_KINDS = ['01', '02', '03', '04', '05', '99'] as const;
export type SealKind = (typeof SEAL_KINDS)[number];

/** Ranks of owners that 国发〔1999〕25号 gives a diameter and a centre. */
export const SEAL_RANKS = [
  'state-council',
  'province',
  'state-bureau',
  'county',
  'prefecture-office',
  'township',
  'unit',
] as const;
export type SealRank = (typeof SEAL_RANKS)[number];

export const SEAL_SHAPES = ['round', 'ellipse', 'square'] as const;
export type SealShape = (typeof SEAL_SHAPES)[number];

/** Printable characters: no controls, no line or direction marks. */
const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
const millimetres = z.int().min(10).max(60);

/** A picture that the room draws. */
export const drawnPicture = z.strictObject({
  source: z.literal('drawn'),
  kind: z.enum(SEAL_KINDS).optional().meta({
    description:
      '01 statutory name, 02 finance, 03 invoices, 04 contracts, 05 name of a person, 99 other; gives shape, size and straight text unless they are named. Left out: 01',
  }),
  rank: z.enum(SEAL_RANKS).optional().meta({
    description: 'Fixes diameter and centre of a round seal (国发〔1999〕25号); left out: no rule but the bounds',
  }),
  shape: z.enum(SEAL_SHAPES).optional(),
  text: line(100).meta({
    description: 'Along the upper arc, any length; on a square seal the name, at most 9 characters',
    example: '示例市卫生健康委员会',
  }),
  lower_text: line(16)
    .optional()
    .meta({ description: 'Straight text below the middle, at most 8 characters', example: '业务专用章' }),
  arc_code: line(20)
    .optional()
    .meta({ description: 'Along the lower arc, usually the seal code', example: '36010000000001' }),
  width_mm: millimetres.optional().meta({ description: 'Left out: what the rank, else the shape usually measures' }),
  height_mm: millimetres.optional(),
  emblem: z.string().max(65_536).optional().meta({
    description:
      'SVG of plain shapes in place of the star; painted in red whatever its colours; white is refused, cut holes instead',
  }),
});
export type DrawnPicture = z.infer<typeof drawnPicture>;

/** A picture that somebody brings; it is drawn anew, never passed through. */
export const broughtPicture = z.strictObject({
  source: z.literal('brought'),
  media_type: z.enum(['image/png', 'image/svg+xml']),
  content: z.base64().min(1).max(2_800_000).meta({ description: 'The file, at most 2 MiB as PNG and 64 KiB as SVG' }),
  width_mm: millimetres,
  height_mm: millimetres,
});
export type BroughtPicture = z.infer<typeof broughtPicture>;

export const sealPictureSpec = z.discriminatedUnion('source', [drawnPicture, broughtPicture]);
export type SealPictureSpec = z.infer<typeof sealPictureSpec>;

/** Query of `POST /v1/seal-pictures`. */
export const sealPictureQuery = z.strictObject({
  format: z
    .enum(['png', 'svg'])
    .optional()
    .meta({ description: 'png (left out): what the seal carries, 600 dpi; svg: the vector master' }),
});
