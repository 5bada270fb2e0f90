// CSV files that go out: the template of a license type, and the rows of a list that are to be mended. A cell that an office
// program would take for a formula gets an apostrophe before it, which the program hides.
import type Koa from 'koa';
import { writeCsv } from '../../common/sheets/write-csv.ts';
import { columnsOf } from '../domain/batch-columns.ts';
import type { LicenseType } from '../domain/license-type.ts';

/** Titles, and below them what belongs into each column. A wanted one has an asterisk. */
export function templateCsv(type: LicenseType): string {
  const columns = columnsOf(type);
  return writeCsv([
    columns.map(({ label, isWanted }) => (isWanted ? `${label}*` : label)),
    columns.map(({ example }) => example),
  ]);
}

export function sendCsv(ctx: Koa.Context, name: string, csv: string): void {
  ctx.type = 'text/csv; charset=utf-8';
  ctx.attachment(name);
  ctx.body = csv;
}
