// What a face is drawn from: one version of a license, and on an annotated copy (加注件) what that says of itself.
import type { Annotation, MetadataRecord } from '../domain/license-metadata.ts';

export type FaceRecord = MetadataRecord & {
  readonly typeVersion: number;
  /** JPEG or PNG, at most 50 KB. */
  readonly photo?: { readonly mediaType: 'image/jpeg' | 'image/png'; readonly base64: string };
  /** What the QR code holds beside the identifier: the public page that checks licenses, and 80 bits of this license. */
  readonly verifyUrl: string;
  readonly verifyCode: string;
  /** The file carries it as its creation time. */
  readonly createdAt: Date;
};

/** The copy's own words; `recipient` stands in its watermark beside purpose and end. */
export type FaceAnnotation = Annotation & { readonly recipient: string };
