// Stored rows become a readable license: the data key by the key of any holder that is left, the payload of the version, the
// reason of the state, the state at an instant. For authorised readers only. Also how these boxes are closed.
import { utf8 } from '../../common/bytes.ts';
import { closePayload, type DataKey, type HolderKeyRow, openLicenseKey, openPayload, type Place } from './data-keys.ts';
import { decodeContent, encodeContent } from './license-payload.ts';
import type { License, LicenseContent, LicenseHead, LicenseVersion } from './license-record.ts';
import { stateAt } from './license-states.ts';
import type { RoomKeys } from './room-keys.ts';

/**
 * `holderKeys`: those that are left of the license's holders. Throws `license-shredded` when none is, and
 * `sealed-box-corrupt` when the rows do not belong together.
 */
export function openLicense(
  keys: Pick<RoomKeys, 'holderKeyBox' | 'opened'>,
  { head, version }: { readonly head: LicenseHead; readonly version: LicenseVersion },
  holderKeys: readonly HolderKeyRow[],
  now: Date,
): License {
  const dataKey = openLicenseKey(keys, head.licenseId, head, holderKeys);
  return {
    head,
    version,
    dataKey,
    content: decodeContent(openPayload(dataKey, versionPlace(version.identifier), version.payloadBox)),
    state: stateAt(head.stored, head.validTo, now),
    stateReason: head.stateReasonBox === null ? null : openReason(dataKey, head.stateReasonBox),
    isCurrent: version.version === head.version,
  };
}

/** `nonce`: 16 random bytes. */
export function closeContent(dataKey: DataKey, content: LicenseContent, nonce: Uint8Array): Uint8Array {
  return closePayload(dataKey, versionPlace(content.identifier), encodeContent(content), nonce);
}

/** Why the license is in its state, in words; `nonce`: 16 random bytes. */
export function closeReason(dataKey: DataKey, reason: string, nonce: Uint8Array): Uint8Array {
  return closePayload(dataKey, REASON, utf8(reason), nonce);
}

function openReason(dataKey: DataKey, box: Uint8Array): string {
  return new TextDecoder().decode(openPayload(dataKey, REASON, box));
}

const REASON: Place = 'text state-reason';
const versionPlace = (identifier: string): Place => `version ${identifier}`;
