// seal.seal_notices: what the owner's applicants and keepers are told, append-only. One row an occasion: whichever node
// comes second finds it written.
import type { Knex } from 'knex';

export type SealNotice = {
  readonly esID: string;
  readonly applicationId: string;
  readonly kind: 'state' | 'certificate-ends';
  /** What makes it one occasion: the number of the step, or the end of the certificate. */
  readonly occasion: string;
  readonly duty: 'applicant' | 'keeper';
  readonly organisation: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Date;
};

export type KeptNotice = SealNotice & { readonly noticeId: number };

/** True when it is new. */
export async function insertNotice(db: Knex, notice: SealNotice): Promise<boolean> {
  const inserted = await db('seal.seal_notices')
    .insert({
      es_id: notice.esID,
      application_id: notice.applicationId,
      kind: notice.kind,
      occasion: notice.occasion,
      duty: notice.duty,
      organisation: notice.organisation,
      detail: JSON.stringify(notice.detail),
      at: notice.at,
    })
    .onConflict(['application_id', 'kind', 'occasion', 'duty'])
    .ignore()
    .returning('notice_id');
  return inserted.length === 1;
}

export type NoticeReader = { readonly organisation: string; readonly duty: 'applicant' | 'keeper' };

/** Notices for these readers after `after`, oldest first. */
export async function listNotices(
  db: Knex,
  readers: readonly NoticeReader[],
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly KeptNotice[]> {
  if (readers.length === 0) return [];
  return db('seal.seal_notices')
    .select({
      noticeId: 'notice_id',
      esID: 'es_id',
      applicationId: 'application_id',
      kind: 'kind',
      occasion: 'occasion',
      duty: 'duty',
      organisation: 'organisation',
      detail: 'detail',
      at: 'at',
    })
    .whereIn(
      ['organisation', 'duty'],
      readers.map(({ organisation, duty }) => [organisation, duty]),
    )
    .where('notice_id', '>', after)
    .orderBy('notice_id')
    .limit(limit);
}

export type EndingCertificate = {
  readonly applicationId: string;
  readonly esID: string;
  readonly name: string;
  readonly ownerCode: string;
  readonly validTo: Date;
};

/**
 * Seals in force that end before `before` and whose keeper has not been told, at most `limit`. A seal ends with its
 * certificate at the latest.
 */
export async function listUntoldEnds(
  db: Knex,
  { now, before, limit }: { readonly now: Date; readonly before: Date; readonly limit: number },
): Promise<readonly EndingCertificate[]> {
  return db('seal.seal_versions as v')
    .select({
      applicationId: 'v.application_id',
      esID: 'v.es_id',
      name: 'v.name',
      ownerCode: 'v.owner_code',
      validTo: 'v.valid_to',
    })
    .whereIn('v.state', ['active', 'suspended'])
    .where('v.valid_to', '<=', before)
    .where('v.valid_to', '>', now)
    .whereNotExists(
      db('seal.seal_notices as n')
        .select('n.notice_id')
        .whereRaw('n.application_id = v.application_id')
        .where('n.kind', 'certificate-ends'),
    )
    .orderBy('v.valid_to')
    .limit(limit);
}
