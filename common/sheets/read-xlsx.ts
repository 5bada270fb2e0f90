// XLSX (ISO/IEC 29500): the first sheet, cells as a person sees them. A formula is never evaluated: what the office program
// kept as its result is read. Macros, document type declarations and more than the bounds are refused before the reader
// (read-excel-file) gets the bytes.
import { readSheet } from 'read-excel-file/universal';
import { makeSheet, refuse, type Sheet, type SheetLimits } from './sheet.ts';
import { openZip } from './zip-bounds.ts';

const ENTRIES = 500;
/** A spreadsheet keeps 15 digits of a number; an ID number or a credit code typed as one has lost its last ones. */
const SAFE_DIGITS = 15;

/** Throws `sheet-unreadable`. */
export async function readXlsx(bytes: Uint8Array, limits: SheetLimits): Promise<Sheet> {
  for (const { name, bytes: part } of openZip(bytes, { entries: ENTRIES, bytes: limits.unzippedBytes })) {
    if (/vbaProject\.bin$/i.test(name)) refuse('the file holds macros; save it as a workbook without macros (.xlsx)');
    if (name.endsWith('.xml') && Buffer.from(part.buffer, part.byteOffset, part.length).includes('<!DOCTYPE'))
      refuse('the file holds a document type declaration, which no office program writes');
  }
  // A copy: the reader takes an ArrayBuffer of its own.
  const cells = await readSheet(Uint8Array.from(bytes).buffer, { parseNumber: (text) => ({ number: text }) }).catch(
    () => refuse('the first sheet of the file cannot be read'),
  );
  if (cells.length > limits.rows + 1)
    refuse(`there are ${cells.length - 1} rows; ${limits.rows} are allowed in one list`);
  return makeSheet(
    cells.map((row, index) => row.map((cell) => textOf(cell, index + 1))),
    limits,
  );
}

/** What the reader found: numbers come wrapped, so that a text of digits is told from a number. */
function textOf(cell: unknown, line: number): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  if (typeof cell === 'object' && 'number' in cell) return textOfNumber(String(cell.number), line);
  return String(cell);
}

/** 2 for 2, 0.3 for 0.30000000000000004: as many digits as a spreadsheet shows. */
function textOfNumber(text: string, line: number): string {
  const value = Number(text);
  if (!Number.isFinite(value) || Math.abs(value) >= 10 ** SAFE_DIGITS)
    refuse(
      `line ${line}: a long number was typed as a number and has lost digits; make the column text and type it again`,
    );
  return String(Number(value.toPrecision(SAFE_DIGITS)));
}
