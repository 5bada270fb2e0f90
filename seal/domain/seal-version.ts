// One version of a seal: what was applied for, where it stands in its life, and what the making brought.
import type { VERSION_KINDS } from '../../common/contract/seal-life.ts';
import type { SealKind, SealPictureSpec } from '../../common/contract/seal-picture.ts';
import type { LifeState } from './seal-life.ts';

export type VersionKind = (typeof VERSION_KINDS)[number];

/** What the making brings. */
export type MadeSeal = {
  /** SES_Header version. */
  readonly headerVersion: number;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly widthMm: number;
  readonly heightMm: number;
  /** DER of the SESeal. */
  readonly eseal: Uint8Array;
  readonly esealSm3: string;
  readonly keyRef: string;
};

export type SealVersion = {
  /** Of the application that began it. */
  readonly applicationId: string;
  /** Order of applications; the cursor of lists. */
  readonly seq: number;
  readonly esID: string;
  /** Counted from 1 for one code. */
  readonly number: number;
  readonly kind: VersionKind;
  readonly ownerName: string;
  /** 统一社会信用代码 */
  readonly ownerCode: string;
  /** Name of the seal, as its data say it. */
  readonly name: string;
  readonly sealKind: SealKind;
  readonly validYears: number;
  /** Null for a seal that was registered before lives were kept. */
  readonly picture: SealPictureSpec | null;
  /** The seal code is drawn along the lower arc. */
  readonly showsCode: boolean;
  readonly state: LifeState;
  readonly stateChangedAt: Date;
  /** Steps taken. */
  readonly steps: number;
  readonly createdAt: Date;
} & { readonly [K in keyof MadeSeal]: MadeSeal[K] | null };

/** What is drawn for a version; the code is known only here. */
export function pictureOf({ picture, showsCode, esID }: SealVersion): SealPictureSpec | null {
  return picture?.source === 'drawn' && showsCode ? { ...picture, arc_code: esID } : picture;
}

/** The subject of the certificate for a version's key: the owner, and the seal code as its common name. */
export function certificateSubject({ ownerCode, ownerName, esID }: SealVersion, unit: string | null) {
  return [
    { type: 'C', value: 'CN' },
    { type: 'O', value: `${ownerCode}${ownerName}` },
    ...(unit === null ? [] : [{ type: 'OU', value: unit }]),
    { type: 'CN', value: esID },
  ] as const;
}
