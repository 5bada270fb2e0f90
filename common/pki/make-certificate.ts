// Making SM2 certificates through @peculiar/x509, whose signing is replaced by ours; a second opinion on our own reader.
// The library takes a dotted identifier as algorithm name, so nothing is registered in its process-wide container.
// Not here: issuing in production; certificates come from a licensed authority (docs/operations.md).
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonNameParams,
  type KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { derNull } from '../asn1/der-write.ts';
import { toHex } from '../bytes.ts';
import { type Sm2PrivateKey, type Sm2PublicKey, signSm2 } from '../crypto/sm2.ts';
import { sm3 } from '../crypto/sm3.ts';
import { type Certificate, KEY_USAGES, type KeyUsage, parseCertificate } from './certificate.ts';
import { encodeIdentityCode } from './identity-code.ts';
import type { NamePart } from './name.ts';
import { OID } from './oids.ts';

export type CertificateRequest = {
  /** In the order of the encoding, country first. */
  readonly subject: readonly NamePart[];
  /** The issuer's name; the subject's own for a root. */
  readonly issuer: readonly NamePart[];
  /** Hexadecimal, at most 20 bytes, chosen by the caller. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: Sm2PublicKey;
  readonly issuerKey: Sm2PrivateKey;
  /** Null leaves basicConstraints out; a number is the path length. */
  readonly ca: { readonly pathLength: number } | null;
  readonly keyUsage: readonly KeyUsage[];
  /** Dotted purposes; critical when given. */
  readonly extendedKeyUsage?: readonly string[];
  /** RFC 6960: nobody needs to ask for the state of this responder. */
  readonly isOcspNoCheck?: boolean;
  /** The number of the holder's identity document, in the extension of GB/T 20518. */
  readonly identityCode?: string;
};

/** A v3 certificate with SM2/SM3 signature under the default user id; key identifiers are the first 20 bytes of SM3(point). */
export async function makeCertificate(request: CertificateRequest): Promise<Certificate> {
  const key = signingKey(request.issuerKey);
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: request.serial,
      subject: nameOf(request.subject),
      issuer: nameOf(request.issuer),
      notBefore: request.notBefore,
      notAfter: request.notAfter,
      publicKey: exact(request.publicKey.spki),
      signingKey: key,
      extensions: extensionsOf(request),
    },
    provider(request.issuerKey),
  );
  return parseCertificate(new Uint8Array(certificate.rawData));
}

function extensionsOf(request: CertificateRequest): Extension[] {
  const flags = request.keyUsage.reduce((sum, usage) => sum | (1 << KEY_USAGES.indexOf(usage)), 0);
  return [
    ...(request.ca ? [new BasicConstraintsExtension(true, request.ca.pathLength, true)] : []),
    ...(flags === 0 ? [] : [new KeyUsagesExtension(flags as KeyUsageFlags, true)]),
    ...(request.extendedKeyUsage ? [new ExtendedKeyUsageExtension([...request.extendedKeyUsage], true)] : []),
    ...(request.isOcspNoCheck ? [new Extension(OID.ocspNoCheck, false, exact(derNull()))] : []),
    ...(request.identityCode ? [identityCode(request.identityCode)] : []),
    new SubjectKeyIdentifierExtension(keyId(request.publicKey)),
    new AuthorityKeyIdentifierExtension(keyId(request.issuerKey.publicKey)),
  ];
}

function identityCode(code: string): Extension {
  return new Extension(OID.identityCode, false, exact(encodeIdentityCode(code)));
}

function keyId(key: Sm2PublicKey): string {
  return toHex(sm3(key.point).subarray(0, 20));
}

function nameOf(parts: readonly NamePart[]): Name {
  const name: JsonNameParams = parts.map(({ type, value }) => ({
    [type]: [type === 'C' || type === 'serialNumber' ? { printableString: value } : { utf8String: value }],
  }));
  return new Name(name);
}

/** The library wants a WebCrypto key only for its algorithm name; the key itself stays with the provider below. */
function signingKey(key: Sm2PrivateKey): webcrypto.CryptoKey {
  const shape = { type: 'private', extractable: false, usages: ['sign'], algorithm: { name: OID.sm2WithSm3 }, key };
  return shape as unknown as webcrypto.CryptoKey;
}

function provider(key: Sm2PrivateKey): webcrypto.Crypto {
  const subtle = {
    sign: async (_algorithm: unknown, _key: unknown, tbs: ArrayBuffer) => exact(signSm2(key, new Uint8Array(tbs))),
  };
  return { subtle } as unknown as webcrypto.Crypto;
}

function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
