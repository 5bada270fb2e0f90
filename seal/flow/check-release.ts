// The last look before a sealed document leaves: its bytes are parsed anew and both signatures verified over them.
// The hash of the input is taken over from the sealing, the seal is compared with the verified own one instead of being
// verified again, and so is the certificate; nothing else is taken on trust.
import { parseDer } from '../../common/asn1/der.ts';
import { readBitString, readOctetString, readSequence } from '../../common/asn1/der-read.ts';
import { equalBytes } from '../../common/bytes.ts';
import { verifySm2 } from '../../common/crypto/sm2.ts';
import type { Sm3 } from '../../common/crypto/sm3.ts';
import { OID } from '../../common/pki/oids.ts';
import { findAttribute, type ParsedSignedData, parseSignedData } from '../../common/pki/read-signed-data.ts';
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
};

/** Throws an Error, which is a fault of this program and not of the input, unless the result verifies. */
export function checkRelease({ source, update, prefix, party }: ReleaseQuestion): void {
  const document = openDocument(joinSources(source, update.appended));
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
  const cms = parseSignedData(contents);
  checkCms(cms, digest, party);
  checkSes(findAttribute(cms.unsignedAttributes, SES_SIGNATURE_ATTRIBUTE), digest, party);
}

function checkCms(cms: ParsedSignedData, digest: Uint8Array, party: SealingParty): void {
  const signer = cms.signerCertificate;
  if (!signer || !equalBytes(signer.raw, party.signerCertificate.raw)) throw released('the signer is another one');
  expectOctets(findAttribute(cms.signedAttributes, OID.messageDigest), digest, 'the message digest');
  expectOctets(findAttribute(cms.signedAttributes, SEAL_DIGEST_ATTRIBUTE), party.sealDigest, 'the digest of the seal');
  if (!verifySm2(party.signerCertificate.publicKey(), cms.signedAttributesRaw, cms.signature)) {
    throw released('the CMS signature does not verify');
  }
}

/** SES_Signature { toSign TBS_Sign { version, eseal, timeInfo, dataHash, … }, cert, signatureAlgID, signature }. */
function checkSes(der: Uint8Array | null, digest: Uint8Array, party: SealingParty): void {
  if (!der) throw released('the seal signature is missing');
  const [tbs, certificate, , signature] = readSequence(parseDer(der), 4, 4);
  const [, seal, , dataHash] = readSequence(tbs!, 5, 6);
  if (!equalBytes(seal!.raw, party.seal.raw)) throw released('the seal is another one');
  if (!equalBytes(readOctetString(certificate!), party.signerCertificate.raw))
    throw released('the sealer is another one');
  if (!equalBytes(readBitString(dataHash!), digest)) throw released('the seal signature has another digest');
  if (!verifySm2(party.signerCertificate.publicKey(), tbs!.raw, readBitString(signature!))) {
    throw released('the seal signature does not verify');
  }
}

function expectOctets(value: Uint8Array | null, expected: Uint8Array, what: string): void {
  if (!value || !equalBytes(readOctetString(parseDer(value)), expected)) throw released(`${what} is another one`);
}

function released(found: string): Error {
  return new Error(`a sealed document did not pass its own verification: ${found}`);
}
