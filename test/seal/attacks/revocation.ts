// Revocation: a revoked certificate that is used all the same, and evidence that hides it: lists and responses that are
// forged, old, of somebody else, or of the future.
import type { CrlReason } from '../../../common/pki/certificate-list.ts';
import type { RevocationEvidence } from '../../../common/pki/revocation.ts';
import { withRevocation } from '../../../common/pki/trust-stores.ts';
import { AT, issue, issueResponder, listOf, type Party, responseOf } from '../../_harness/pki.ts';
import { pki, tsa } from '../world.ts';
import type { Attack, FailedStep } from './attack.ts';
import { sealed } from './base.ts';

const hours = (count: number): Date => new Date(AT.getTime() + count * 3_600_000);
const NOW = hours(1);
const week = (thisUpdate: Date) => ({ thisUpdate, nextUpdate: new Date(thisUpdate.getTime() + 7 * 86_400_000) });
const fresh = week(hours(0.5));

const revoked = (who: Party, at: Date, reason: CrlReason = 'superseded') => ({
  serial: who.certificate.serial,
  at,
  reason,
});
/** The list that the authority gives, and that of the root. */
const lists = async (...entries: readonly ReturnType<typeof revoked>[]): Promise<RevocationEvidence> => ({
  crls: [await listOf(pki.authority, entries, fresh), await listOf(pki.root, [], fresh)],
  ocspResponses: [],
});

type Row = {
  readonly name: string;
  readonly claim: string;
  readonly step?: string;
  readonly sub: FailedStep['sub'];
  readonly level?: 'B' | 'T';
  readonly evidence: () => Promise<RevocationEvidence>;
  readonly now?: Date;
};

function attack({
  name,
  claim,
  step = 'signer-certificate-revocation',
  sub,
  level = 'T',
  evidence,
  now = NOW,
}: Row): Attack {
  const found = { step, sub, ...(sub === 'REVOKED' ? {} : { indication: 'INDETERMINATE' as const }) };
  return {
    name,
    family: 'revocation',
    claim,
    found,
    now,
    make: () => sealed('dual', level),
    trust: async () => withRevocation(pki.trust, { evidence: await evidence(), isRequired: true, now }),
  };
}

/** Evidence about everything but the signer, of whom `about` tells. */
async function besides(about: Partial<RevocationEvidence>): Promise<RevocationEvidence> {
  const responses = await Promise.all(
    [pki.maker.certificate, tsa.certificate].map((certificate) =>
      responseOf(certificate, pki.authority, pki.authority, fresh, { producedAt: fresh.thisUpdate }),
    ),
  );
  return {
    crls: [await listOf(pki.root, [], fresh), ...(about.crls ?? [])],
    ocspResponses: [...responses, ...(about.ocspResponses ?? [])],
  };
}
const GOOD = 'The signer was not revoked';
const unbelieved = (name: string, about: () => Promise<Partial<RevocationEvidence>>): Attack =>
  attack({ name, claim: GOOD, sub: 'TRY_LATER', evidence: async () => besides(await about()) });
const certificate = pki.signer.certificate;

export const REVOCATION: readonly Attack[] = [
  attack({
    name: 'a signer revoked before sealing, time claimed',
    claim: GOOD,
    sub: 'REVOKED',
    level: 'B',
    evidence: () => lists(revoked(pki.signer, hours(-1))),
  }),
  attack({
    name: 'a signer revoked before sealing, with a time stamp',
    claim: GOOD,
    sub: 'REVOKED',
    evidence: () => lists(revoked(pki.signer, hours(-1))),
  }),
  attack({
    name: 'a signer revoked afterwards, who claims to have sealed before',
    claim: 'It was sealed before the key was lost',
    sub: 'REVOKED_NO_POE',
    level: 'B',
    evidence: () => lists(revoked(pki.signer, hours(0.2), 'key-compromise')),
  }),
  attack({
    name: 'a maker revoked before the seal was used',
    claim: 'The maker of the seal was in office',
    step: 'maker-certificate-revocation',
    sub: 'REVOKED',
    evidence: () => lists(revoked(pki.maker, hours(-1))),
  }),
  attack({
    name: 'a time stamp by a key that was lost since',
    claim: 'The stamp proves the time',
    step: 'time-stamp-certificate-revocation',
    sub: 'REVOKED_NO_POE',
    evidence: () => lists(revoked(tsa, hours(0.2), 'key-compromise')),
  }),
  attack({
    name: 'a good response beside a list that says revoked',
    claim: 'The newest word counts',
    sub: 'REVOKED',
    evidence: async () => ({
      ...(await lists(revoked(pki.signer, hours(-1)))),
      ocspResponses: [
        await responseOf(certificate, pki.authority, pki.authority, fresh, { producedAt: fresh.thisUpdate }),
      ],
    }),
  }),
  attack({
    name: 'an authority between that was revoked',
    claim: 'Only the signer counts',
    sub: 'REVOKED',
    evidence: async () => ({
      crls: [
        await listOf(pki.authority, [], fresh),
        await listOf(pki.root, [revoked(pki.authority, hours(-1), 'ca-compromise')], fresh),
      ],
      ocspResponses: [],
    }),
  }),
  unbelieved('no evidence about the signer', async () => ({})),
  unbelieved('a list signed by another key', async () => ({
    crls: [await listOf(pki.authority, [], { ...fresh, sign: pki.signer.sign })],
  })),
  unbelieved('a list by an authority of the same name', async () => {
    const twin = await issue('测试签发机构', pki.root, { ca: { pathLength: 0 }, keyUsage: ['keyCertSign', 'cRLSign'] });
    return { crls: [await listOf(twin, [], fresh)] };
  }),
  unbelieved('a list that ended before sealing', async () => ({
    crls: [await listOf(pki.authority, [], week(hours(-24 * 30)))],
  })),
  unbelieved('a list of the future', async () => ({ crls: [await listOf(pki.authority, [], week(hours(48)))] })),
  unbelieved('a list of bytes that are none', async () => ({ crls: [Uint8Array.of(0x30, 3, 2, 1, 5)] })),
  unbelieved('a response by the signer himself', async () => ({
    ocspResponses: [await responseOf(certificate, pki.authority, pki.signer, fresh, { producedAt: fresh.thisUpdate })],
  })),
  unbelieved('a response by somebody whom the authority certified for something else', async () => ({
    ocspResponses: [await responseOf(certificate, pki.authority, pki.maker, fresh, { producedAt: fresh.thisUpdate })],
  })),
  unbelieved('a response by a responder of another authority', async () => ({
    ocspResponses: [
      await responseOf(certificate, pki.authority, await issueResponder(pki.root), fresh, {
        producedAt: fresh.thisUpdate,
      }),
    ],
  })),
  unbelieved('a response about another certificate', async () => ({
    ocspResponses: [
      await responseOf(pki.maker.certificate, pki.authority, pki.authority, fresh, { producedAt: fresh.thisUpdate }),
    ],
  })),
  unbelieved('a response that was repeated long after', async () => ({
    ocspResponses: [await responseOf(certificate, pki.authority, pki.authority, { ...week(hours(-24 * 30)) })],
  })),
  unbelieved('a response that says unknown', async () => ({
    ocspResponses: [await responseOf(certificate, pki.authority, pki.authority, { ...fresh, status: 'unknown' })],
  })),
];
