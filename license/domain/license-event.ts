// An event of a license: what was done, to which, by whom, on what ground. What tells of persons or purposes lies in a box
// under the license's data key; the leaf, which the hash chain holds, is taken over the box. So shredding a holder breaks
// no chain, and whoever changes a row is found.
import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';

export const LICENSE_EVENT_KINDS = [
  'issued',
  'version-added',
  'state-changed',
  'read',
  'file-read',
  'presented',
  'redeemed',
  'shared',
  'annotated',
  'consent-asked',
  'consent-given',
  'consent-declined',
  'consent-revoked',
  'correction-asked',
  'correction-answered',
  'basis-entered',
  'basis-ended',
  'client-changed',
  'authority-registered',
  'authority-ended',
  'client-registered',
  'client-ended',
  'issuing-allowed',
  'issuing-ended',
  'shredded',
  'refused',
] as const;
export type LicenseEventKind = (typeof LICENSE_EVENT_KINDS)[number];

/**
 * `basis`: on what ground somebody read: `authority`, `holder`, `consent:<id>`, `presentation:<id>`, `basis:<id>`; of a
 * refusal that concerns no license, why: `reason:<code>`; of a registration, the act: `registry:<id>`.
 */
export type LicenseEvent = {
  /** UUID version 7. */
  readonly eventId: string;
  /** Whole milliseconds: what is hashed is what a row can hold. */
  readonly at: Date;
  readonly kind: LicenseEventKind;
  readonly licenseId: string | null;
  readonly identifier: string | null;
  /** A client, or an account of a person as the identity room names him to us; never a holder code. */
  readonly actor: string;
  /** 统一社会信用代码 of the organisation for which the actor acts. */
  readonly organisation: string | null;
  readonly basis: string | null;
  readonly requestId: string | null;
  /** JSON under the license's data key; null when there is nothing to tell. */
  readonly detailBox: Uint8Array | null;
};

/** The leaf: SM3, 32 bytes, over a JSON list of all columns in their order; the box in base64. */
export function leafOf(event: LicenseEvent): Uint8Array {
  const { eventId, at, kind, licenseId, identifier, actor, organisation, basis, requestId, detailBox } = event;
  const box = detailBox === null ? null : Buffer.from(detailBox).toString('base64');
  const columns = [eventId, at.toISOString(), kind, licenseId, identifier, actor, organisation, basis, requestId, box];
  return sm3(utf8(JSON.stringify(columns)));
}
