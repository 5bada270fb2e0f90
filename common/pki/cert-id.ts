// CertID (RFC 6960): the certificate that an OCSP message is about, by digests of its issuer and its serial number.
import { createHash } from 'node:crypto';
import type { DerNode } from '../asn1/der.ts';
import { parseDer, TAG } from '../asn1/der.ts';
import { readBitString, readOctetString, readOid, readSequence } from '../asn1/der-read.ts';
import { derInteger, derOctetString, derOid, derSequence } from '../asn1/der-write.ts';
import { equalBytes, fromHex, toHex } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';

export type CertId = {
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Lower-case hexadecimal without leading zero byte. */
  readonly serial: string;
};

// SHA-1 names here, it protects nothing: the answer is signed, and the serial number is compared.
const HASHES: Readonly<Record<string, string>> = { [OID.sm3]: 'sm3', [OID.sha1]: 'sha1', [OID.sha256]: 'sha256' };

/** By SM3. */
export function makeCertId(certificate: Pick<Certificate, 'serial'>, issuer: Certificate): CertId {
  return {
    hashAlgorithm: OID.sm3,
    issuerNameHash: hash('sm3', issuer.subjectRaw),
    issuerKeyHash: hash('sm3', keyOf(issuer)),
    serial: certificate.serial,
  };
}

/** True when the id names an issuer: the same name and the same key, by a hash that is known. */
export function isIssuerOf(issuer: Certificate, { hashAlgorithm, issuerNameHash, issuerKeyHash }: CertId): boolean {
  const name = HASHES[hashAlgorithm];
  if (name === undefined) return false;
  return equalBytes(hash(name, issuer.subjectRaw), issuerNameHash) && isKeyHash(issuer, issuerKeyHash, name);
}

/** True when the digest is that of the certificate's key: the bytes of the BIT STRING. */
export function isKeyHash(certificate: Certificate, digest: Uint8Array, name: string): boolean {
  return equalBytes(hash(name, keyOf(certificate)), digest);
}

export function encodeCertId({ hashAlgorithm, issuerNameHash, issuerKeyHash, serial }: CertId): Uint8Array {
  return derSequence(
    derSequence(derOid(hashAlgorithm)),
    derOctetString(issuerNameHash),
    derOctetString(issuerKeyHash),
    derInteger(fromHex(serial.length % 2 === 0 ? serial : `0${serial}`)),
  );
}

export function readCertId(node: DerNode): CertId {
  const [algorithm, name, key, serial] = readSequence(node, 4, 4);
  if (serial!.tag !== TAG.integer) throw new TrustError('revocation-malformed', 'a serial number that is no INTEGER');
  return {
    hashAlgorithm: readOid(readSequence(algorithm!, 1, 2)[0]!),
    issuerNameHash: readOctetString(name!),
    issuerKeyHash: readOctetString(key!),
    serial: toHex(serial!.content).replace(/^00(?=.)/, ''),
  };
}

const keyOf = ({ spki }: Certificate): Uint8Array => readBitString(readSequence(parseDer(spki), 2, 2)[1]!);
const hash = (name: string, bytes: Uint8Array) => new Uint8Array(createHash(name).update(bytes).digest());
