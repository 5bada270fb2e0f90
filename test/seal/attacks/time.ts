// Clock games: times that are claimed, and time stamps that belong to something or somebody else.

import { OID } from '../../../common/pki/oids.ts';
import { parseSignedData } from '../../../common/pki/read-signed-data.ts';
import type { ContainerMode } from '../../../seal/domain/container.ts';
import { decodeSignature } from '../../../seal/ses/signature-codec.ts';
import { AT, issue, issueAuthority, issueTsa, type Party } from '../../_harness/pki.ts';
import { makeTestSeal, pki, stamperOf, tsa } from '../world.ts';
import { type Attack, type FailedStep, onEach } from './attack.ts';
import { contentsOf, sealed, sealedBy } from './base.ts';
import { encodeCms, partsOf } from './cms-by-hand.ts';
import { sesByHand } from './seal.ts';

const MODES = ['dual', 'ses', 'cms'] as const;
const later = (hours: number): Date => new Date(AT.getTime() + hours * 3_600_000);
type Stamp = (value: Uint8Array) => Promise<Uint8Array>;

/** A container with this token over its signature value. */
async function stampedBy(mode: ContainerMode, stamp: Stamp, time = AT): Promise<Uint8Array> {
  return sealedBy(
    async ({ genuine, digest }) => {
      if (mode === 'ses') return sesByHand(digest, { stamp, time });
      const cms = partsOf(genuine);
      const token = { oid: OID.signatureTimeStamp, values: [await stamp(cms.signature)] };
      return encodeCms({ ...cms, unsigned: [...cms.unsigned, token] });
    },
    { mode, time },
  );
}

/** The steps of a token in a bare SES_Signature have names of their own. */
const found =
  (step: string, sub: FailedStep['sub'], indication?: 'INDETERMINATE') =>
  (mode: ContainerMode): FailedStep => ({
    step: mode === 'ses' ? `ses-${step}` : step,
    sub,
    ...(indication ? { indication } : {}),
  });

const stamped = (
  name: string,
  claim: string,
  finding: ReturnType<typeof found>,
  stamp: () => Stamp | Promise<Stamp>,
): readonly Attack[] =>
  onEach(MODES, {
    name,
    family: 'time',
    claim,
    found: finding,
    make: async (mode) => stampedBy(mode, await stamp()),
  });
const by = (party: Party): Stamp => stamperOf(party).stamp;

export const TIME: readonly Attack[] = [
  ...onEach(['dual', 'ses'] as const, {
    name: 'a claimed time in the future',
    family: 'time',
    claim: 'The seal will have been valid',
    found: { step: 'signing-time', sub: 'SIG_CONSTRAINTS_FAILURE' },
    make: (mode) => sealedBy(({ genuine }) => genuine, { mode, time: later(24) }),
  }),
  {
    name: 'a claimed time before the certificate',
    family: 'time',
    claim: 'It was sealed long ago',
    found: { step: 'signer-certificate-period', sub: 'NOT_YET_VALID' },
    make: () =>
      sealedBy(({ digest }) => sesByHand(digest, { time: new Date('2025-06-01T08:00:00Z') }), { mode: 'ses' }),
  },
  {
    name: 'a time claimed back into the life of a certificate, with a stamp of today',
    family: 'time',
    claim: 'It was sealed while the certificate was good',
    found: { step: 'signer-certificate-period', sub: 'EXPIRED' },
    make: async () => {
      const old = await issue('36010000000001', pki.authority, { notAfter: new Date('2026-05-01T00:00:00Z') });
      const seal = await makeTestSeal(undefined, [old]);
      const time = new Date('2026-04-01T00:00:00Z');
      return sealedBy(({ digest }) => sesByHand(digest, { by: old, seal, time, stamp: stamperOf().stamp }), {
        mode: 'ses',
      });
    },
  },
  ...stamped(
    'a time stamp over something else',
    'The stamp belongs to this seal',
    found('time-stamp-imprint', 'SIG_CONSTRAINTS_FAILURE'),
    () => () => stamperOf().stamp(new Uint8Array(72)),
  ),
  ...stamped(
    'the time stamp of another document',
    'The stamp belongs to this seal',
    found('time-stamp-imprint', 'SIG_CONSTRAINTS_FAILURE'),
    async () => {
      const cms = parseSignedData(contentsOf(await sealed('cms', 'T')));
      const token = cms.unsignedAttributes.find(({ oid }) => oid === OID.signatureTimeStamp)!.values[0]!;
      return async () => token;
    },
  ),
  ...stamped(
    'a time stamp by a signer',
    'Every certificate may stamp times',
    found('time-stamp-certificate-usage', 'CHAIN_CONSTRAINTS_FAILURE'),
    () => by(pki.signer),
  ),
  ...stamped(
    'a time stamp by an authority of nobody',
    'Every authority is trusted',
    found('time-stamp-certificate-chain', 'NO_CERTIFICATE_CHAIN_FOUND', 'INDETERMINATE'),
    async () => by(await issueTsa(await issueAuthority('别的根', null, 1))),
  ),
  ...stamped(
    'a time stamp by an expired authority',
    'The stamp was good once',
    found('time-stamp-certificate-period', 'EXPIRED'),
    async () => by(await issueTsa(pki.authority, { notAfter: new Date('2026-05-01T00:00:00Z') })),
  ),
  ...stamped(
    'a time stamp of the future',
    'It exists since then',
    found('time-stamp-order', 'TIMESTAMP_ORDER_FAILURE'),
    () => stamperOf(tsa, { time: later(24) }).stamp,
  ),
  ...stamped(
    'a time stamp signed by another key',
    'The authority stamped it',
    found('time-stamp-signature', 'SIG_CRYPTO_FAILURE'),
    () => stamperOf(tsa, { sign: pki.signer.sign }).stamp,
  ),
  ...stamped(
    'a time stamp that cannot be read',
    'There is a stamp',
    found('time-stamp-format', 'FORMAT_FAILURE'),
    () => async () => Uint8Array.of(0x30, 3, 2, 1, 5),
  ),
  ...onEach(['dual', 'ses'] as const, {
    name: 'a time stamp earlier than the claimed time',
    family: 'time',
    claim: 'The stamp and the claim say the same',
    found: found('time-stamp-order', 'TIMESTAMP_ORDER_FAILURE'),
    make: (mode) => stampedBy(mode, stamperOf(tsa, { time: later(-24) }).stamp),
  }),
  ...onEach(['dual', 'cms'] as const, {
    name: 'two tokens in one attribute',
    family: 'time',
    claim: 'One of them is good',
    found: { step: 'time-stamp-format', sub: 'FORMAT_FAILURE' },
    make: (mode) =>
      sealedBy(
        async ({ genuine }) => {
          const cms = partsOf(genuine);
          const tokens = [await stamperOf().stamp(cms.signature), await stamperOf().stamp(new Uint8Array())];
          return encodeCms({ ...cms, unsigned: [...cms.unsigned, { oid: OID.signatureTimeStamp, values: tokens }] });
        },
        { mode },
      ),
  }),
  {
    name: 'the token of a seal signature put over another one',
    family: 'time',
    claim: 'The stamp belongs to this seal',
    found: { step: 'ses-time-stamp-imprint', sub: 'SIG_CONSTRAINTS_FAILURE' },
    make: async () => {
      const { timeStamp } = decodeSignature(contentsOf(await sealed('ses', 'T')));
      return stampedBy('ses', async () => timeStamp!);
    },
  },
];
