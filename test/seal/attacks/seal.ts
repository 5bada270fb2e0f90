// The seal itself: forged, changed, borrowed, made by somebody who makes no seals, used by somebody whom it does not list,
// or outside its period; and the certificates of signer and maker.
import type { Certificate } from '../../../common/pki/certificate.ts';
import type { CertificateRequest } from '../../../common/pki/make-certificate.ts';
import { OID } from '../../../common/pki/oids.ts';
import type { TrustStores } from '../../../common/pki/trust-stores.ts';
import { makeSeal } from '../../../seal/ses/make-seal.ts';
import type { Seal } from '../../../seal/ses/seal.ts';
import { decodeSeal, encodeSeal, encodeSealContent } from '../../../seal/ses/seal-codec.ts';
import { encodeSignature, encodeTbsSign } from '../../../seal/ses/signature-codec.ts';
import { AT, issue, issueAuthority, type Party, sameTrust } from '../../_harness/pki.ts';
import { makeTestSeal, pki, seal } from '../world.ts';
import type { Attack, Family } from './attack.ts';
import { sealedBy } from './base.ts';

export type SesOrder = {
  readonly seal?: Seal;
  readonly sealRaw?: Uint8Array;
  readonly by?: Party;
  readonly time?: Date;
  readonly stamp?: (signature: Uint8Array) => Promise<Uint8Array>;
  readonly dataHash?: Uint8Array;
};

/** A SES_Signature that nobody checked before it was signed. */
export async function sesByHand(digest: Uint8Array, order: SesOrder): Promise<Uint8Array> {
  const by = order.by ?? pki.signer;
  const used = order.seal ?? seal;
  const tbs = {
    version: used.content.header.version,
    sealRaw: order.sealRaw ?? used.raw,
    time: order.time ?? AT,
    dataHash: order.dataHash ?? digest,
    propertyInfo: 'PDF ByteRange',
    extensions: null,
  };
  const tbsRaw = encodeTbsSign(tbs);
  const signature = await by.sign(tbsRaw);
  const timeStamp = order.stamp ? await order.stamp(signature) : null;
  return encodeSignature({
    tbsRaw,
    signerCertificate: by.certificate,
    signatureAlgorithm: OID.sm2WithSm3,
    signature,
    timeStamp,
  });
}

type Row = Pick<Attack, 'name' | 'claim' | 'found'> & Partial<Pick<Attack, 'trust' | 'now'>>;
const used = (family: Family, row: Row, order: () => SesOrder | Promise<SesOrder>): Attack => ({
  family,
  ...row,
  make: () => sealedBy(async ({ digest }) => sesByHand(digest, await order()), { mode: 'ses' }),
});

/** A genuine seal with one part exchanged and the old signature of its maker. */
function altered(change: (parts: Parameters<typeof encodeSeal>[0]) => Parameters<typeof encodeSeal>[0]): Uint8Array {
  return encodeSeal(change({ ...seal }));
}
const VALUE = { step: 'seal-signature', sub: 'SIG_CRYPTO_FAILURE' } as const;
const DEPARTMENT = 'The department made this seal';

const sealOf = (signer: Party, overrides: Partial<Parameters<typeof makeSeal>[0]> = {}): Promise<Seal> =>
  makeSeal({
    esID: '36010000000001',
    name: '示例市卫生健康委员会',
    type: 1,
    vendor: 'Xinji',
    picture: seal.content.picture,
    signers: [signer.certificate],
    validStart: new Date('2026-01-02T00:00:00Z'),
    validEnd: new Date('2030-01-01T00:00:00Z'),
    makerCertificate: pki.maker.certificate,
    sign: pki.maker.sign,
    now: new Date('2026-01-02T00:00:00Z'),
    ...overrides,
  });

/** The content of the genuine seal, signed by this maker without asking whether he may. */
async function madeBy(maker: Party): Promise<SesOrder> {
  const { content, signatureAlgorithm } = seal;
  const signature = await maker.sign(encodeSealContent(content));
  const parts = { content, makerCertificate: maker.certificate, signatureAlgorithm, signature, timeStamp: null };
  return { seal: decodeSeal(encodeSeal(parts)) };
}

/** Makers and signers under authorities of their own, each trusted for one purpose. */
const purposes = (async () => {
  const [makers, signers] = [
    await issueAuthority('制章者机构', pki.root),
    await issueAuthority('签章者机构', pki.root),
  ];
  const [maker, signer] = [await issue('制章者', makers), await issue('36010000000001', signers)];
  const store = (certificate: Certificate) => ({ roots: [certificate], intermediates: [] });
  const trust: TrustStores = {
    makers: store(makers.certificate),
    signers: store(signers.certificate),
    timeStamping: store(pki.authority.certificate),
  };
  return { makers, signers, maker, signer, trust };
})();

export const SEAL: readonly Attack[] = [
  used('seal', { name: 'a seal with another name in it', claim: DEPARTMENT, found: VALUE }, () => ({
    sealRaw: altered((parts) => ({
      ...parts,
      content: { ...parts.content, property: { ...parts.content.property, name: '示例省人民政府' } },
    })),
  })),
  used('seal', { name: 'a seal with another picture in it', claim: DEPARTMENT, found: VALUE }, () => ({
    sealRaw: altered((parts) => ({
      ...parts,
      content: { ...parts.content, picture: { ...parts.content.picture, widthMm: 45, heightMm: 45 } },
    })),
  })),
  used(
    'seal',
    { name: 'a seal that lasts longer than its maker said', claim: 'The seal was valid', found: VALUE },
    () => ({
      sealRaw: altered((parts) => ({
        ...parts,
        content: {
          ...parts.content,
          property: { ...parts.content.property, validEnd: new Date('2040-01-01T00:00:00Z') },
        },
      })),
    }),
  ),
  used(
    'seal',
    { name: 'a seal with another signer in its list', claim: 'Whoever it lists may use it', found: VALUE },
    async () => {
      const by = await issue('36010000000007', pki.authority);
      const { content } = await sealOf(by);
      return {
        by,
        sealRaw: altered((parts) => ({
          ...parts,
          content: { ...parts.content, property: { ...parts.content.property, signers: content.property.signers } },
        })),
      };
    },
  ),
  used('seal', { name: 'a seal whose maker is exchanged', claim: DEPARTMENT, found: VALUE }, () => ({
    sealRaw: altered((parts) => ({ ...parts, makerCertificate: pki.signer.certificate })),
  })),
  used(
    'seal',
    {
      name: 'a genuine seal used by somebody whom it does not list',
      claim: 'Whoever holds the seal file may use it',
      found: { step: 'signer-in-seal', sub: 'SIG_CONSTRAINTS_FAILURE' },
    },
    async () => ({ by: await issue('36010000000007', pki.authority) }),
  ),
  used(
    'seal',
    {
      name: 'a seal used by a certificate of the same name',
      claim: 'The name in the certificate is the one that the seal lists',
      found: { step: 'signer-in-seal', sub: 'SIG_CONSTRAINTS_FAILURE' },
    },
    async () => ({ by: await issue('36010000000001', pki.authority) }),
  ),
  used(
    'seal',
    {
      name: 'a seal made by a certificate of a signer',
      claim: 'Every certificate under a trusted root may make seals',
      found: { step: 'maker-certificate-chain', sub: 'CHAIN_CONSTRAINTS_FAILURE' },
      trust: async () => (await purposes).trust,
    },
    async () => {
      const { signers, signer } = await purposes;
      const maker = await issue('自己制章', signers);
      return { by: signer, seal: await sealOf(signer, { makerCertificate: maker.certificate, sign: maker.sign }) };
    },
  ),
  used(
    'seal',
    {
      name: 'a document signed by the maker of the seal',
      claim: 'Who makes seals may use them',
      found: { step: 'signer-certificate-chain', sub: 'CHAIN_CONSTRAINTS_FAILURE' },
      trust: async () => (await purposes).trust,
    },
    async () => {
      const { maker } = await purposes;
      return { by: maker, seal: await sealOf(maker, { makerCertificate: maker.certificate, sign: maker.sign }) };
    },
  ),
  used(
    'seal',
    {
      name: 'a seal by a maker of nobody',
      claim: DEPARTMENT,
      found: { step: 'maker-certificate-chain', sub: 'NO_CERTIFICATE_CHAIN_FOUND', indication: 'INDETERMINATE' },
    },
    async () => madeBy(await issue('测试制章者', null)),
  ),
  used(
    'seal',
    {
      name: 'a seal used before its period',
      claim: 'The seal was valid',
      found: { step: 'seal-period', sub: 'NOT_YET_VALID' },
    },
    async () => ({ seal: await sealOf(pki.signer, { validStart: new Date('2027-01-01T00:00:00Z') }) }),
  ),
  used(
    'seal',
    {
      name: 'a seal used behind its period',
      claim: 'The seal was valid',
      found: { step: 'seal-period', sub: 'EXPIRED' },
    },
    async () => ({ seal: await sealOf(pki.signer, { validEnd: new Date('2026-05-01T00:00:00Z') }) }),
  ),
  used(
    'seal',
    {
      name: 'a seal signature with the digest of nothing',
      claim: 'The seal is on this document',
      found: { step: 'signature-format', sub: 'FORMAT_FAILURE' },
    },
    () => ({ dataHash: new Uint8Array() }),
  ),
  {
    name: 'a seal of another version around the same content',
    family: 'seal',
    claim: 'The rules of the older version apply',
    found: VALUE,
    make: () =>
      sealedBy(
        ({ digest }) => {
          const raw = altered((parts) => ({
            ...parts,
            content: { ...parts.content, header: { ...parts.content.header, version: 5 } },
          }));
          return sesByHand(digest, { sealRaw: raw, seal: decodeSeal(raw) });
        },
        { mode: 'ses' },
      ),
  },
];

type Certified = Partial<CertificateRequest>;
/** Signer or maker with a certificate like this. */
function certificate(
  who: 'signer' | 'maker',
  what: string,
  overrides: Certified,
  sub: 'EXPIRED' | 'NOT_YET_VALID' | 'CHAIN_CONSTRAINTS_FAILURE',
  step: 'period' | 'usage' | 'chain',
): Attack {
  const row: Row = {
    name: `${what} of the ${who}`,
    claim: 'A certificate is a certificate',
    found: { step: `${who}-certificate-${step}`, sub },
  };
  return used('certificate', row, async () => {
    const by = await issue('36010000000001', pki.authority, overrides);
    return who === 'maker' ? madeBy(by) : { by, seal: await makeTestSeal(undefined, [by]) };
  });
}

const of = (
  what: string,
  overrides: Certified,
  sub: 'EXPIRED' | 'NOT_YET_VALID' | 'CHAIN_CONSTRAINTS_FAILURE',
  step: 'period' | 'usage' | 'chain',
): readonly Attack[] => [
  certificate('signer', what, overrides, sub, step),
  certificate('maker', what, overrides, sub, step),
];

export const CERTIFICATE: readonly Attack[] = [
  ...of('expired certificate', { notAfter: new Date('2026-05-01T00:00:00Z') }, 'EXPIRED', 'period'),
  ...of('certificate of the future', { notBefore: new Date('2026-07-01T00:00:00Z') }, 'NOT_YET_VALID', 'period'),
  ...of('encryption certificate', { keyUsage: ['keyEncipherment'] as never }, 'CHAIN_CONSTRAINTS_FAILURE', 'usage'),
  ...of(
    'certificate of an authority',
    { ca: { pathLength: 0 }, keyUsage: ['keyCertSign'] },
    'CHAIN_CONSTRAINTS_FAILURE',
    'usage',
  ),
  used(
    'certificate',
    {
      name: 'a certificate issued by another signer',
      claim: 'Every certificate below the root may issue',
      found: { step: 'signer-certificate-constraints', sub: 'CHAIN_CONSTRAINTS_FAILURE' },
      trust: () => {
        const { roots, intermediates } = pki.chainTrust;
        return sameTrust({ roots, intermediates: [...intermediates, pki.signer.certificate] });
      },
    },
    async () => {
      const by = await issue('36010000000001', pki.signer);
      return { by, seal: await makeTestSeal(undefined, [by]) };
    },
  ),
  used(
    'certificate',
    {
      name: 'a certificate that signed itself',
      claim: 'The name is that of the department',
      found: { step: 'signer-certificate-chain', sub: 'NO_CERTIFICATE_CHAIN_FOUND', indication: 'INDETERMINATE' },
    },
    async () => {
      const by = await issue('36010000000001', null);
      return { by, seal: await makeTestSeal(undefined, [by]) };
    },
  ),
];
