// CSV (RFC 4180) that every office program opens: UTF-8 with byte order mark, and no cell that could run as a formula.

/** A cell that a spreadsheet would take for a formula, also in full-width signs; a plain negative number is none. */
const FORMULA = /^[=+@\t\r\n＝＋＠－]|^-(?![\d.]+$)/;

export function writeCsv(lines: readonly (readonly string[])[]): string {
  return `\uFEFF${lines.map((cells) => `${cells.map(quote).join(',')}\r\n`).join('')}`;
}

function quote(cell: string): string {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
