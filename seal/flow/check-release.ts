// The last look before a sealed document leaves: its bytes are parsed anew and both signatures verified over them.
// The hash of the input is taken over from the sealing, the seal is compared with the verified own one instead of being
// verified again, and so is the certificate; nothing else is taken on trust.
import { type DerNode, parseDer, TAG } from '../../common/asn1/der.ts';
import { readBitString, readOctetString, readSequence } from '../../common/asn1/der-read.ts';
import { derOid } from '../../common/asn1/der-write.ts';
import { compareBytes, concatBytes, equalBytes, toHex } from '../../common/bytes.ts';
import { verifySm2 } from '../../common/crypto/sm2.ts';
import type { Sm3 } from '../../common/crypto/sm3.ts';
import { OID } from '../../common/pki/oids.ts';
import { verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE } from '../domain/seal-attributes.ts';
import { checkByteRange } from '../pdf/byte-range.ts';
import { type ByteSource, joinSources } from '../pdf/byte-source.ts';
import { openDocument } from '../pdf/document.ts';
import { listSignatureFields } from '../pdf/form.ts';
import type { SealingUpdate } from '../pdf/sealing-update.ts';
import type { SealingParty } from './sealing-party.ts';

export type ReleaseQuestion = {
  readonly source: ByteSource;
  readonly update: SealingUpdate;
  /** SM3 state over the whole input. */
  readonly prefix: Sm3;
  readonly party: SealingParty;
  /** Level T: the claimed time, which the token cannot precede. Null: there is no token. */
  readonly stampedAfter: Date | null;
  readonly password?: string | undefined;
};

/** Throws an Error, which is a fault of this program and not of the input, unless the result verifies. */
export function checkRelease({ source, update, prefix, party, stampedAfter, password }: ReleaseQuestion): void {
  const document = openDocument(joinSources(source, update.appended), password);
  const field = listSignatureFields(document).find(({ name }) => name === update.field);
  if (!field) throw released('the signature field cannot be found');
  const finding = checkByteRange(document, field.dict);
  if (!('signed' in finding)) throw released(finding.fault);
  const { byteRange, end, contents } = finding.signed;
  if (end !== document.source.size || byteRange[1] < source.size)
    throw released('the byte range is not the whole file');
  const tail = update.appended;
  const digest = prefix
    .copy()
    .update(tail.subarray(0, byteRange[1] - source.size))
    .update(tail.subarray(byteRange[2] - source.size))
    .digest();
  const parts = openContainer(contents);
  checkCms(parts, digest, party);
  checkSes(parts.unsigned.get(SES_KEY), digest, party);
  checkTimeStamp(parts, stampedAfter);
}

type Container = {
  readonly certificates: readonly DerNode[];
  readonly signer: DerNode;
  /** As signed: under the tag of a SET. */
  readonly signedRaw: Uint8Array;
  readonly signed: ReadonlyMap<string, DerNode>;
  readonly signature: Uint8Array;
  readonly unsigned: ReadonlyMap<string, DerNode>;
};

/** ContentInfo { signedData, [0] { version, algorithms, content, [0] certificates, { signerInfo } } } of RFC 5652. */
function openContainer(contents: Uint8Array): Container {
  const signedData = readSequence(readSequence(parseDer(contents), 2, 2)[1]!.children[0]!, 5, 5);
  const signerInfo = readSequence(signedData[4]!.children[0]!, 7, 7);
  const [, signer, , signed, , signature, unsigned] = signerInfo as [
    DerNode,
    DerNode,
    DerNode,
    DerNode,
    DerNode,
    DerNode,
    DerNode,
  ];
  return {
    certificates: signedData[3]!.children,
    signer,
    signedRaw: concatBytes(Uint8Array.of(TAG.set), signed.raw.subarray(1)),
    signed: attributesOf(signed),
    signature: readOctetString(signature),
    unsigned: attributesOf(unsigned),
  };
}

/** The single value of each attribute, by the DER of its identifier. */
function attributesOf(set: DerNode): ReadonlyMap<string, DerNode> {
  return new Map(set.children.map(({ children: [oid, values] }) => [toHex(oid!.raw), values!.children[0]!]));
}

const keyOf = (oid: string): string => toHex(derOid(oid));
const SES_KEY = keyOf(SES_SIGNATURE_ATTRIBUTE);
const STAMP_KEY = keyOf(OID.signatureTimeStamp);
const SEAL_DIGEST_KEY = keyOf(SEAL_DIGEST_ATTRIBUTE);
const MESSAGE_DIGEST_KEY = keyOf(OID.messageDigest);

function checkCms(parts: Container, digest: Uint8Array, { signerCertificate, sealDigest }: SealingParty): void {
  const { raw, issuerRaw, serialRaw } = signerCertificate;
  if (!equalBytes(parts.signer.content, concatBytes(issuerRaw, serialRaw))) throw released('the signer is another one');
  if (!parts.certificates.some((carried) => equalBytes(carried.raw, raw))) throw released('the certificate is missing');
  expectOctets(parts.signed.get(MESSAGE_DIGEST_KEY), digest, 'the message digest');
  expectOctets(parts.signed.get(SEAL_DIGEST_KEY), sealDigest, 'the digest of the seal');
  if (!verifySm2(signerCertificate.publicKey(), parts.signedRaw, parts.signature)) {
    throw released('the CMS signature does not verify');
  }
}

/** SES_Signature { toSign TBS_Sign { version, eseal, timeInfo, dataHash, … }, cert, signatureAlgID, signature }. */
function checkSes(node: DerNode | undefined, digest: Uint8Array, party: SealingParty): void {
  if (!node) throw released('the seal signature is missing');
  const [tbs, certificate, , signature] = readSequence(node, 4, 4);
  const [, seal, , dataHash] = readSequence(tbs!, 5, 6);
  if (compareBytes(seal!.raw, party.seal.raw) !== 0) throw released('the seal is another one');
  if (!equalBytes(readOctetString(certificate!), party.signerCertificate.raw))
    throw released('the sealer is another one');
  if (!equalBytes(readBitString(dataHash!), digest)) throw released('the seal signature has another digest');
  if (!verifySm2(party.signerCertificate.publicKey(), tbs!.raw, readBitString(signature!))) {
    throw released('the seal signature does not verify');
  }
}

/** Clocks are compared by who asked for the stamp. */
const END_OF_TIME = new Date(8.64e15);

/** The authority's chain is judged by who asks for stamps; here only that the token is over this very signature. */
function checkTimeStamp({ unsigned, signature: message }: Container, claimed: Date | null): void {
  const token = unsigned.get(STAMP_KEY);
  if (!claimed !== !token) throw released(claimed ? 'the time stamp is missing' : 'there is a time stamp');
  if (!claimed || !token) return;
  const trust = { roots: [], intermediates: [] };
  const { status, steps } = verifyTimeStamp(token.raw, { message, trust, now: END_OF_TIME, claimed });
  if (status === 'failed') throw released(steps.findLast((step) => step.status === 'failed')!.finding);
}

function expectOctets(node: DerNode | undefined, expected: Uint8Array, what: string): void {
  if (!node || !equalBytes(readOctetString(node), expected)) throw released(`${what} is another one`);
}

function released(found: string): Error {
  return new Error(`a sealed document did not pass its own verification: ${found}`);
}
