// The e-seal of GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5) in house words. Standard names are in the comments.
// Not here: GM/T 0031-2014 (V1), which has another shape.
import type { Certificate } from '../../common/pki/certificate.ts';

export const SES_VERSIONS = [4, 5] as const;
export type SesVersion = (typeof SES_VERSIONS)[number];

/** SES_Header; its ID is always "ES". */
export type SealHeader = {
  readonly version: SesVersion;
  /** Vid: the vendor. */
  readonly vendor: string;
};

/** SES_CertList, chosen by certListType: 1 certificates, 2 digests. */
export type SignerList =
  | { readonly type: 1; readonly certificates: readonly Uint8Array[] }
  | { readonly type: 2; readonly digests: readonly { readonly type: string; readonly value: Uint8Array }[] };

/** SES_ESPropertyInfo. */
export type SealProperty = {
  /** Business-defined number. */
  readonly type: number;
  readonly name: string;
  readonly signers: SignerList;
  readonly createDate: Date;
  readonly validStart: Date;
  readonly validEnd: Date;
};

/** SES_ESPictrueInfo; the misspelling is the standard's. */
export type SealPicture = {
  /** For example `png`; case varies between vendors. */
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly widthMm: number;
  readonly heightMm: number;
};

/** ExtData. */
export type SealExtension = {
  readonly oid: string;
  readonly critical: boolean;
  /** Whether `critical` stands in the encoding; real files always write it, DER omits FALSE. */
  readonly isCriticalWritten: boolean;
  readonly value: Uint8Array;
};

/** SES_SealInfo. */
export type SealContent = {
  readonly header: SealHeader;
  readonly esID: string;
  readonly property: SealProperty;
  readonly picture: SealPicture;
  /** Null when extDatas is absent. */
  readonly extensions: readonly SealExtension[] | null;
};

/** SESeal. */
export type Seal = {
  readonly raw: Uint8Array;
  readonly content: SealContent;
  /** The bytes the seal maker signed: eSealInfo. */
  readonly contentRaw: Uint8Array;
  readonly makerCertificate: Certificate;
  readonly signatureAlgorithm: string;
  /** As it stands in the BIT STRING. */
  readonly signature: Uint8Array;
  /** TimeStampToken of V5; null when absent. */
  readonly timeStamp: Uint8Array | null;
  /** Accepted tolerances, each in a sentence. */
  readonly deviations: readonly string[];
};

/** SES_Signature. */
export type SealSignature = {
  readonly raw: Uint8Array;
  readonly version: SesVersion;
  readonly seal: Seal;
  readonly time: Date;
  /** SM3 of the protected bytes, without Z. */
  readonly dataHash: Uint8Array;
  readonly propertyInfo: string;
  readonly extensions: readonly SealExtension[] | null;
  /** The bytes the signer signed: TBS_Sign. */
  readonly tbsRaw: Uint8Array;
  readonly signerCertificate: Certificate;
  readonly signatureAlgorithm: string;
  /** As it stands in the BIT STRING. */
  readonly signature: Uint8Array;
  readonly timeStamp: Uint8Array | null;
  readonly deviations: readonly string[];
};
