// Wire types of lists that are issued in bulk (批量签发).
import { z } from 'zod';
import { licenseIdentifier } from './license.ts';

export const batchId = z.string().meta({ example: 'bat_0123456789abcdefghjkmnpqrs' });

/** Query of `POST /v1/batches`; the body is the list. */
export const batchQuery = z.strictObject({
  license_type: z.string().length(21).meta({ description: '证照类型代码', example: '11100000MB0D000965001' }),
  authority_code: z
    .string()
    .length(18)
    .optional()
    .meta({ description: '证照颁发机构代码; needed by a client that issues the type for several authorities' }),
  title: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'For people; no personal data', example: '2026-11-2' }),
});

export const BATCH_ROW_STATES = ['bad', 'good', 'waiting', 'issued', 'refused', 'stopped'] as const;

const count = z.int().min(0);
export const batchDocument = z.strictObject({
  batch_id: batchId,
  title: z.string(),
  license_type: z.string(),
  authority_code: z.string(),
  state: z.enum(['checked', 'running', 'done', 'stopped']).meta({
    description: 'checked: nothing is issued before the confirmation. stopped: rows that were not begun are not issued',
    example: 'running',
  }),
  rows: z
    .strictObject({ bad: count, good: count, waiting: count, issued: count, refused: count, stopped: count })
    .meta({ example: { bad: 12, good: 0, waiting: 360, issued: 628, refused: 0, stopped: 0 } }),
  created_at: z.iso.datetime(),
  confirmed_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
});
export type BatchDocument = z.infer<typeof batchDocument>;

export const batchList = z.strictObject({ batches: z.array(batchDocument) });

/** Query of `GET /v1/batches/{batch_id}/rows`. */
export const batchRowsQuery = z.strictObject({
  state: z.enum(BATCH_ROW_STATES).optional(),
  after: z.coerce.number().int().min(0).default(0).meta({ description: 'Rows behind this line', example: 0 }),
  limit: z.coerce.number().int().min(1).max(1000).default(100).meta({ example: 100 }),
});
export const batchRowDocument = z.strictObject({
  line: z.int().meta({ description: 'As in the list; the header is line 1', example: 37 }),
  case_id: z.string().meta({ example: 'CASE-2026-000123' }),
  state: z.enum(BATCH_ROW_STATES).meta({ example: 'bad' }),
  identifier: licenseIdentifier.nullable(),
  problem: z.string().nullable().meta({ description: 'Code of the refusal', example: 'license-fields-invalid' }),
  fault: z
    .string()
    .nullable()
    .meta({ description: 'What was found and what is expected', example: '体检日期 is after issued_on' }),
  column: z
    .string()
    .nullable()
    .meta({ description: 'Title of the column, where one is to blame', example: '体检日期' }),
});
export type BatchRowDocument = z.infer<typeof batchRowDocument>;
export const batchRows = z.strictObject({
  rows: z.array(batchRowDocument),
  next_after: z.int().nullable().meta({ description: 'For the next page; null on the last', example: null }),
});
