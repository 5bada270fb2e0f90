// How an event is made: its id, the request in which it happened, and what it tells, closed under the license's data key.
import { randomBytes } from 'node:crypto';
import { NONCE_BYTES } from '../../common/crypto/sealed-box.ts';
import { currentRequestId } from '../../common/http/request-context.ts';
import { makeUuid7 } from '../../common/ids.ts';
import type { DataKey } from '../domain/data-keys.ts';
import { closeEventDetail, type EventDetail } from '../domain/event-detail.ts';
import type { LicenseEvent } from '../domain/license-event.ts';

/** What was done, by whom, on what ground. */
export type Happening = Pick<LicenseEvent, 'at' | 'kind' | 'identifier' | 'actor' | 'organisation' | 'basis'>;

export function makeEvent(dataKey: DataKey, happening: Happening, detail: EventDetail): LicenseEvent {
  const event = makeBareEvent({ ...happening, licenseId: dataKey.licenseId });
  return { ...event, detailBox: closeEventDetail(dataKey, event.eventId, detail, randomBytes(NONCE_BYTES)) };
}

/** Tells no more than its columns: of no single license, or of one that nobody can read any more. */
export function makeBareEvent(happening: Happening & Pick<LicenseEvent, 'licenseId'>): LicenseEvent {
  const requestId = currentRequestId() ?? null;
  return { ...happening, eventId: makeUuid7(happening.at), requestId, detailBox: null };
}
