// license.annotated_copies: copies that were made, by their SM3, so that one that is shown later is known again; and the
// address of some, which lives for minutes: a random token of which only the SM3 is kept, the file in the file store, sealed
// under the license's data key.
import type { Knex } from 'knex';
import { fromHex, toHex } from '../../common/bytes.ts';
import { runStatement, type Statement } from '../../common/db/statement.ts';

export type AnnotatedCopy = {
  readonly copyId: string;
  readonly licenseId: string;
  readonly identifier: string;
  readonly clientId: string;
  /** `consent:<id>` or `basis:<id>`. */
  readonly basis: string;
  /** Hexadecimal. */
  readonly fileSm3: string;
  readonly fileSize: number;
  readonly madeAt: Date;
  /** Until then the copy may be used: 加注件有效期截止时间. */
  readonly validUntil: Date;
  readonly address: CopyAddress | null;
};
export type CopyAddress = {
  /** SM3 of the token. */
  readonly sm3: Uint8Array;
  /** Of the box in the file store, hexadecimal. */
  readonly storedSm3: string;
  readonly until: Date;
};

type Row = {
  copy_id: string;
  license_id: string;
  identifier: string;
  client_id: string;
  basis: string;
  file_sm3: Uint8Array;
  file_size: number;
  made_at: Date;
  valid_until: Date;
  address_sm3: Uint8Array | null;
  stored_sm3: Uint8Array | null;
  address_until: Date | null;
};

const SELECT = `select copy_id, license_id, identifier, client_id, basis, file_sm3, file_size, made_at, valid_until,
  address_sm3, stored_sm3, address_until from license.annotated_copies`;
/** A ground that was taken back since carries no further fetch. */
const BY_ADDRESS: Statement = {
  name: 'annotated-copy-by-address',
  text: `${SELECT} where address_sm3 = $1 and client_id = $2 and address_until > $3
    and not exists (select from license.consents
      where consent_id = substr(basis, 9) and basis like 'consent:%' and revoked_at is not null)
    and not exists (select from license.legal_bases
      where basis_id = substr(basis, 7) and basis like 'basis:%' and ended_at is not null)`,
};
const BY_FILE: Statement = { name: 'annotated-copy-by-file', text: `${SELECT} where file_sm3 = $1` };

export async function insertAnnotatedCopy(trx: Knex.Transaction, copy: AnnotatedCopy): Promise<void> {
  await trx('license.annotated_copies').insert({
    copy_id: copy.copyId,
    license_id: copy.licenseId,
    identifier: copy.identifier,
    client_id: copy.clientId,
    basis: copy.basis,
    file_sm3: fromHex(copy.fileSm3),
    file_size: copy.fileSize,
    made_at: copy.madeAt,
    valid_until: copy.validUntil,
    address_sm3: copy.address?.sm3 ?? null,
    stored_sm3: copy.address ? fromHex(copy.address.storedSm3) : null,
    address_until: copy.address?.until ?? null,
  });
}

/** The copy behind a live address of this caller, on a ground that was not taken back; or null. */
export async function findCopyAtAddress(
  db: Knex,
  addressSm3: Uint8Array,
  clientId: string,
  now: Date,
): Promise<(AnnotatedCopy & { readonly address: CopyAddress }) | null> {
  const { rows } = await runStatement<Row>(db, BY_ADDRESS, [addressSm3, clientId, now]);
  const copy = rows[0] ? fromRow(rows[0]) : null;
  return copy?.address ? { ...copy, address: copy.address } : null;
}

/** The copy that this file is, whoever shows it; null for every other file. */
export async function findCopyByFile(db: Knex, fileSm3: string): Promise<AnnotatedCopy | null> {
  const { rows } = await runStatement<Row>(db, BY_FILE, [fromHex(fileSm3)]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Forgets at most `limit` copies that could be used until before `before`; tells how many. */
export async function deleteEndedCopies(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from license.annotated_copies where copy_id in (
       select copy_id from license.annotated_copies where valid_until < ?
       order by valid_until limit ? for update skip locked)`,
    [before, limit],
  );
  return rowCount;
}

function fromRow(row: Row): AnnotatedCopy {
  const { address_sm3: sm3, stored_sm3: stored, address_until: until } = row;
  return {
    copyId: row.copy_id,
    licenseId: row.license_id,
    identifier: row.identifier,
    clientId: row.client_id,
    basis: row.basis,
    fileSm3: toHex(row.file_sm3),
    fileSize: row.file_size,
    madeAt: row.made_at,
    validUntil: row.valid_until,
    address: sm3 && stored && until ? { sm3, storedSm3: toHex(stored), until } : null,
  };
}
