// What the tests of levels LT and LTA share: lists of the authorities, a source of evidence, documents sealed with them.
import { derExplicit, derOid, derSequence, derTlv } from '../../common/asn1/der-write.ts';
import { concatBytes } from '../../common/bytes.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import { type CertificateListOrder, makeCertificateList } from '../../common/pki/certificate-list.ts';
import type { ContainerMode } from '../../seal/domain/container.ts';
import type { Level } from '../../seal/domain/level.ts';
import type { EvidenceSource } from '../../seal/flow/preserve-document.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { AT, type Party } from '../_harness/pki.ts';
import { party, pki, signer, stamperOf, tsa } from './world.ts';

export const minutes = (count: number) => new Date(AT.getTime() + count * 60_000);

type Revoked = CertificateListOrder['revoked'];

/** A list of one authority, made five minutes before `AT`, or `minute` minutes after. */
export const listBy = (issuer: Party, revoked: Revoked = [], minute = -5) =>
  makeCertificateList({
    issuer: issuer.certificate,
    number: 1,
    thisUpdate: minutes(minute),
    nextUpdate: minutes(60 * 24 * 7),
    revoked,
    sign: issuer.sign,
  });
export const lists = [await listBy(pki.authority), await listBy(pki.root)];
/** Kept, and of use to nobody. */
export const ocsp = derSequence(
  derTlv(0x0a, Uint8Array.of(0)),
  derExplicit(0, derSequence(derOid('1.3.6.1.5.5.7.48.1.1'))),
);
export const evidenceOf = (crls: readonly Uint8Array[]) => ({ collect: async () => ({ crls, ocspResponses: [ocsp] }) });
export const evidence: EvidenceSource = evidenceOf(lists);
export const validation = { evidence, trust: pki.trust };

type Options = { readonly mode?: ContainerMode; readonly minute?: number; readonly certify?: 1 | 2 | 3 };

export async function sealAt(pdf: Uint8Array, level: Level, options: Options = {}): Promise<Uint8Array> {
  const { mode, minute = 0, certify } = options;
  const stamper = level === 'B' ? null : stamperOf(tsa, { time: minutes(minute + 1) });
  const request = { source: memorySource(pdf), party, mode, level, certify, placement: {}, time: minutes(minute) };
  return concatBytes(pdf, (await sealDocument({ signer, stamper, validation }, request)).appended);
}

export const verify = (pdf: Uint8Array, minute = 60): VerificationReport =>
  verifyDocument(memorySource(pdf), { trust: pki.trust, now: minutes(minute) });
export const levels = (report: VerificationReport) => report.signatures.map(({ level }) => level);
