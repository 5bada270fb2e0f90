// The last look at what a sealing wrote into /Contents: every signature is verified anew over the digest of the bytes that
// are there. The seal is compared with the verified own one instead of being verified again, and so is the certificate.
import { type DerNode, parseDer, TAG } from '../../common/asn1/der.ts';
import { readBitString, readExplicit, readOctetString, readSequence } from '../../common/asn1/der-read.ts';
import { derOid } from '../../common/asn1/der-write.ts';
import { compareBytes, concatBytes, equalBytes, toHex } from '../../common/bytes.ts';
import { verifySm2 } from '../../common/crypto/sm2.ts';
import { OID } from '../../common/pki/oids.ts';
import { NO_TRUST } from '../../common/pki/trust-stores.ts';
import { verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import type { ContainerMode } from '../domain/container.ts';
import type { ContainerParty } from './make-container.ts';

export type ContainerQuestion = {
  /** SM3 of the ByteRange bytes. */
  readonly digest: Uint8Array;
  readonly party: ContainerParty;
  readonly mode: ContainerMode;
  /** Level T: the claimed time, which the token cannot precede. Null: there is no token. */
  readonly stampedAfter: Date | null;
};

/** Throws what `released` makes unless the container is of the mode and verifies. */
export function checkContainer(contents: Uint8Array, question: ContainerQuestion): void {
  const { mode, stampedAfter } = question;
  if (mode === 'ses') {
    checkSes(parseDer(contents, LAZY), question, stampedAfter);
    return;
  }
  const parts = openCms(contents);
  checkCms(parts, question);
  const ses = parts.unsigned.get(keyOf(question.party.containers.attributes.sesSignature));
  if (mode === 'dual') {
    if (!ses) throw released('the seal signature is missing');
    checkSes(ses, question, null);
  } else if (ses) throw released('there is a seal signature');
  checkTimeStamp(parts.unsigned.get(STAMP_KEY)?.raw, parts.signature, stampedAfter);
}

/** A fault of this program, and not of the input. */
export function released(found: string): Error {
  return new Error(`a sealed document did not pass its own verification: ${found}`);
}

/** The parts that are not looked into are compared byte by byte with ours: seal and certificates. */
const LAZY = { isLazy: true };

type CmsParts = {
  readonly certificates: readonly DerNode[];
  readonly signer: DerNode;
  /** As signed: under the tag of a SET. */
  readonly signedRaw: Uint8Array;
  readonly signed: ReadonlyMap<string, DerNode>;
  readonly signature: Uint8Array;
  readonly unsigned: ReadonlyMap<string, DerNode>;
};

/** ContentInfo { signedData, [0] { version, algorithms, content, [0] certificates, { signerInfo } } } of RFC 5652. */
function openCms(contents: Uint8Array): CmsParts {
  const signedData = readSequence(readSequence(parseDer(contents, LAZY), 2, 2)[1]!.children[0]!, 5, 5);
  const signerInfo = readSequence(signedData[4]!.children[0]!, 6, 7);
  const [, signer, , signed, , signature, unsigned] = signerInfo;
  return {
    certificates: signedData[3]!.children,
    signer: signer!,
    signedRaw: concatBytes(Uint8Array.of(TAG.set), signed!.raw.subarray(1)),
    signed: attributesOf(signed!),
    signature: readOctetString(signature!),
    unsigned: unsigned ? attributesOf(unsigned) : new Map(),
  };
}

/** The single value of each attribute, by the DER of its identifier. */
function attributesOf(set: DerNode): ReadonlyMap<string, DerNode> {
  return new Map(set.children.map(({ children: [oid, values] }) => [toHex(oid!.raw), values!.children[0]!]));
}

const keyOf = (oid: string): string => toHex(derOid(oid));
const STAMP_KEY = keyOf(OID.signatureTimeStamp);
const MESSAGE_DIGEST_KEY = keyOf(OID.messageDigest);

function checkCms(parts: CmsParts, { digest, party, mode }: ContainerQuestion): void {
  const { signerCertificate, sealDigest, containers } = party;
  const { raw, issuerRaw, serialRaw } = signerCertificate;
  if (!equalBytes(parts.signer.content, concatBytes(issuerRaw, serialRaw))) throw released('the signer is another one');
  if (!parts.certificates.some((carried) => equalBytes(carried.raw, raw))) throw released('the certificate is missing');
  expectOctets(parts.signed.get(MESSAGE_DIGEST_KEY), digest, 'the message digest');
  const named = parts.signed.get(keyOf(containers.attributes.sealDigest));
  if (mode === 'dual') expectOctets(named, sealDigest, 'the digest of the seal');
  else if (named) throw released('a seal is named');
  if (!verifySm2(signerCertificate.publicKey(), parts.signedRaw, parts.signature)) {
    throw released('the CMS signature does not verify');
  }
}

/** SES_Signature { toSign TBS_Sign { version, eseal, timeInfo, dataHash, … }, cert, signatureAlgID, signature, [0]? }. */
function checkSes(node: DerNode, { digest, party }: ContainerQuestion, stampedAfter: Date | null): void {
  const [tbs, certificate, , value, stamp] = readSequence(node, 4, 5);
  const [, seal, , dataHash] = readSequence(tbs!, 5, 6);
  if (compareBytes(seal!.raw, party.seal.raw) !== 0) throw released('the seal is another one');
  if (!equalBytes(readOctetString(certificate!), party.signerCertificate.raw))
    throw released('the sealer is another one');
  if (!equalBytes(readBitString(dataHash!), digest)) throw released('the seal signature has another digest');
  const signature = readBitString(value!);
  if (!verifySm2(party.signerCertificate.publicKey(), tbs!.raw, signature)) {
    throw released('the seal signature does not verify');
  }
  checkTimeStamp(stamp && readBitString(readExplicit(stamp, 0)), signature, stampedAfter);
}

/** Clocks are compared by who asked for the stamp. */
const END_OF_TIME = new Date(8.64e15);

/** The authority's chain is judged by who asks for stamps; here only that the token is over this very signature. */
function checkTimeStamp(token: Uint8Array | undefined, message: Uint8Array, claimed: Date | null): void {
  if (!claimed !== !token) throw released(claimed ? 'the time stamp is missing' : 'there is a time stamp');
  if (!claimed || !token) return;
  const { status, steps } = verifyTimeStamp(token, { message, trust: NO_TRUST, now: END_OF_TIME, claimed });
  if (status === 'failed') throw released(steps.findLast((step) => step.status === 'failed')!.finding);
}

function expectOctets(node: DerNode | undefined, expected: Uint8Array, what: string): void {
  if (!node || !equalBytes(readOctetString(node), expected)) throw released(`${what} is another one`);
}
