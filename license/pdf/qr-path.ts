// A QR code as one PDF path: dark modules of a row merged into runs, all runs in one fill. Separate fills leave hairlines
// between the modules under some renderers, and an image fails at low resolution.
import QRCode from 'qrcode';
import { pdfNumber } from '../../common/pdf/pdf-file.ts';

const QUIET_ZONE_MODULES = 4;
const MASK_PATTERN = 3; // fixed: any mask can be read, and choosing one costs half the time

/** Path operators for `text` in a square of `side` points with its lower left corner at (x, y), quiet zone included. */
export function qrPath(text: string, x: number, y: number, side: number): string {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M', maskPattern: MASK_PATTERN });
  const module = side / (modules.size + 2 * QUIET_ZONE_MODULES);
  const runs: string[] = [];
  for (let row = 0; row < modules.size; row += 1) {
    const top = y + side - (row + QUIET_ZONE_MODULES) * module;
    for (let column = 0; column < modules.size; column += 1) {
      if (!modules.get(row, column)) continue;
      const start = column;
      while (column + 1 < modules.size && modules.get(row, column + 1)) column += 1;
      const left = x + (start + QUIET_ZONE_MODULES) * module;
      const box = [left, top - module, (column - start + 1) * module, module];
      runs.push(`${box.map(pdfNumber).join(' ')} re`);
    }
  }
  return `${runs.join('\n')}\nf`;
}
