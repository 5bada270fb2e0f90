// CMS SignedData (RFC 5652) with SM2 and SM3: content detached or, as time stamps want it, inside, one signer, PKCS#9 attributes content-type,
// message-digest and signing-certificate-v2 (RFC 5035, SM3), and whatever attributes the caller adds.
// Here: the types and the making. The strict reader is read-signed-data.ts, the judgement verify-signed-data.ts.
// Not here: enveloped data, several signers, the content types of GB/T 35275.
import { TAG } from '../asn1/der.ts';
import {
  type DerTree,
  derExplicit,
  derImplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSet,
  encodeDerTree,
} from '../asn1/der-write.ts';
import { sm3 } from '../crypto/sm3.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';

export type Attribute = {
  readonly oid: string;
  /** Each value a whole DER value. */
  readonly values: readonly Uint8Array[];
};

/** Content that lies inside, under its type. */
export type Encapsulated = { readonly contentType: string; readonly content: Uint8Array };

export type SignedDataOrder = {
  /** Left out: the content is data, and detached. */
  readonly encapsulated?: Encapsulated;
  /** SM3 of the content, 32 bytes. */
  readonly digest: Uint8Array;
  readonly signerCert: Certificate;
  /** Further certificates to carry beside the signer's; null carries none at all. */
  readonly certs: readonly Certificate[] | null;
  /** Beside the three that are always there. */
  readonly signedAttributes?: readonly Attribute[];
  readonly unsignedAttributes?: readonly Attribute[];
  /** SM2 over the message by the signer's key, DER; a dummy of 72 bytes gives the largest size there is. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** DER of a ContentInfo with SignedData, certificates and attributes in DER SET order. */
export async function makeSignedData(order: SignedDataOrder): Promise<Uint8Array> {
  const signedAttributes = makeSignedAttributes(order);
  return assembleSignedData(order, signedAttributes, await order.sign(signedAttributes));
}

/** The bytes that the signer signs: the signed attributes in DER SET order under tag 0x31 (RFC 5652). */
export function makeSignedAttributes(
  order: Pick<SignedDataOrder, 'digest' | 'signerCert' | 'signedAttributes' | 'encapsulated'>,
): Uint8Array {
  if (order.digest.length !== 32) throw new RangeError(`an SM3 digest has 32 bytes, not ${order.digest.length}`);
  const always: readonly Attribute[] = [
    { oid: OID.contentType, values: [derOid(order.encapsulated?.contentType ?? OID.data)] },
    { oid: OID.messageDigest, values: [derOctetString(order.digest)] },
    { oid: OID.signingCertificateV2, values: [signingCertificate(order.signerCert)] },
  ];
  const all = [...always, ...(order.signedAttributes ?? [])];
  if (new Set(all.map(({ oid }) => oid)).size !== all.length) throw new RangeError('a signed attribute appears twice');
  return derSet(...all.map(encodeAttribute));
}

/** The rest of the structure around signed attributes and their signature. */
export function assembleSignedData(
  order: Pick<SignedDataOrder, 'signerCert' | 'certs' | 'unsignedAttributes' | 'encapsulated'>,
  signedAttributes: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  const { signerCert, certs, unsignedAttributes = [], encapsulated } = order;
  const certificates = certs && certificateSet(signerCert, certs);
  // A tree, because an unsigned attribute may be large and would be copied at each of nine levels.
  const signerInfo = sequence(
    derInteger(1),
    derSequence(signerCert.issuerRaw, signerCert.serialRaw),
    SM3_ALGORITHM,
    derImplicit(0, signedAttributes),
    derSequence(derOid(OID.sm2WithSm3)),
    derOctetString(signature),
    ...(unsignedAttributes.length > 0 ? [unsignedTree(unsignedAttributes)] : []),
  );
  const signedData = sequence(
    // RFC 5652: version 3 for content that is not data.
    derInteger(encapsulated ? 3 : 1),
    derSet(SM3_ALGORITHM),
    encapsulated
      ? derSequence(derOid(encapsulated.contentType), derExplicit(0, derOctetString(encapsulated.content)))
      : derSequence(derOid(OID.data)),
    ...(certificates ? [derImplicit(0, certificates)] : []),
    { tag: TAG.set, content: [signerInfo] },
  );
  return encodeDerTree(sequence(derOid(OID.signedData), { tag: 0xa0, content: [signedData] }));
}

/** The same for every signature of a party. */
const certificateSets = new WeakMap<
  readonly Certificate[],
  { readonly signerCert: Certificate; readonly set: Uint8Array }
>();

function certificateSet(signerCert: Certificate, certs: readonly Certificate[]): Uint8Array {
  const known = certificateSets.get(certs);
  if (known?.signerCert === signerCert) return known.set;
  const set = derSet(...uniqueRaw([signerCert, ...certs]));
  certificateSets.set(certs, { signerCert, set });
  return set;
}

const sequence = (...content: readonly DerTree[]): DerTree => ({ tag: TAG.sequence, content });

/** [1] IMPLICIT SET OF Attribute; a single one, which needs no sorting, stays in parts. */
function unsignedTree(attributes: readonly Attribute[]): DerTree {
  const [first] = attributes;
  if (attributes.length > 1 || !first || first.values.length > 1)
    return derImplicit(1, derSet(...attributes.map(encodeAttribute)));
  return { tag: 0xa1, content: [sequence(derOid(first.oid), { tag: TAG.set, content: first.values })] };
}

const SM3_ALGORITHM = derSequence(derOid(OID.sm3));

/** SigningCertificateV2 with one ESSCertIDv2: SM3 of the certificate, and its issuer and serial number. */
function signingCertificate(certificate: Certificate): Uint8Array {
  const known = signingCertificates.get(certificate);
  if (known) return known;
  const directoryName = derExplicit(4, certificate.issuerRaw);
  const issuerSerial = derSequence(derSequence(directoryName), certificate.serialRaw);
  const essCertId = derSequence(SM3_ALGORITHM, derOctetString(sm3(certificate.raw)), issuerSerial);
  const value = derSequence(derSequence(essCertId));
  signingCertificates.set(certificate, value);
  return value;
}

/** The same for every signature of a certificate. */
const signingCertificates = new WeakMap<Certificate, Uint8Array>();

function encodeAttribute({ oid, values }: Attribute): Uint8Array {
  return derSequence(derOid(oid), derSet(...values));
}

function uniqueRaw(certificates: readonly Certificate[]): readonly Uint8Array[] {
  return [...new Map(certificates.map(({ raw }) => [Buffer.from(raw).toString('base64'), raw])).values()];
}
