// Wire types of the record of a license, as its issuing authority reads it. Types and parsers only.
import { z } from 'zod';
import { licenseIdentifier } from './license.ts';

const eventKind = z.string().max(40).meta({ description: 'In words', example: 'issued' });

const MOST_EVENTS = 200;
const PLACE = /^\d{1,14}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Query of `GET /v1/licenses/{identifier}/events`. */
export const eventQuery = z.strictObject({
  before: z.string().regex(PLACE).optional().meta({ description: '`older` of the page before' }),
  kind: eventKind.optional().meta({ description: 'Only events of this kind' }),
  limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(50),
});

export const eventPage = z.strictObject({
  events: z.array(
    z.strictObject({
      event_id: z.uuid(),
      at: z.iso.datetime(),
      kind: eventKind,
      identifier: licenseIdentifier.nullable().meta({ description: 'The version that it was about' }),
      actor: z.string().meta({ description: 'A client, or an account' }),
      organisation: z.string().nullable().meta({ description: '统一社会信用代码' }),
      basis: z.string().nullable().meta({ example: 'consent:con_5k3m9q2w7x4t8v6z1y0r5k3m9q' }),
      request_id: z.string().nullable(),
      detail: z
        .record(z.string(), z.unknown())
        .meta({ description: 'Purpose, matter, elements, reason: what was recorded' }),
    }),
  ),
  older: z.string().nullable().meta({ description: 'For the next page; null behind the first event' }),
});
export type EventPageDocument = z.infer<typeof eventPage>;
