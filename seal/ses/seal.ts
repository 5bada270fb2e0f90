// The e-seal of GM/T 0031-2014 (V1), GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5) in house words, one shape for all.
// Standard names are in the comments. What a tolerated file wrote otherwise is kept, so that encoding gives its bytes.
import type { Certificate } from '../../common/pki/certificate.ts';

export const SES_VERSIONS = [1, 4, 5] as const;
export type SesVersion = (typeof SES_VERSIONS)[number];

/** SES_Header; its ID is always "ES". */
export type SealHeader = {
  /** Which structure it is. */
  readonly version: SesVersion;
  /** V1 leaves the number free; here when it is not 1. */
  readonly writtenVersion?: number;
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
  /** V1: the identifier octets of the three times; UTCTime is due, some write GeneralizedTime. */
  readonly timeTags?: readonly number[];
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
  /** eSealInfo. */
  readonly contentRaw: Uint8Array;
  /** The bytes the seal maker signed: eSealInfo; V1: SEQUENCE { esealInfo, cert, signatureAlgorithm }. */
  readonly signedRaw: Uint8Array;
  readonly makerCertificate: Certificate;
  readonly signatureAlgorithm: string;
  /** As it stands in the BIT STRING. */
  readonly signature: Uint8Array;
  /** TimeStampToken of V5; null when absent. */
  readonly timeStamp: Uint8Array | null;
  /** V1: signInfo stands in a BIT STRING, as some write it. */
  readonly isSignInfoWrapped?: boolean;
  /** Accepted tolerances, each in a sentence. */
  readonly deviations: readonly string[];
};

/** What only the TBS_Sign of V1 has, as it was written. */
export type V1Form = {
  /** V1 leaves the number free. */
  readonly version: number;
  /** DER of timeInfo: a time text or a time-stamp token. */
  readonly timeInfoRaw: Uint8Array;
  readonly isToken: boolean;
};

/** SES_Signature. */
export type SealSignature = {
  readonly raw: Uint8Array;
  readonly version: SesVersion;
  readonly seal: Seal;
  readonly time: Date;
  /** SM3 of the protected bytes, without Z. */
  readonly dataHash: Uint8Array;
  /** dataHash stands in an OCTET STRING instead of a BIT STRING. */
  readonly isDataHashOctets?: boolean;
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
  /** Null in V4 and V5. */
  readonly v1: V1Form | null;
};
