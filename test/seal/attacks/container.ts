// The container taken apart: the seal signature stripped, exchanged, moved between documents, doubled, or put under a name
// that says something else.
import { OID } from '../../../common/pki/oids.ts';
import { findAttribute, parseSignedData } from '../../../common/pki/read-signed-data.ts';
import { makeSignedData } from '../../../common/pki/signed-data.ts';
import type { ContainerMode } from '../../../seal/domain/container.ts';
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE } from '../../../seal/domain/seal-attributes.ts';
import { makeSignature } from '../../../seal/ses/make-signature.ts';
import { AT, issue } from '../../_harness/pki.ts';
import { handMade, plainObjects } from '../pdf/hand-made.ts';
import { makeTestSeal, pki, sealBytes, stamperOf } from '../world.ts';
import { type Attack, onEach } from './attack.ts';
import { contentsOf, type Parts, replace, sealed, sealedBy, withContents } from './base.ts';
import { type Cms, encodeAttribute, encodeCms, partsOf, resigned } from './cms-by-hand.ts';

const edited = (
  name: string,
  claim: string,
  found: Attack['found'],
  edit: (parts: Parts) => Uint8Array | Promise<Uint8Array>,
  mode: ContainerMode = 'dual',
): Attack => ({ name, family: 'container', claim, found, make: () => sealedBy(edit, { mode }) });

const BINDING = { step: 'seal-binding', sub: 'SIG_CONSTRAINTS_FAILURE' } as const;
const FORMAT = { step: 'container', sub: 'FORMAT_FAILURE' } as const;
const sesOf = (der: Uint8Array): Uint8Array =>
  findAttribute(parseSignedData(der).unsignedAttributes, SES_SIGNATURE_ATTRIBUTE)!;
const withSes = (cms: Cms, ...values: readonly Uint8Array[]): Uint8Array =>
  encodeCms({ ...cms, unsigned: values.map((value) => ({ oid: SES_SIGNATURE_ATTRIBUTE, values: [value] })) });

/** Sealed like FORM, and another document. */
const other = (mode: ContainerMode): Promise<Uint8Array> =>
  sealBytes(handMade({ objects: plainObjects() }), { mode, at: { xMm: 120, yMm: 200 } });

export const CONTAINER: readonly Attack[] = [
  ...onEach(['dual', 'ses', 'cms'] as const, {
    name: 'the signature of another document in the gap',
    family: 'container',
    claim: 'This document was sealed',
    found: (mode) => ({ step: mode === 'ses' ? 'document-digest' : 'cms-message-digest', sub: 'HASH_FAILURE' }),
    make: async (mode) => sealedBy(async () => contentsOf(await other(mode)), { mode }),
  }),
  edited('the seal stripped from the CMS', 'It was a plain signature', BINDING, ({ genuine }) =>
    withSes(partsOf(genuine)),
  ),
  edited(
    'the seal signature of another document in the CMS',
    'The seal is on this document',
    { step: 'document-digest', sub: 'HASH_FAILURE' },
    async ({ genuine }) => withSes(partsOf(genuine), sesOf(contentsOf(await other('dual')))),
  ),
  edited(
    'another seal of the same signer in the CMS',
    'The other department sealed',
    BINDING,
    async ({ genuine, digest }) => {
      const order = {
        seal: await makeTestSeal('36010000000009'),
        signerCertificate: pki.signer.certificate,
        dataHash: digest,
        propertyInfo: 'PDF ByteRange',
        time: AT,
      };
      return withSes(partsOf(genuine), await makeSignature({ ...order, sign: pki.signer.sign }));
    },
  ),
  edited(
    'two seal signatures in one CMS',
    'The one that is read is the one that is shown',
    { step: 'signature-format', sub: 'FORMAT_FAILURE' },
    async ({ genuine }) =>
      encodeCms({
        ...partsOf(genuine),
        unsigned: [{ oid: SES_SIGNATURE_ATTRIBUTE, values: [sesOf(genuine), sesOf(contentsOf(await other('dual')))] }],
      }),
  ),
  edited('a seal beside a CMS that does not name it', 'The signer used the seal', BINDING, async ({ genuine }) => {
    const cms = partsOf(genuine);
    const without = parseSignedData(genuine).signedAttributes.filter(({ oid }) => oid !== SEAL_DIGEST_ATTRIBUTE);
    return encodeCms(await resigned(cms, without.map(encodeAttribute)));
  }),
  edited(
    'the CMS of a stranger around a genuine seal signature',
    'The stranger has the seal',
    BINDING,
    async ({ genuine, digest }) => {
      const stranger = await issue('36010000000007', pki.authority);
      const digestOfSeal = parseSignedData(genuine).signedAttributes.find(({ oid }) => oid === SEAL_DIGEST_ATTRIBUTE)!;
      return makeSignedData({
        digest,
        signerCert: stranger.certificate,
        certs: [pki.authority.certificate],
        signedAttributes: [digestOfSeal],
        unsignedAttributes: [{ oid: SES_SIGNATURE_ATTRIBUTE, values: [sesOf(genuine)] }],
        sign: stranger.sign,
      });
    },
  ),
  edited('the seal signature alone under the name of a CMS', 'The CMS was never there', FORMAT, ({ genuine }) =>
    sesOf(genuine),
  ),
  edited(
    'a CMS under the name of a seal signature',
    'There is a seal in it',
    FORMAT,
    ({ digest }) => makeSignedData({ digest, signerCert: pki.signer.certificate, certs: [], sign: pki.signer.sign }),
    'ses',
  ),
  edited('bytes that are neither CMS nor seal', 'There is a signature in it', FORMAT, () =>
    Uint8Array.of(0x30, 3, 2, 1, 5),
  ),
  edited(
    'a seal that cannot be read in a CMS',
    'There is a seal in it',
    { step: 'signature-format', sub: 'FORMAT_FAILURE' },
    ({ genuine }) => withSes(partsOf(genuine), Uint8Array.of(0x30, 3, 2, 1, 5)),
  ),
  edited(
    'two signers in one CMS',
    'Whoever is read first has signed',
    { step: 'container', sub: 'GENERIC', indication: 'INDETERMINATE' },
    ({ genuine }) => encodeCms({ ...partsOf(genuine), signers: 2 }),
  ),
  edited('a CMS without signers', 'Nothing failed, so it is good', FORMAT, ({ genuine }) =>
    encodeCms({ ...partsOf(genuine), signers: 0 }),
  ),
  edited(
    'the document inside the CMS',
    'What is inside is what was signed',
    { step: 'cms-message-digest', sub: 'FORMAT_FAILURE' },
    ({ genuine }) => encodeCms({ ...partsOf(genuine), content: Uint8Array.of(1, 2, 3) }),
  ),
  {
    name: 'a form that nobody knows',
    family: 'container',
    claim: 'What cannot be judged is good',
    found: { step: 'container', sub: 'GENERIC', indication: 'INDETERMINATE' },
    make: async () => replace(await sealed(), '/SubFilter /ETSI.CAdES.detached', '/SubFilter /ETSI.CAdES.detachex'),
  },
  {
    name: 'a time-stamp token as the signature of the document',
    family: 'container',
    claim: 'The department sealed, not the time-stamp authority',
    found: FORMAT,
    make: async () => {
      const pdf = await sealedBy(({ genuine }) => genuine, { mode: 'ses' });
      return withContents(pdf, await stamperOf().stamp(contentsOf(pdf)));
    },
  },
  edited('the seal digest under two values', 'One of them fits', BINDING, async ({ genuine }) => {
    const cms = parseSignedData(genuine);
    const attributes = cms.signedAttributes.map(({ oid, values }) =>
      encodeAttribute({
        oid,
        values: oid === SEAL_DIGEST_ATTRIBUTE ? [...values, values[0]!.with(3, values[0]![3]! ^ 1)] : values,
      }),
    );
    return encodeCms(await resigned(partsOf(genuine), attributes));
  }),
  edited(
    'an unsigned token in place of the seal',
    'It was a plain signature with a time stamp',
    BINDING,
    async ({ genuine }) =>
      encodeCms({
        ...partsOf(genuine),
        unsigned: [
          { oid: OID.signatureTimeStamp, values: [await stamperOf().stamp(parseSignedData(genuine).signature)] },
        ],
      }),
  ),
];
