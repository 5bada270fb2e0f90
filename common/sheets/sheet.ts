// A list that somebody uploads, read into rows of text: what it may be and how large. Which columns mean what is not known
// here, nor what a good value is: the rooms judge.
import { TrustError } from '../errors.ts';

export type SheetRow = {
  /** The line as the person sees it: the header is line 1. */
  readonly line: number;
  /** By header; an empty cell is left out. */
  readonly cells: Readonly<Record<string, string>>;
};
export type Sheet = { readonly header: readonly string[]; readonly rows: readonly SheetRow[] };

export type SheetLimits = {
  /** Bytes of the file, and of everything in it when it is unzipped. */
  readonly fileBytes: number;
  readonly unzippedBytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly cellCharacters: number;
};

export const SHEET_LIMITS: SheetLimits = {
  fileBytes: 20 * 1024 * 1024,
  unzippedBytes: 200 * 1024 * 1024,
  rows: 50_000,
  columns: 100,
  cellCharacters: 2000,
};

/** Rows of cells, the header first, as a reader found them. Throws `sheet-unreadable` with the line. */
export function makeSheet(lines: readonly (readonly string[])[], limits: SheetLimits): Sheet {
  const [first, ...rest] = lines;
  const header = (first ?? []).map((name) => name.trim());
  while (header.at(-1) === '') header.pop();
  if (header.length === 0) refuse('the first line must name the columns; it is empty');
  if (header.length > limits.columns) refuse(`there are ${header.length} columns; ${limits.columns} are allowed`);
  header.forEach((name, index) => {
    if (name === '') refuse(`column ${index + 1} has no name in the first line`);
    if (header.indexOf(name) !== index) refuse(`the column "${name}" is there twice`);
  });
  const rows = rest.flatMap((cells, index) => {
    const row = makeRow(header, cells, index + 2, limits);
    return Object.keys(row.cells).length === 0 ? [] : [row];
  });
  if (rows.length === 0) refuse('there is no row below the first line');
  if (rows.length > limits.rows) refuse(`there are ${rows.length} rows; ${limits.rows} are allowed in one list`);
  return { header, rows };
}

function makeRow(header: readonly string[], cells: readonly string[], line: number, limits: SheetLimits): SheetRow {
  const kept: Record<string, string> = {};
  cells.forEach((cell, index) => {
    const text = cell.trim();
    const name = header[index];
    if (text === '') return;
    if (name === undefined) refuse(`line ${line} has more cells than the first line has names`);
    if ([...text].length > limits.cellCharacters)
      refuse(`line ${line}, "${name}": more than ${limits.cellCharacters} characters`);
    kept[name] = text;
  });
  return { line, cells: kept };
}

export function refuse(detail: string): never {
  throw new TrustError('sheet-unreadable', detail);
}
