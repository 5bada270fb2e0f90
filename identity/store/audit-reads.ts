// identity.audit_entries as the audit administrator reads it: newest first, filtered, a page at a time. The rows are written by
// common/audit only.
import type { Knex } from 'knex';

export type AuditFilter = {
  readonly kind: string | null;
  /** Account. */
  readonly subject: string | null;
  readonly clientId: string | null;
  readonly from: Date | null;
  /** Before this moment. */
  readonly to: Date | null;
};

/** Where a row stands; rows are in the order of these. */
export type AuditPlace = { readonly at: Date; readonly chain: number; readonly number: number };

export type AuditRecord = AuditPlace & {
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

type Row = Omit<AuditRecord, 'number'> & { readonly number: string | number };

/** Newest first, behind `after`. */
export async function listAuditRecords(
  db: Knex,
  filter: AuditFilter,
  { after, limit }: { readonly after: AuditPlace | null; readonly limit: number },
): Promise<readonly AuditRecord[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select at, chain, number, kind, subject, actor, detail from identity.audit_entries
     where (:kind::text is null or kind = :kind)
       and (:subject::text is null or subject = :subject)
       and (:clientId::text is null or detail->>'client_id' = :clientId)
       and (:from::timestamptz is null or at >= :from) and (:to::timestamptz is null or at < :to)
       and (:at::timestamptz is null or (at, chain, number) < (:at, :chain, :number))
     order by at desc, chain desc, number desc limit :limit`,
    { ...filter, at: after?.at ?? null, chain: after?.chain ?? null, number: after?.number ?? null, limit },
  );
  return rows.map((row) => ({ ...row, number: Number(row.number) }));
}
