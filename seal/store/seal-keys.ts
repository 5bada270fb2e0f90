// seal.seal_keys and seal.seal_certificates: the key of each version, in a sealed box, and the certificate for it. The
// table of keys holds nothing else, and its rows change once: the box is overwritten with null when the version ends, by
// the same statement that ends it. What is to be revoked is on record before the authority is asked.
import type { Knex } from 'knex';
import type { RevocationReason } from '../../common/ca/certificate-authority.ts';

export type SealKeyRow = {
  readonly keyRef: string;
  readonly applicationId: string;
  /** Null: destroyed. */
  readonly box: Uint8Array | null;
};

export type CertificateRow = {
  readonly keyRef: string;
  readonly pkcs10: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly certificate: Uint8Array | null;
};

const CERTIFICATE_COLUMNS = {
  keyRef: 'key_ref',
  pkcs10: 'pkcs10',
  notBefore: 'not_before',
  notAfter: 'not_after',
  certificate: 'certificate',
} as const satisfies Record<keyof CertificateRow, string>;

/** Key and request together; false when the version has them already. */
export async function insertKey(
  trx: Knex,
  key: SealKeyRow & Pick<CertificateRow, 'pkcs10' | 'notBefore' | 'notAfter'>,
  createdAt: Date,
): Promise<boolean> {
  const inserted = await trx('seal.seal_keys')
    .insert({
      key_ref: key.keyRef,
      application_id: key.applicationId,
      box: key.box && Buffer.from(key.box),
      created_at: createdAt,
    })
    .onConflict('application_id')
    .ignore()
    .returning('key_ref');
  if (inserted.length === 0) return false;
  await trx('seal.seal_certificates').insert({
    key_ref: key.keyRef,
    pkcs10: Buffer.from(key.pkcs10),
    not_before: key.notBefore,
    not_after: key.notAfter,
  });
  return true;
}

export async function findKey(db: Knex, keyRef: string): Promise<SealKeyRow | null> {
  const row = await db('seal.seal_keys')
    .select({ keyRef: 'key_ref', applicationId: 'application_id', box: 'box' })
    .where({ key_ref: keyRef })
    .first();
  return row ?? null;
}

/** Reference of the key of a version; null before it was made. */
export async function findKeyOf(db: Knex, applicationId: string): Promise<string | null> {
  const row = await db('seal.seal_keys').where({ application_id: applicationId }).first('key_ref');
  return row?.key_ref ?? null;
}

/** Which of these keys have been destroyed. */
export async function listDestroyed(db: Knex, keyRefs: readonly string[]): Promise<readonly string[]> {
  if (keyRefs.length === 0) return [];
  const rows = await db('seal.seal_keys').select('key_ref').whereIn('key_ref', keyRefs).whereNull('box');
  return rows.map(({ key_ref }) => key_ref);
}

/** Request and certificate of a version; null before its key was made. */
export async function findCertificate(db: Knex, applicationId: string): Promise<CertificateRow | null> {
  const row = await db('seal.seal_certificates as c')
    .join('seal.seal_keys as k', 'k.key_ref', 'c.key_ref')
    .select(Object.fromEntries(Object.entries(CERTIFICATE_COLUMNS).map(([name, column]) => [name, `c.${column}`])))
    .where('k.application_id', applicationId)
    .first();
  return row ?? null;
}

/** By the reference that the version carries. */
export async function findCertificateOfKey(db: Knex, keyRef: string): Promise<CertificateRow | null> {
  const row = await db('seal.seal_certificates').select(CERTIFICATE_COLUMNS).where({ key_ref: keyRef }).first();
  return row ?? null;
}

/** The lease on asking the authority for a certificate; false while somebody else has it, or when the certificate is there. */
export async function claimAsking(db: Knex, keyRef: string, now: Date, until: Date): Promise<boolean> {
  const count = await db('seal.seal_certificates')
    .where({ key_ref: keyRef, certificate: null })
    .where((free) => free.whereNull('asked_until').orWhere('asked_until', '<=', now))
    .update({ asked_until: until });
  return count === 1;
}

/** Gives the lease up, unless another has it by now. */
export async function endAsking(db: Knex, keyRef: string, until: Date): Promise<void> {
  await db('seal.seal_certificates').where({ key_ref: keyRef, asked_until: until }).update({ asked_until: null });
}

/** False when another certificate is there already. */
export async function markCertificate(db: Knex, keyRef: string, certificate: Uint8Array, at: Date): Promise<boolean> {
  const count = await db('seal.seal_certificates')
    .where({ key_ref: keyRef, certificate: null })
    .update({ certificate: Buffer.from(certificate), received_at: at });
  return count === 1;
}

/** Records that a version's certificate is to be revoked; nothing for one without certificate. */
export async function wantRevocation(
  trx: Knex,
  applicationId: string,
  reason: Exclude<RevocationReason, 'unspecified'>,
  at: Date,
): Promise<void> {
  await trx('seal.seal_certificates')
    .whereIn('key_ref', trx('seal.seal_keys').select('key_ref').where({ application_id: applicationId }))
    .whereNotNull('certificate')
    .whereNull('revocation_wanted_at')
    .update({ revocation_reason: reason, revocation_wanted_at: at });
}

export type WantedRevocation = {
  readonly keyRef: string;
  readonly certificate: Uint8Array;
  readonly reason: RevocationReason;
  readonly at: Date;
};

/** What the authority has still to be asked, at most `limit`. */
export async function listWantedRevocations(db: Knex, limit: number): Promise<readonly WantedRevocation[]> {
  return db('seal.seal_certificates')
    .select({ keyRef: 'key_ref', certificate: 'certificate', reason: 'revocation_reason', at: 'revocation_wanted_at' })
    .whereNotNull('revocation_wanted_at')
    .whereNull('revoked_at')
    .orderBy('revocation_wanted_at')
    .limit(limit);
}

/** False when it was done before. */
export async function markRevoked(db: Knex, keyRef: string, at: Date): Promise<boolean> {
  const count = await db('seal.seal_certificates')
    .where({ key_ref: keyRef, revoked_at: null })
    .update({ revoked_at: at });
  return count === 1;
}
