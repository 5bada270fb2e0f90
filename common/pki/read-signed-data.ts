// The reader of CMS SignedData (RFC 5652): one signer, named by issuer and serial number, with signed attributes in DER
// order. Whatever else it meets is `cms-malformed` with what was found. What others write besides is read by a second
// door, which names every tolerance, and names what is lawful but not judged here. Judging is verify-signed-data.ts.
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import { readExplicit, readInteger, readOctetString, readOid, readSequence, readSet } from '../asn1/der-read.ts';
import { compareBytes, concatBytes, equalBytes } from '../bytes.ts';
import { isTrustError, TrustError } from '../errors.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { OID } from './oids.ts';
import type { Attribute } from './signed-data.ts';

export type ParsedSignedData = {
  readonly raw: Uint8Array;
  readonly version: number;
  /** eContentType. */
  readonly contentType: string;
  /** eContent; null when detached. */
  readonly content: Uint8Array | null;
  /** In the order received. */
  readonly certificates: readonly Certificate[];
  /** The carried certificate that the signer info names; null when it is not among them. */
  readonly signerCertificate: Certificate | null;
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** Its whole AlgorithmIdentifier. */
  readonly signatureAlgorithmRaw: Uint8Array;
  readonly signature: Uint8Array;
  readonly signedAttributes: readonly Attribute[];
  /** What the signature covers: the received attributes under tag 0x31. */
  readonly signedAttributesRaw: Uint8Array;
  readonly unsignedAttributes: readonly Attribute[];
};

/** Reads a DER ContentInfo with SignedData that fills `der`; `cms-malformed` says what is wrong. */
export function parseSignedData(der: Uint8Array): ParsedSignedData {
  return read(der, STRICT);
}

/** A SignedData of another signer: read with tolerances, or a lawful form that is not judged here. */
export type ForeignSignedData =
  | { readonly cms: ParsedSignedData; readonly deviations: readonly string[] }
  | { readonly unjudged: string };

/** The tolerant reader. `cms-malformed` for what is no CMS in any form. */
export function parseForeignSignedData(der: Uint8Array): ForeignSignedData {
  if (der[0] === TAG.sequence && der[1] === 0x80) return { unjudged: 'a CMS in BER of indefinite length' };
  const deviations = new Set<string>();
  try {
    const cms = read(der, (found) => void deviations.add(found));
    return { cms, deviations: [...deviations] };
  } catch (error) {
    if (error instanceof Unjudged) return { unjudged: error.message };
    throw error;
  }
}

/** What becomes of a deviation that others live with. */
type Tolerance = (found: string) => void;

const STRICT: Tolerance = (found) => {
  throw wrong(found);
};

/** A lawful form that the strict reader refuses and the tolerant one does not judge. */
class Unjudged extends Error {}

function refuse(tolerate: Tolerance, found: string): Error {
  return tolerate === STRICT ? wrong(found) : new Unjudged(found);
}

function read(der: Uint8Array, tolerate: Tolerance): ParsedSignedData {
  try {
    return readContentInfo(parseDer(der), tolerate);
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed') || isTrustError(cause, 'certificate-malformed'))
      throw new TrustError('cms-malformed', cause.message, { cause });
    throw cause;
  }
}

/** The one value of an attribute; null when the attribute is absent, `cms-malformed` when it has several values. */
export function findAttribute(attributes: readonly Attribute[], oid: string): Uint8Array | null {
  const attribute = attributes.find((candidate) => candidate.oid === oid);
  if (!attribute) return null;
  if (attribute.values.length !== 1) throw wrong(`the attribute ${oid} has ${attribute.values.length} values`);
  return attribute.values[0]!;
}

function readContentInfo(node: DerNode, tolerate: Tolerance): ParsedSignedData {
  const [type, content] = readSequence(node, 2, 2);
  const contentType = readOid(type!);
  if (contentType !== OID.signedData) throw wrong(`the content is ${contentType}, not SignedData`);
  const fields = readSequence(readExplicit(content!, 0), 4, 6);
  const [version, digests, encapsulated, ...rest] = fields;
  const signers = rest.at(-1)!;
  const optional = rest.slice(0, -1);
  const certificateSet = optional.find(({ tag }) => tag === 0xa0);
  if (optional.some(({ tag }, index) => tag !== (index === 0 && certificateSet ? 0xa0 : 0xa1)))
    throw wrong('an unknown field before the signer infos');
  const number = readInteger(version!);
  const inner = readEncapsulated(encapsulated!);
  // RFC 5652: 3 for a content type other than data, else 1; the number is not signed, so it has to be the right one.
  const expected = inner.contentType === OID.data ? 1 : 3;
  if (number !== expected) tolerate(`SignedData of version ${number}, where its content asks for ${expected}`);
  const certificates = certificateSet
    ? readSorted(certificateSet, tolerate).map(({ raw }) => parseCertificate(raw))
    : [];
  if (signers.children.length > 1) throw refuse(tolerate, `a CMS with ${signers.children.length} signers`);
  const info = readSignerInfo(readSet(signers, 1, 1)[0]!, certificates, tolerate);
  const listed = readSet(digests!, 1, 8).map((algorithm) => readOid(readSequence(algorithm, 1, 2)[0]!));
  if (!listed.includes(info.digestAlgorithm)) throw wrong("digestAlgorithms lacks the signer's algorithm");
  return { raw: node.raw, version: number, ...inner, certificates, ...info };
}

function readEncapsulated(node: DerNode): Pick<ParsedSignedData, 'contentType' | 'content'> {
  const [type, content] = readSequence(node, 1, 2);
  return { contentType: readOid(type!), content: content ? readOctetString(readExplicit(content, 0)) : null };
}

function readSignerInfo(node: DerNode, certificates: readonly Certificate[], tolerate: Tolerance) {
  const [version, identifier, digest, signed, algorithm, signature, unsigned] = readSequence(node, 5, 7);
  if (signed!.tag !== 0xa0) throw refuse(tolerate, 'there are no signed attributes');
  const isNamed = readIdentifier(readInteger(version!), identifier!, tolerate);
  if (!signature) throw wrong('the signer info has no signature');
  if (unsigned && unsigned.tag !== 0xa1) throw wrong('an unknown field after the signature');
  return {
    signerCertificate: certificates.find(isNamed) ?? null,
    digestAlgorithm: readOid(readSequence(digest!, 1, 2)[0]!),
    signatureAlgorithm: readOid(readSequence(algorithm!, 1, 2)[0]!),
    signatureAlgorithmRaw: algorithm!.raw,
    signature: readOctetString(signature!),
    signedAttributes: readAttributes(signed!),
    signedAttributesRaw: concatBytes(Uint8Array.of(TAG.set), signed!.raw.subarray(1)),
    unsignedAttributes: unsigned ? readAttributes(unsigned) : [],
  };
}

type IsNamed = (certificate: Certificate) => boolean;

/** SignerIdentifier: issuer and serial number, or, tolerated, the key identifier. */
function readIdentifier(version: number, identifier: DerNode, tolerate: Tolerance): IsNamed {
  if (identifier.tag === 0x80) {
    tolerate('the signer is named by key identifier');
    return ({ subjectKeyId }) => subjectKeyId !== null && equalBytes(subjectKeyId, identifier.content);
  }
  if (version !== 1) tolerate(`a signer info of version ${version} that names issuer and serial number`);
  const [issuer, serial] = readSequence(identifier, 2, 2);
  return ({ issuerRaw, serialRaw }) => equalBytes(issuerRaw, issuer!.raw) && equalBytes(serialRaw, serial!.raw);
}

function readAttributes(node: DerNode): readonly Attribute[] {
  const attributes = readSorted(node, STRICT).map((child) => {
    const [oid, values] = readSequence(child, 2, 2);
    return { oid: readOid(oid!), values: readSet(values!, 1, 16).map(({ raw }) => raw) };
  });
  if (attributes.length === 0) throw wrong('an empty set of attributes');
  if (new Set(attributes.map(({ oid }) => oid)).size !== attributes.length) throw wrong('an attribute appears twice');
  return attributes;
}

/** The elements of an implicitly tagged SET OF, whose order the DER reader cannot know about. */
function readSorted(node: DerNode, tolerate: Tolerance): readonly DerNode[] {
  if (node.children.length > 64) throw wrong('a set of more than 64 elements');
  for (let i = 1; i < node.children.length; i++) {
    if (compareBytes(node.children[i - 1]!.raw, node.children[i]!.raw) > 0) tolerate('a SET OF that is not sorted');
  }
  return node.children;
}

function wrong(found: string): TrustError {
  return new TrustError('cms-malformed', found);
}
