// What an intent keeps under the data key of its license: what was asked, for as long as the case is known, and the content
// to be printed, until it is.
import { utf8 } from '../../common/bytes.ts';
import type { Asked } from './asked.ts';
import { closePayload, type DataKey, openPayload, type Place } from './data-keys.ts';
import { decodeContent, encodeContent } from './license-payload.ts';
import type { LicenseContent } from './license-record.ts';

/** `nonce`: 16 random bytes. */
export function closeAsked(dataKey: DataKey, issueId: string, asked: Asked, nonce: Uint8Array): Uint8Array {
  return closePayload(dataKey, askedPlace(issueId), utf8(JSON.stringify(asked)), nonce);
}

export function openAsked(dataKey: DataKey, issueId: string, box: Uint8Array): Asked {
  return JSON.parse(new TextDecoder().decode(openPayload(dataKey, askedPlace(issueId), box))) as Asked;
}

/** `nonce`: 16 random bytes. */
export function closeIntended(
  dataKey: DataKey,
  issueId: string,
  content: LicenseContent,
  nonce: Uint8Array,
): Uint8Array {
  return closePayload(dataKey, contentPlace(issueId), encodeContent(content), nonce);
}

/** Throws `sealed-box-corrupt` for another license or another issue. */
export function openIntended(dataKey: DataKey, issueId: string, box: Uint8Array): LicenseContent {
  return decodeContent(openPayload(dataKey, contentPlace(issueId), box));
}

const askedPlace = (issueId: string): Place => `issue ${issueId} asked`;
const contentPlace = (issueId: string): Place => `issue ${issueId} content`;
