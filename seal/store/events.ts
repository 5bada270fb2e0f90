// seal.events: what happened with a seal beside the steps of its life (seal-steps.ts), append-only (the role may INSERT
// and SELECT, a trigger refuses the rest). Uses and refusals are rows of the usage log (common/audit) instead.
import type { Knex } from 'knex';

export const EVENT_KINDS = [
  'seal.key-made',
  'seal.certificate-received',
  'seal.making-intended',
  'seal.key-destroyed',
  'seal.certificate-revoked',
  'seal.granted',
  'seal.grant-withdrawn',
] as const;

export type SealEvent = {
  readonly at: Date;
  readonly kind: (typeof EVENT_KINDS)[number];
  readonly esID: string;
  /** A client id, a person's `sub`, or `room` for what happens of itself. */
  readonly actor: string;
  readonly requestId?: string | undefined;
  readonly detail: Readonly<Record<string, string | number>>;
};

/** To be called in the transaction of the change that it records. */
export async function insertEvent(db: Knex, event: SealEvent): Promise<void> {
  const { at, kind, esID, actor, requestId, detail } = event;
  await db('seal.events')
    .insert({ at, kind, es_id: esID, actor, request_id: requestId ?? null, detail: JSON.stringify(detail) })
    .options({ name: 'seal-event' });
}

/** Newest first, at most `limit`. */
export async function listEvents(db: Knex, esID: string, limit: number): Promise<readonly SealEvent[]> {
  return db('seal.events')
    .select({ at: 'at', kind: 'kind', esID: 'es_id', actor: 'actor', requestId: 'request_id', detail: 'detail' })
    .where({ es_id: esID })
    .orderBy('event_id', 'desc')
    .limit(limit);
}
