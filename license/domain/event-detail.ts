// What an event tells beside its columns, in a box under the license's data key: purposes, matters, names of elements,
// reasons. Never values of the license and never holder codes; who may read the license may read its events.
import { utf8 } from '../../common/bytes.ts';
import { closePayload, type DataKey, openPayload, type Place } from './data-keys.ts';

export type EventDetail = {
  /** 统一社会信用代码 is a column; this is the name that the holder knows. */
  readonly organisation_name?: string;
  readonly purpose?: string;
  readonly matter?: { readonly code: string; readonly name?: string };
  /** Names of elements or parts that were told or allowed. */
  readonly fields?: readonly string[];
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly until?: string;
  readonly max_uses?: number | null;
  readonly [name: string]: unknown;
};

/** `nonce`: 16 random bytes. */
export function closeEventDetail(
  dataKey: DataKey,
  eventId: string,
  detail: EventDetail,
  nonce: Uint8Array,
): Uint8Array {
  return closePayload(dataKey, placeOf(eventId), utf8(JSON.stringify(detail)), nonce);
}

/** Throws `sealed-box-corrupt` for the box of another event or license. */
export function openEventDetail(dataKey: DataKey, eventId: string, box: Uint8Array): EventDetail {
  return JSON.parse(new TextDecoder().decode(openPayload(dataKey, placeOf(eventId), box))) as EventDetail;
}

const placeOf = (eventId: string): Place => `event ${eventId}`;
