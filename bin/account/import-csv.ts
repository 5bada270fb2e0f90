// CSV files of an import: the users of the other house, read as a stream, and the refused rows with their reasons.
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { TrustError } from '../../common/errors.ts';
import { IMPORT_COLUMNS, type ImportRow } from '../../identity/domain/import-row.ts';

const MAX_ROW_BYTES = 16 * 1024;

/** The rows by their column's names. Throws `invalid-request` for a file that is no such CSV. */
export async function* readRows(file: string): AsyncGenerator<ImportRow> {
  const columns = (header: string[]): string[] => {
    const names = header.map((name) => name.trim().toLowerCase());
    const unknown = names.filter((name) => name !== 'reason' && !IMPORT_COLUMNS.some((column) => column === name));
    const lacking = ['key', 'name'].filter((name) => !names.includes(name));
    if (unknown.length + lacking.length > 0 || new Set(names).size !== names.length) {
      throw refuseFile(
        `its header is ${names.join(',').slice(0, 200)}; expected columns of ${IMPORT_COLUMNS.join(',')}`,
      );
    }
    return names;
  };
  const parser = parse({ columns, bom: true, skip_empty_lines: true, trim: true, max_record_size: MAX_ROW_BYTES });
  const source = createReadStream(file);
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of source.pipe(parser)) yield row as ImportRow;
  } catch (error) {
    const { code, message, lines } = error as { code?: string; message: string; lines?: number };
    if (code?.startsWith('CSV_')) throw refuseFile(`line ${lines ?? '?'}: ${code}`);
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw refuseFile(message);
    throw error;
  } finally {
    source.destroy();
  }
}

function refuseFile(why: string): TrustError {
  return new TrustError('invalid-request', `the file cannot be taken: ${why}`, { hint: 'See: xinji help account' });
}

/** Made with the first row, for its owner only: it holds ID numbers. */
export function openRefused(path: string) {
  let stream: ReturnType<typeof createWriteStream> | undefined;
  const line = async (cells: readonly string[]): Promise<void> => {
    stream ??= createWriteStream(path, { mode: 0o600 });
    if (!stream.write(`${cells.map(quote).join(',')}\n`)) await once(stream, 'drain');
  };
  return {
    write: async (row: ImportRow, reason: string): Promise<void> => {
      if (stream === undefined) await line([...IMPORT_COLUMNS, 'reason']);
      await line([...IMPORT_COLUMNS.map((column) => row[column] ?? ''), reason]);
    },
    close: async (): Promise<void> => {
      if (stream === undefined) return;
      stream.end();
      await finished(stream);
    },
  };
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
