// seal.revocation_evidence: evidence of revocation as it was had, under the SM3 of the certificate that it is about and its
// own; append-only. The same evidence of a certificate is kept once.
import type { Knex } from 'knex';
import type { RevocationEvidence } from '../../common/pki/revocation.ts';

export type KeptEvidence = RevocationEvidence & { readonly keptAt: Date };
/** Hexadecimal SM3 of the certificate, and of the evidence. */
export type EvidenceKey = { readonly certificateSm3: string; readonly evidenceSm3: string };

/** Keeps evidence; what is there stays. */
export async function insertEvidence(
  db: Knex,
  { certificateSm3, evidenceSm3 }: EvidenceKey,
  { crls, ocspResponses, keptAt }: KeptEvidence,
): Promise<void> {
  const asBuffers = (all: readonly Uint8Array[]): Buffer[] => all.map((der) => Buffer.from(der));
  await db.raw(
    `insert into seal.revocation_evidence (certificate_sm3, evidence_sm3, kept_at, crls, ocsp_responses)
     values (?, ?, ?, ?, ?) on conflict (certificate_sm3, evidence_sm3) do nothing`,
    [certificateSm3, evidenceSm3, keptAt, asBuffers(crls), asBuffers(ocspResponses)],
  );
}

/** The newest evidence of a certificate, or null. */
export async function findNewestEvidence(db: Knex, certificateSm3: string): Promise<KeptEvidence | null> {
  const row = await db('seal.revocation_evidence')
    .select({ keptAt: 'kept_at', crls: 'crls', ocspResponses: 'ocsp_responses' })
    .where({ certificate_sm3: certificateSm3 })
    .orderBy('kept_at', 'desc')
    .first();
  if (!row) return null;
  const asBytes = (all: readonly Buffer[]): readonly Uint8Array[] => all.map((der) => new Uint8Array(der));
  return { keptAt: row.keptAt, crls: asBytes(row.crls), ocspResponses: asBytes(row.ocspResponses) };
}
