// seal.sealing_parties: seal and certificates of every party that sealed, under the SM3 of both, append-only. Rows of
// seal.sealings name them, so that a repetition finds them after the seal was made again.
import type { Knex } from 'knex';

export type KeptParty = {
  readonly partySm3: string;
  /** DER of the SESeal. */
  readonly eseal: Uint8Array;
  /** DER; the signer's first, behind it the authorities that a sealing carries. */
  readonly certificates: readonly Uint8Array[];
};

/** Keeps a party; one that is there stays. */
export async function insertParty(db: Knex, { partySm3, eseal, certificates }: KeptParty, at: Date): Promise<void> {
  await db.raw(
    `insert into seal.sealing_parties (party_sm3, eseal, certificates, first_use_at)
     values (?, ?, ?, ?) on conflict (party_sm3) do nothing`,
    [partySm3, Buffer.from(eseal), certificates.map((raw) => Buffer.from(raw)), at],
  );
}

export async function findParty(db: Knex, partySm3: string): Promise<KeptParty | null> {
  const row = await db('seal.sealing_parties')
    .select({ partySm3: 'party_sm3', eseal: 'eseal', certificates: 'certificates' })
    .where({ party_sm3: partySm3 })
    .first();
  return row ?? null;
}
