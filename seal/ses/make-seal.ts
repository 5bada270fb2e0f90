// Making a seal (GB/T 38540-2020, on request GM/T 0031-2025): build eSealInfo, sign it as the seal maker, assemble, and verify before release.
// Not here: drawing the picture (seal/domain), keeping the seal (seal/store), deciding who may have one.
import { verifySm2 } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { OID } from '../../common/pki/oids.ts';
import type { Seal, SealContent, SealExtension, SealPicture } from './seal.ts';
import { decodeSeal, encodeSeal, encodeSealContent } from './seal-codec.ts';
import { digestList } from './signer-list.ts';

export type SealOrder = {
  readonly esID: string;
  readonly name: string;
  /** Business-defined number of the kind of seal. */
  readonly type: number;
  /** Vid of the header, ASCII. */
  readonly vendor: string;
  readonly picture: SealPicture;
  /** 4 unless told; 5 is GM/T 0031-2025. */
  readonly version?: 4 | 5;
  /** Certificates that may use the seal. */
  readonly signers: readonly Certificate[];
  /** How they are listed: whole (certListType 1, unless told) or by plain SM3 digest (certListType 2). */
  readonly listedBy?: 'certificate' | 'digest';
  readonly validStart: Date;
  readonly validEnd: Date;
  readonly extensions?: readonly SealExtension[];
  readonly makerCertificate: Certificate;
  /** SM2 over the message by the maker's key, DER. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  /** V5: DER of a TimeStampToken over the signature value; the standard lets it be absent. */
  readonly timeStamp?: (signature: Uint8Array) => Promise<Uint8Array>;
  readonly now: Date;
};

/**
 * A seal, V4 unless told, times cut to seconds. Throws `seal-malformed` for an order that no reader would accept, `key-mismatch` when
 * the signature does not verify under the maker's certificate.
 */
export async function makeSeal(order: SealOrder): Promise<Seal> {
  checkOrder(order);
  const content = contentOf(order);
  const signature = await order.sign(encodeSealContent(content));
  const seal = decodeSeal(
    encodeSeal({
      content,
      makerCertificate: order.makerCertificate,
      signatureAlgorithm: OID.sm2WithSm3,
      signature,
      timeStamp: order.timeStamp ? await order.timeStamp(signature) : null,
    }),
  );
  if (!verifySm2(seal.makerCertificate.publicKey(), seal.signedRaw, seal.signature))
    throw new TrustError('key-mismatch', 'the signature over the seal does not fit the certificate of the seal maker');
  return seal;
}

function contentOf(order: SealOrder): SealContent {
  return {
    header: { version: order.version ?? 4, vendor: order.vendor },
    esID: order.esID,
    property: {
      type: order.type,
      name: order.name,
      signers:
        order.listedBy === 'digest'
          ? digestList(order.signers)
          : { type: 1, certificates: order.signers.map(({ raw }) => raw) },
      createDate: wholeSeconds(order.now),
      validStart: wholeSeconds(order.validStart),
      validEnd: wholeSeconds(order.validEnd),
    },
    picture: order.picture,
    extensions: order.extensions ?? null,
  };
}

function checkOrder({ signers, validStart, validEnd, makerCertificate, now, version, timeStamp }: SealOrder): void {
  if (timeStamp && version !== 5) throw new TrustError('seal-malformed', 'only a seal of version 5 has a time stamp');
  if (signers.length === 0) throw new TrustError('seal-malformed', 'a seal lists at least one signer certificate');
  if (validStart >= validEnd) throw new TrustError('seal-malformed', 'the seal would end before it begins');
  if (makerCertificate.isCa) throw new TrustError('seal-malformed', 'an authority certificate cannot make seals');
  if (now < makerCertificate.notBefore || now > makerCertificate.notAfter)
    throw new TrustError('seal-malformed', 'the certificate of the seal maker is not valid now');
}

/** GeneralizedTime of the standard's examples has whole seconds. */
export function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}
