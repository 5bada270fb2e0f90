// A QR code (ISO/IEC 18004) as one PDF path: dark modules of a row merged into runs, all runs in one fill. Separate fills leave
// hairlines between the modules under some renderers, and an image fails at low resolution. Nothing is chosen by trying, so
// that the same text gives the same modules.
import QRCode from 'qrcode';
import { utf8 } from '../../common/bytes.ts';
import { pdfNumber } from '../../common/pdf/pdf-file.ts';

const QUIET_ZONE_MODULES = 4;
const MASK_PATTERN = 3; // fixed: any mask can be read, and trying all of them costs most of the time

/**
 * Path operators for `text`, as bytes in one segment, in a square of `side` points with its lower left corner at (x, y),
 * quiet zone included. One module is one unit of a system of its own.
 */
export function qrPath(text: string, x: number, y: number, side: number): string {
  const segment = { data: utf8(text), mode: 'byte' } as const;
  const { modules } = QRCode.create([segment], { errorCorrectionLevel: 'M', maskPattern: MASK_PATTERN });
  const { size, data } = modules;
  const module = side / (size + 2 * QUIET_ZONE_MODULES);
  const [left, bottom] = [x + QUIET_ZONE_MODULES * module, y + QUIET_ZONE_MODULES * module];
  let runs = `q ${module.toFixed(5)} 0 0 ${module.toFixed(5)} ${pdfNumber(left)} ${pdfNumber(bottom)} cm\n`;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (!data[row * size + column]) continue;
      const start = column;
      while (column + 1 < size && data[row * size + column + 1]) column += 1;
      runs += `${start} ${size - 1 - row} ${column - start + 1} 1 re\n`;
    }
  }
  return `${runs}f Q`;
}
