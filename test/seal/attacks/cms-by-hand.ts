// A CMS SignedData put together field by field, so that each can be wrong by itself.
import {
  derExplicit,
  derImplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSet,
  derTlv,
} from '../../../common/asn1/der-write.ts';
import { concatBytes } from '../../../common/bytes.ts';
import { OID } from '../../../common/pki/oids.ts';
import { type ParsedSignedData, parseSignedData } from '../../../common/pki/read-signed-data.ts';
import type { Attribute } from '../../../common/pki/signed-data.ts';
import type { Party } from '../../_harness/pki.ts';
import { pki } from '../world.ts';

export type Cms = {
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** The signed attributes as they are written; null: there are none. */
  readonly attributes: readonly Uint8Array[] | null;
  readonly unsigned: readonly Attribute[];
  readonly signature: Uint8Array;
  readonly content: Uint8Array | null;
  readonly version: number;
  readonly certificates: readonly Uint8Array[];
  readonly signerOf: ParsedSignedData['signerCertificate'];
  /** How often the signer info stands in it. */
  readonly signers: number;
};

export const encodeAttribute = ({ oid, values }: Attribute): Uint8Array => derSequence(derOid(oid), derSet(...values));

/** The parts of a genuine CMS. */
export function partsOf(der: Uint8Array): Cms {
  const cms = parseSignedData(der);
  return {
    digestAlgorithm: cms.digestAlgorithm,
    signatureAlgorithm: cms.signatureAlgorithm,
    attributes: cms.signedAttributes.map(encodeAttribute),
    unsigned: cms.unsignedAttributes,
    signature: cms.signature,
    content: null,
    version: 1,
    certificates: cms.certificates.map(({ raw }) => raw),
    signerOf: cms.signerCertificate,
    signers: 1,
  };
}

/** What the signer signs. */
export const signedBytes = (attributes: readonly Uint8Array[]): Uint8Array => derTlv(0x31, ...attributes);

/** `cms` with other attributes, signed anew. */
export async function resigned(cms: Cms, attributes: readonly Uint8Array[], by: Party = pki.signer): Promise<Cms> {
  return { ...cms, attributes, signature: await by.sign(signedBytes(attributes)) };
}

export function encodeCms(cms: Cms): Uint8Array {
  const { signerOf, attributes, unsigned } = cms;
  const algorithm = derSequence(derOid(cms.digestAlgorithm));
  const info = derSequence(
    derInteger(1),
    derSequence(signerOf!.issuerRaw, signerOf!.serialRaw),
    algorithm,
    ...(attributes ? [derTlv(0xa0, ...attributes)] : []),
    derSequence(derOid(cms.signatureAlgorithm)),
    derOctetString(cms.signature),
    ...(unsigned.length > 0 ? [derImplicit(1, derSet(...unsigned.map(encodeAttribute)))] : []),
  );
  const content = cms.content ? [derExplicit(0, derOctetString(cms.content))] : [];
  const signedData = derSequence(
    derInteger(cms.version),
    derSet(algorithm),
    derSequence(derOid(OID.data), ...content),
    derImplicit(0, derSet(...cms.certificates)),
    derTlv(0x31, concatBytes(...Array.from({ length: cms.signers }, () => info))),
  );
  return derSequence(derOid(OID.signedData), derExplicit(0, signedData));
}
