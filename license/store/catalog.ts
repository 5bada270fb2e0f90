// license.catalog_entries: published license types, signed and never changed. Rows are handed out unbelieved;
// flow/license-catalog.ts verifies them.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import type { StoredEntry } from '../domain/catalog-entry.ts';

type Row = {
  readonly code: string;
  readonly version: number;
  readonly document: unknown;
  readonly document_sm3: Buffer;
  readonly signature: Buffer;
  readonly certificate_sm3: Buffer;
  readonly published_by: string;
  readonly published_at: Date;
};

const COLUMNS = 'code, version, document, document_sm3, signature, certificate_sm3, published_by, published_at';

const FIND_VERSION = {
  name: 'catalog-version',
  text: `select ${COLUMNS} from license.catalog_entries where code = $1 and version = $2`,
};
const FIND_CURRENT = {
  name: 'catalog-current',
  text: 'select max(version) as version from license.catalog_entries where code = $1',
};
const LIST_CURRENT = {
  name: 'catalog-list',
  text: 'select code, max(version) as version from license.catalog_entries group by code order by code',
};
const INSERT = {
  name: 'catalog-insert',
  text: `insert into license.catalog_entries (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (code, version) do nothing`,
};

export async function findCatalogEntry(db: Knex, code: string, version: number): Promise<StoredEntry | null> {
  const { rows } = await runStatement<Row>(db, FIND_VERSION, [code, version]);
  return rows[0] ? toEntry(rows[0]) : null;
}

/** The number of the newest version of a type, or null. */
export async function findNewestVersion(db: Knex, code: string): Promise<number | null> {
  const { rows } = await runStatement<{ version: number | null }>(db, FIND_CURRENT, [code]);
  return rows[0]?.version ?? null;
}

/** The newest version of every type, by code. */
export async function listNewestVersions(
  db: Knex,
): Promise<readonly { readonly code: string; readonly version: number }[]> {
  return (await runStatement<{ code: string; version: number }>(db, LIST_CURRENT, [])).rows;
}

/** False when that version is there already, whatever it holds. */
export async function insertCatalogEntry(db: Knex, entry: StoredEntry): Promise<boolean> {
  const { rowCount } = await runStatement(db, INSERT, [
    entry.code,
    entry.version,
    JSON.stringify(entry.document),
    Buffer.from(entry.documentSm3),
    Buffer.from(entry.signature),
    Buffer.from(entry.certificateSm3),
    entry.publishedBy,
    entry.publishedAt,
  ]);
  return rowCount === 1;
}

function toEntry(row: Row): StoredEntry {
  return {
    code: row.code,
    version: row.version,
    document: row.document,
    documentSm3: new Uint8Array(row.document_sm3),
    signature: new Uint8Array(row.signature),
    certificateSm3: new Uint8Array(row.certificate_sm3),
    publishedBy: row.published_by,
    publishedAt: row.published_at,
  };
}
