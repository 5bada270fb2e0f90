// What the house knows of one version of a license. The face, the metadata and every answer are made from this record.
// In the tables the content lies in a box under the license's data key; beside it only what a search or a rule needs.
import type { DataKey } from './data-keys.ts';
import type { LicenseState, StoredState, VersionAct } from './license-states.ts';

export type Holder = { readonly name: string; readonly codeType: string; readonly code: string };
export type IssuingAuthority = { readonly name: string; readonly code: string };
/** At most 50 KB (the national standards of single licenses). */
export type Photo = { readonly mediaType: 'image/jpeg' | 'image/png'; readonly base64: string };

/** Everything that is printed; fixed before the license is sealed, and never changed. */
export type LicenseContent = {
  readonly identifier: string;
  readonly licenseType: string;
  readonly typeVersion: number;
  readonly name: string;
  readonly licenseNumber: string;
  readonly issuingAuthority: IssuingAuthority;
  /** At least one; joint holders in the order of the request. */
  readonly holders: readonly [Holder, ...Holder[]];
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** By the names of the license type. */
  readonly fields: Readonly<Record<string, string>>;
  readonly photo?: Photo;
  /** The identifier of the version that this one replaces. */
  readonly replaces?: string;
  /** What the QR code of the face holds beside the identifier: the public page that checks, and 80 bits in Crockford's base 32. */
  readonly verifyUrl: string;
  readonly verifyCode: string;
  /** When the intent was recorded; the PDF carries it as its creation time. */
  readonly createdAt: Date;
};

/** What makes a new version: the first, or one after it. */
export type VersionOperation = 'issue' | VersionAct;

export type LicenseFile = {
  /** SM3 of the file as it was issued, hexadecimal. */
  readonly sm3: string;
  /** SM3 of the sealed box in the file store, by which it is found there. */
  readonly storedSm3: string;
  readonly size: number;
};

/** A row of `license.licenses`: the license, whatever its version. */
export type LicenseHead = {
  /** type.authority.serial, the identifier without root, version and check character. */
  readonly licenseId: string;
  readonly licenseType: string;
  readonly authorityCode: string;
  /** GB/T 2260, of the issuing authority. */
  readonly region: string;
  /** Who had it issued. */
  readonly organisation: string;
  readonly stored: StoredState;
  readonly stateReasonBox: Uint8Array | null;
  readonly stateChangedAt: Date;
  /** Of the current version. */
  readonly version: number;
  readonly identifier: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** The license's data key, wrapped for each of these holders, in the same order. */
  readonly holderKeys: readonly Uint8Array[];
  readonly wrappedKeys: readonly Uint8Array[];
  /** The one intent that makes its next version, or null. */
  readonly pendingIssue: string | null;
  readonly createdAt: Date;
};

/** A row of `license.license_versions`, its payload closed. */
export type LicenseVersion = {
  readonly licenseId: string;
  readonly version: number;
  readonly identifier: string;
  readonly typeVersion: number;
  readonly templateVersion: number;
  readonly operation: VersionOperation;
  readonly replaces: string | null;
  readonly issueId: string;
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly payloadBox: Uint8Array;
  readonly file: LicenseFile;
  readonly sealingId: string;
  readonly createdAt: Date;
};

/** One version of a license as an authorised reader sees it, at one instant. */
export type License = {
  readonly head: LicenseHead;
  readonly version: LicenseVersion;
  readonly content: LicenseContent;
  readonly state: LicenseState;
  readonly stateReason: string | null;
  /** Opened; for what is sealed about this license beside its versions. Never told, never logged. */
  readonly dataKey: DataKey;
  /** False for an older version: its identifier answers superseded, with `head.identifier` as the current one. */
  readonly isCurrent: boolean;
};
