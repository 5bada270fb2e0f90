// What the house knows of one version of a license. The face, the metadata and every answer are made from this record.
import type { LicenseState } from '../../common/contract/license.ts';
import type { StoredState } from './license-states.ts';

export type Holder = { readonly name: string; readonly codeType: string; readonly code: string };
export type IssuingAuthority = { readonly name: string; readonly code: string };

/** Everything that is printed; fixed before the license is sealed, and never changed. */
export type LicenseContent = {
  readonly identifier: string;
  readonly licenseType: string;
  readonly typeVersion: number;
  readonly name: string;
  readonly licenseNumber: string;
  readonly issuingAuthority: IssuingAuthority;
  readonly holder: Holder;
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** By the names of the license type. */
  readonly fields: Readonly<Record<string, string>>;
  /** What the QR code of the face holds beside the identifier: the public page that checks, and 80 bits in Crockford's base 32. */
  readonly verifyUrl: string;
  readonly verifyCode: string;
  /** When the intent was recorded; the PDF carries it as its creation time. */
  readonly createdAt: Date;
};

export type LicenseFile = { readonly sm3: string; readonly size: number };

/** A row of `license.licenses`, its holder code still closed. */
export type StoredLicense = Omit<LicenseContent, 'holder' | 'verifyUrl' | 'verifyCode'> & {
  readonly version: number;
  readonly clientId: string;
  readonly caseId: string;
  readonly holder: Omit<Holder, 'code'> & { readonly key: Uint8Array; readonly codeBox: Uint8Array };
  readonly file: LicenseFile;
  readonly stored: StoredState;
  readonly stateReason: string | null;
  readonly stateChangedAt: Date;
};

/** A license as an authorised reader sees it, at one instant. */
export type License = Omit<StoredLicense, 'holder' | 'stored'> & {
  readonly holder: Holder;
  readonly state: LicenseState;
};
