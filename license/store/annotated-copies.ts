// license.annotated_copies: copies behind an address that lives for minutes. The address is a random token of which only the
// SM3 is kept; the file lies in the file store, sealed under the license's data key.
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
  /** As LicenseFile: of the bytes, and of the box in the store; hexadecimal. */
  readonly file: { readonly sm3: string; readonly storedSm3: string; readonly size: number };
  readonly madeAt: Date;
  /** Until then the address answers. */
  readonly addressUntil: Date;
  /** Until then the copy may be used: 加注件有效期截止时间. */
  readonly validUntil: Date;
};

type Row = {
  copy_id: string;
  license_id: string;
  identifier: string;
  client_id: string;
  basis: string;
  file_sm3: Uint8Array;
  stored_sm3: Uint8Array;
  file_size: number;
  made_at: Date;
  address_until: Date;
  valid_until: Date;
};

const FIND: Statement = {
  name: 'annotated-copy-find',
  text: `select copy_id, license_id, identifier, client_id, basis, file_sm3, stored_sm3, file_size, made_at, address_until,
    valid_until from license.annotated_copies where address_sm3 = $1 and client_id = $2 and address_until > $3`,
};

export async function insertAnnotatedCopy(
  trx: Knex.Transaction,
  addressSm3: Uint8Array,
  copy: AnnotatedCopy,
): Promise<void> {
  await trx('license.annotated_copies').insert({
    address_sm3: addressSm3,
    copy_id: copy.copyId,
    license_id: copy.licenseId,
    identifier: copy.identifier,
    client_id: copy.clientId,
    basis: copy.basis,
    file_sm3: fromHex(copy.file.sm3),
    stored_sm3: fromHex(copy.file.storedSm3),
    file_size: copy.file.size,
    made_at: copy.madeAt,
    address_until: copy.addressUntil,
    valid_until: copy.validUntil,
  });
}

/** The copy behind a live address of this caller, or null. */
export async function findAnnotatedCopy(
  db: Knex,
  addressSm3: Uint8Array,
  clientId: string,
  now: Date,
): Promise<AnnotatedCopy | null> {
  const { rows } = await runStatement<Row>(db, FIND, [addressSm3, clientId, now]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Takes at most `limit` rows away whose address ended before `before`, and tells which stored files they named. */
export async function deleteEndedCopies(db: Knex, before: Date, limit: number): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: { stored_sm3: Uint8Array }[] }>(
    `delete from license.annotated_copies where address_sm3 in (
       select address_sm3 from license.annotated_copies where address_until < ?
       order by address_until limit ? for update skip locked)
     returning stored_sm3`,
    [before, limit],
  );
  return rows.map((row) => toHex(row.stored_sm3));
}

function fromRow(row: Row): AnnotatedCopy {
  return {
    copyId: row.copy_id,
    licenseId: row.license_id,
    identifier: row.identifier,
    clientId: row.client_id,
    basis: row.basis,
    file: { sm3: toHex(row.file_sm3), storedSm3: toHex(row.stored_sm3), size: row.file_size },
    madeAt: row.made_at,
    addressUntil: row.address_until,
    validUntil: row.valid_until,
  };
}
