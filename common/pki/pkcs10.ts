// Certificate requests (PKCS#10, RFC 2986) with an SM2 key: made for a key of ours, and read strictly, the proof of
// possession checked. Not here: attributes such as requested extensions, which an authority decides by itself.
import { type DerNode, parseDer } from '../asn1/der.ts';
import { readBitString, readInteger, readOid, readSequence } from '../asn1/der-read.ts';
import { derBitString, derImplicit, derInteger, derOid, derSequence, derSet } from '../asn1/der-write.ts';
import { importSm2PublicKey, type Sm2PrivateKey, type Sm2PublicKey, signSm2, verifySm2 } from '../crypto/sm2.ts';
import { isTrustError, TrustError } from '../errors.ts';
import { encodeName, type NamePart, nameText, readName } from './name.ts';
import { OID } from './oids.ts';

export type Pkcs10 = {
  readonly raw: Uint8Array;
  readonly subject: string;
  readonly subjectRaw: Uint8Array;
  readonly subjectParts: readonly NamePart[];
  readonly publicKey: Sm2PublicKey;
};

const MAX_BYTES = 16_384;
const VERSION = 0;

/** DER of a request for this subject, signed with SM2 and SM3 under the default user id. */
export function makePkcs10(subject: readonly NamePart[], key: Sm2PrivateKey): Uint8Array {
  const noAttributes = derImplicit(0, derSet());
  const info = derSequence(derInteger(VERSION), encodeName(subject), key.publicKey.spki, noAttributes);
  return derSequence(info, derSequence(derOid(OID.sm2WithSm3)), derBitString(signSm2(key, info)));
}

/** `certificate-request-invalid` unless it is strict DER, of an SM2 key, and signed by that key. */
export function parsePkcs10(der: Uint8Array): Pkcs10 {
  if (der.length > MAX_BYTES) throw invalid(`a request of more than ${MAX_BYTES} bytes`);
  try {
    return readRequest(parseDer(der));
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed') || isTrustError(cause, 'key-malformed'))
      throw invalid(cause.message, cause);
    throw cause;
  }
}

/** PEM text of a request. */
export function pkcs10Pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

function readRequest(root: DerNode): Pkcs10 {
  const [info, algorithm, signature] = readSequence(root, 3, 3);
  const [version, subject, spki, attributes] = readSequence(info!, 4, 4);
  if (readInteger(version!) !== VERSION) throw invalid('the version is not v1');
  if (attributes!.tag !== 0xa0) throw invalid('the attributes are missing');
  const [oid] = readSequence(algorithm!, 1, 2);
  if (readOid(oid!) !== OID.sm2WithSm3) throw invalid('the request is not signed with SM2 and SM3');
  const publicKey = importSm2PublicKey(spki!.raw);
  if (!verifySm2(publicKey, info!.raw, readBitString(signature!)))
    throw invalid(
      'the signature does not verify under the key to be certified with the default user id 1234567812345678',
    );
  const subjectParts = readName(subject!);
  return { raw: root.raw, subject: nameText(subjectParts), subjectRaw: subject!.raw, subjectParts, publicKey };
}

function invalid(found: string, cause?: unknown): TrustError {
  return new TrustError('certificate-request-invalid', found, { cause });
}
