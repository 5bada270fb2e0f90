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
  sortedTrees,
} from '../asn1/der-write.ts';
import { sm3 } from '../crypto/sm3.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';

export type Attribute = {
  readonly oid: string;
  /** Each value a whole DER value. */
  readonly values: readonly Uint8Array[];
};

/** An attribute whose values are still in parts. */
export type AttributeTree = { readonly oid: string; readonly values: readonly DerTree[] };

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
  readonly unsignedAttributes?: readonly AttributeTree[];
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
  const { signedAttributes = [], encapsulated } = order;
  const oids = [...ALWAYS, ...signedAttributes.map(({ oid }) => oid)];
  if (new Set(oids).size !== oids.length) throw new RangeError('a signed attribute appears twice');
  return derSet(
    encodeAttribute({ oid: OID.contentType, values: [derOid(encapsulated?.contentType ?? OID.data)] }),
    encodeAttribute({ oid: OID.messageDigest, values: [derOctetString(order.digest)] }),
    signingCertificate(order.signerCert),
    ...signedAttributes.map(encodeAttribute),
  );
}

const ALWAYS: readonly string[] = [OID.contentType, OID.messageDigest, OID.signingCertificateV2];

type Assembly = Pick<SignedDataOrder, 'signerCert' | 'certs' | 'unsignedAttributes' | 'encapsulated'>;

/** The rest of the structure around signed attributes and their signature. */
export function assembleSignedData(order: Assembly, signedAttributes: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeDerTree(signedDataTree(order, signedAttributes, signature));
}

/** The same in parts: an unsigned attribute may be large, and would be copied at each of nine levels. */
export function signedDataTree(order: Assembly, signedAttributes: Uint8Array, signature: Uint8Array): DerTree {
  const { signerCert, certs, unsignedAttributes = [], encapsulated } = order;
  const certificates = certs && certificateSet(signerCert, certs);
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
  return sequence(derOid(OID.signedData), { tag: 0xa0, content: [signedData] });
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

/** [1] IMPLICIT SET OF Attribute. */
function unsignedTree(attributes: readonly AttributeTree[]): DerTree {
  const trees = attributes.map(({ oid, values }) =>
    sequence(derOid(oid), { tag: TAG.set, content: sortedTrees(values) }),
  );
  return { tag: 0xa1, content: sortedTrees(trees) };
}

const SM3_ALGORITHM = derSequence(derOid(OID.sm3));

/** The attribute SigningCertificateV2 with one ESSCertIDv2: SM3 of the certificate, and its issuer and serial number. */
function signingCertificate(certificate: Certificate): Uint8Array {
  const known = signingCertificates.get(certificate);
  if (known) return known;
  const directoryName = derExplicit(4, certificate.issuerRaw);
  const issuerSerial = derSequence(derSequence(directoryName), certificate.serialRaw);
  const essCertId = derSequence(SM3_ALGORITHM, derOctetString(sm3(certificate.raw)), issuerSerial);
  const values = [derSequence(derSequence(essCertId))];
  const attribute = encodeAttribute({ oid: OID.signingCertificateV2, values });
  signingCertificates.set(certificate, attribute);
  return attribute;
}

/** The same for every signature of a certificate. */
const signingCertificates = new WeakMap<Certificate, Uint8Array>();

function encodeAttribute({ oid, values }: Attribute): Uint8Array {
  return derSequence(derOid(oid), derSet(...values));
}

function uniqueRaw(certificates: readonly Certificate[]): readonly Uint8Array[] {
  return [...new Map(certificates.map(({ raw }) => [Buffer.from(raw).toString('base64'), raw])).values()];
}
