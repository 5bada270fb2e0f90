// The cryptography of a container: values, user ids, algorithms, and the signed attributes and their order.

import { derInteger, derOctetString, derOid, derSequence } from '../../../common/asn1/der-write.ts';
import { compareBytes } from '../../../common/bytes.ts';
import { signSm2, sm2SignatureToRaw } from '../../../common/crypto/sm2.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { OID } from '../../../common/pki/oids.ts';
import { parseSignedData } from '../../../common/pki/read-signed-data.ts';
import { decodeSignature, encodeSignature } from '../../../seal/ses/signature-codec.ts';
import { pki } from '../world.ts';
import type { Attack, FailedStep } from './attack.ts';
import { type Parts, sealedBy } from './base.ts';
import { type Cms, encodeAttribute, encodeCms, partsOf, resigned, signedBytes } from './cms-by-hand.ts';

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const RSA_SHA256 = '1.2.840.113549.1.1.11';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const VALUE: FailedStep = { step: 'cms-signature-value', sub: 'SIG_CRYPTO_FAILURE' };
const SES_VALUE: FailedStep = { step: 'signature-value', sub: 'SIG_CRYPTO_FAILURE' };
const MALFORMED: FailedStep = { step: 'container', sub: 'FORMAT_FAILURE' };

const cms = (
  name: string,
  claim: string,
  found: Attack['found'],
  edit: (cms: Cms, parts: Parts) => Cms | Promise<Cms>,
): Attack => ({
  name,
  family: 'cryptography',
  claim,
  found,
  make: () => sealedBy(async (parts) => encodeCms(await edit(partsOf(parts.genuine), parts))),
});

const ses = (
  name: string,
  claim: string,
  change: (value: ReturnType<typeof decodeSignature>) => Uint8Array,
): Attack => ({
  name,
  family: 'cryptography',
  claim,
  found: SES_VALUE,
  make: () =>
    sealedBy(
      ({ genuine }) => {
        const signature = decodeSignature(genuine);
        return encodeSignature({ ...signature, signature: change(signature) });
      },
      { mode: 'ses' },
    ),
});

const WHO = 'The holder of the certificate signed';
const zero = derSequence(derInteger(0), derInteger(0));
const attributesOf = ({ genuine }: Parts) => parseSignedData(genuine).signedAttributes;
const without = (parts: Parts, oid: string) =>
  attributesOf(parts)
    .filter((attribute) => attribute.oid !== oid)
    .map(encodeAttribute);
/** In DER SET order again. */
const changed = (parts: Parts, oid: string, value: Uint8Array) =>
  attributesOf(parts)
    .map((attribute) => encodeAttribute(attribute.oid === oid ? { oid, values: [value] } : attribute))
    .toSorted(compareBytes);

export const CRYPTOGRAPHY: readonly Attack[] = [
  cms('a CMS value of r and s without DER', WHO, VALUE, (c) => ({ ...c, signature: sm2SignatureToRaw(c.signature) })),
  cms('a CMS value of zeros', WHO, VALUE, (c) => ({ ...c, signature: zero })),
  cms('a CMS value with bytes behind it', WHO, VALUE, (c) => ({
    ...c,
    signature: Uint8Array.from([...c.signature, 0]),
  })),
  cms('a CMS value under another user id', WHO, VALUE, (c) => ({
    ...c,
    signature: signSm2(pki.signer.key, signedBytes(c.attributes!), 'ALICE123@YAHOO.COM'),
  })),
  cms('a CMS value under an empty user id', WHO, VALUE, (c) => ({
    ...c,
    signature: signSm2(pki.signer.key, signedBytes(c.attributes!), ''),
  })),
  cms('a CMS value by another key', WHO, VALUE, async (c) => ({
    ...c,
    signature: await pki.maker.sign(signedBytes(c.attributes!)),
  })),
  cms('a CMS value over the attributes under their tag in the file', WHO, VALUE, async (c) => ({
    ...c,
    signature: await pki.signer.sign(Uint8Array.from([0xa0, ...signedBytes(c.attributes!).subarray(1)])),
  })),
  cms('a CMS value over the digest alone', WHO, VALUE, async (c, { digest }) => ({
    ...c,
    signature: await pki.signer.sign(digest),
  })),
  cms(
    'SM2 that is called ECDSA with SHA-256',
    'Any algorithm that fits the key will do',
    { step: 'cms-algorithms', sub: 'GENERIC', indication: 'INDETERMINATE' },
    (c) => ({
      ...c,
      signatureAlgorithm: ECDSA_SHA256,
    }),
  ),
  cms(
    'SM2 that is called RSA',
    'Any algorithm will do',
    { step: 'cms-algorithms', sub: 'GENERIC', indication: 'INDETERMINATE' },
    (c) => ({
      ...c,
      signatureAlgorithm: RSA_SHA256,
    }),
  ),
  cms(
    'an algorithm that nobody knows',
    'What is not known is good',
    { step: 'cms-algorithms', sub: 'GENERIC', indication: 'INDETERMINATE' },
    (c) => ({
      ...c,
      signatureAlgorithm: '1.2.3.4',
    }),
  ),
  cms('SHA-256 in place of SM3', 'Any digest will do', { step: 'cms-message-digest', sub: 'HASH_FAILURE' }, (c) => ({
    ...c,
    digestAlgorithm: SHA256,
  })),
  cms('signed attributes in another order', 'Order does not matter', MALFORMED, (c) =>
    resigned(c, c.attributes!.toReversed()),
  ),
  cms(
    'no signed attributes',
    'The document itself was signed',
    { step: 'container', sub: 'GENERIC', indication: 'INDETERMINATE' },
    async (c, { digest }) => ({
      ...c,
      attributes: null,
      signature: await pki.signer.sign(digest),
    }),
  ),
  cms(
    'no message digest',
    'The attributes are signed, that suffices',
    { step: 'cms-message-digest', sub: 'FORMAT_FAILURE' },
    (c, parts) => resigned(c, without(parts, OID.messageDigest)),
  ),
  cms(
    'another message digest',
    'The attributes are signed, that suffices',
    { step: 'cms-message-digest', sub: 'HASH_FAILURE' },
    (c, parts) => resigned(c, changed(parts, OID.messageDigest, derOctetString(sm3(new Uint8Array(1))))),
  ),
  cms(
    'a message digest of no bytes',
    'An empty digest is equal to every one',
    { step: 'cms-message-digest', sub: 'HASH_FAILURE' },
    (c, parts) => resigned(c, changed(parts, OID.messageDigest, derOctetString(new Uint8Array()))),
  ),
  cms('another content type', 'It is a document', { step: 'cms-content-type', sub: 'FORMAT_FAILURE' }, (c, parts) =>
    resigned(c, changed(parts, OID.contentType, derOid(OID.tstInfo))),
  ),
  cms(
    'no signing certificate among the attributes',
    WHO,
    { step: 'cms-signing-certificate', sub: 'SIG_CONSTRAINTS_FAILURE' },
    (c, parts) => resigned(c, without(parts, OID.signingCertificateV2)),
  ),
  cms(
    'no certificate carried',
    'Whoever is asked for has signed',
    { step: 'cms-signing-certificate', sub: 'NO_CERTIFICATE_CHAIN_FOUND' },
    (c) => ({
      ...c,
      certificates: [pki.authority.certificate.raw],
    }),
  ),
  ses('a seal signature of zeros', WHO, () => zero),
  ses('a seal signature under another user id', WHO, ({ tbsRaw }) =>
    signSm2(pki.signer.key, tbsRaw, 'ALICE123@YAHOO.COM'),
  ),
  ses('a seal signature by the maker of the seal', WHO, ({ tbsRaw }) => signSm2(pki.maker.key, tbsRaw)),
  ses('a seal signature of 64 bytes that are no r and s', WHO, () => new Uint8Array(64)),
  {
    name: 'a seal signature that says another algorithm',
    family: 'cryptography',
    claim: 'Any algorithm will do',
    found: { step: 'signature-format', sub: 'FORMAT_FAILURE' },
    make: () =>
      sealedBy(({ genuine }) => encodeSignature({ ...decodeSignature(genuine), signatureAlgorithm: ECDSA_SHA256 }), {
        mode: 'ses',
      }),
  },
];
