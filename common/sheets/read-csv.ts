// CSV (RFC 4180) as offices save it: UTF-8 with or without byte order mark, or GB 18030, which a Chinese Excel writes.
import { parse } from 'csv-parse/sync';
import { makeSheet, refuse, type Sheet, type SheetLimits } from './sheet.ts';

/** Throws `sheet-unreadable`. */
export function readCsv(bytes: Uint8Array, limits: SheetLimits): Sheet {
  const text = decode(bytes);
  if (text.includes('\0')) refuse('the file is no text: there is a zero byte in it');
  let lines: string[][];
  try {
    lines = parse(text, {
      bom: true,
      relax_column_count: true,
      max_record_size: limits.columns * limits.cellCharacters * 4,
      to: limits.rows + 2,
    });
  } catch (error) {
    const where = error instanceof Error && 'lines' in error ? `line ${error.lines}: ` : '';
    refuse(`${where}a quotation mark is not closed or stands within a cell`);
  }
  return makeSheet(lines, limits);
}

function decode(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // The next one; every byte sequence that is neither is refused below.
    }
  }
  return refuse('the file is neither UTF-8 nor GB 18030; save it as "CSV UTF-8"');
}
