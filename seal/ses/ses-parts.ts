// The parts that all versions of GB/T 38540 structures share, read strictly and written again byte by byte.
import { type DerNode, parseDer, TAG } from '../../common/asn1/der.ts';
import {
  readBitString,
  readBoolean,
  readIa5,
  readInteger,
  readOctetString,
  readOid,
  readSequence,
  readTime,
} from '../../common/asn1/der-read.ts';
import { derBoolean, derIa5, derInteger, derOctetString, derOid, derSequence } from '../../common/asn1/der-write.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { type Certificate, parseCertificate } from '../../common/pki/certificate.ts';
import type { SealExtension, SealHeader, SealPicture } from './seal.ts';

/** 16 MiB; government seals have tens of kilobytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Parses the outermost value within the size limit of this format. */
export function parseSes(der: Uint8Array): DerNode {
  if (der.length > MAX_BYTES) throw new TrustError('seal-malformed', `more than ${MAX_BYTES} bytes`);
  return parseDer(der);
}

/** Runs a reader; DER and certificate faults become `seal-malformed`. */
export function asSealMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed') || isTrustError(cause, 'certificate-malformed'))
      throw new TrustError('seal-malformed', cause.message, { cause });
    throw cause;
  }
}

export function readCertificateOctets(node: DerNode): Certificate {
  return parseCertificate(readOctetString(node));
}

/** ExtensionDatas; `critical` may be written or left out. */
export function readExtensionList(node: DerNode): readonly SealExtension[] {
  return readSequence(node, 0, 64).map((extension) => {
    const [oid, ...rest] = readSequence(extension, 2, 3);
    const isCriticalWritten = rest.length === 2;
    return {
      oid: readOid(oid!),
      critical: isCriticalWritten ? readBoolean(rest[0]!) : false,
      isCriticalWritten,
      value: readOctetString(rest.at(-1)!),
    };
  });
}

/** ExtensionDatas. */
export function encodeExtensions(extensions: readonly SealExtension[]): Uint8Array {
  return derSequence(
    ...extensions.map(({ oid, critical, isCriticalWritten, value }) =>
      derSequence(derOid(oid), ...(isCriticalWritten ? [derBoolean(critical)] : []), derOctetString(value)),
    ),
  );
}

/** SES_Header: the number that stands in it, and the vendor. */
export function readHeader(node: DerNode): { readonly number: number; readonly vendor: string } {
  const [id, version, vendor] = readSequence(node, 3, 3);
  const text = readIa5(id!);
  if (text !== 'ES') throw new TrustError('seal-malformed', `the header says "${text}" instead of "ES"`);
  return { number: readInteger(version!), vendor: readIa5(vendor!) };
}

export function encodeHeader({ version, writtenVersion = version, vendor }: SealHeader): Uint8Array {
  return derSequence(derIa5('ES'), derInteger(writtenVersion), derIa5(vendor));
}

export function readPicture(node: DerNode): SealPicture {
  const [type, bytes, width, height] = readSequence(node, 4, 4);
  const [widthMm, heightMm] = [readInteger(width!), readInteger(height!)];
  if (widthMm < 1 || heightMm < 1 || widthMm > 1000 || heightMm > 1000)
    throw new TrustError('seal-malformed', `a picture of ${widthMm} × ${heightMm} mm`);
  return { type: readIa5(type!), bytes: readOctetString(bytes!), widthMm, heightMm };
}

export function encodePicture({ type, bytes, widthMm, heightMm }: SealPicture): Uint8Array {
  return derSequence(derIa5(type), derOctetString(bytes), derInteger(widthMm), derInteger(heightMm));
}

export function readGeneralizedTime(node: DerNode): Date {
  if (node.tag !== TAG.generalizedTime)
    throw new TrustError('seal-malformed', `offset ${node.offset}: a time that is not a GeneralizedTime`);
  return readTime(node);
}

/** A digest that a BIT STRING should hold; some write an OCTET STRING, which is said in a deviation. */
export function readDataHash(node: DerNode): { readonly dataHash: Uint8Array; readonly isDataHashOctets: boolean } {
  const isDataHashOctets = node.tag === TAG.octetString;
  return { dataHash: isDataHashOctets ? readOctetString(node) : readBitString(node), isDataHashOctets };
}

export function signatureDeviations(what: string, signature: Uint8Array): readonly string[] {
  if (signature.length !== 64) return [];
  return [`The signature value of the ${what} is raw r‖s instead of DER.`];
}

export function extensionDeviations(what: string, extensions: readonly SealExtension[] | null): readonly string[] {
  const written = (extensions ?? []).filter(({ critical, isCriticalWritten }) => isCriticalWritten && !critical);
  return written.map(({ oid }) => `The extension ${oid} of the ${what} writes critical FALSE, which DER omits.`);
}

export function dataHashDeviations(isDataHashOctets: boolean): readonly string[] {
  return isDataHashOctets ? ['dataHash is an OCTET STRING instead of a BIT STRING.'] : [];
}
