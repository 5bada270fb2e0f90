// Stream bodies: FlateDecode with PNG predictors, as cross-reference and object streams use it.
// Other filters are refused: nothing that this room must read uses them.
import { inflateSync } from 'node:zlib';
import { asCount, broken, isArray, isDict, isName, type PdfDict, type PdfValue } from './value.ts';

/** `where`: for the message. `most`: bytes that the stream may decode to. */
export type Decoding = { readonly where: number; readonly most: number };

/** Decodes a stream body by its dictionary's /Filter and /DecodeParms; `pdf-broken` for anything else than Flate. */
export function decodeStream(header: PdfDict, body: Uint8Array, { where, most }: Decoding): Uint8Array {
  const filter = single(header.map.get('Filter'));
  if (filter === undefined || filter === null) return body;
  if (!isName(filter, 'FlateDecode')) throw broken('a structural stream uses a filter other than FlateDecode', where);
  const parameters = single(header.map.get('DecodeParms'));
  const inflated = inflate(body, { where, most });
  return isDict(parameters) ? undoPredictor(inflated, parameters, where) : inflated;
}

function single(value: PdfValue | undefined): PdfValue | undefined {
  if (!isArray(value)) return value;
  if (value.items.length > 1) throw broken('a structural stream has several filters');
  return value.items[0];
}

function inflate(body: Uint8Array, { where, most }: Decoding): Uint8Array {
  try {
    return inflateSync(body, { maxOutputLength: most });
  } catch (cause) {
    throw broken(`a compressed stream cannot be read: ${(cause as Error).message}`, where);
  }
}

function undoPredictor(bytes: Uint8Array, parameters: PdfDict, where: number): Uint8Array {
  const predictor = asCount(parameters.map.get('Predictor')) ?? 1;
  if (predictor === 1) return bytes;
  if (predictor < 10 || predictor > 15) throw broken(`predictor ${predictor} is not supported here`, where);
  const bits = (asCount(parameters.map.get('Colors')) ?? 1) * (asCount(parameters.map.get('BitsPerComponent')) ?? 8);
  const columns = asCount(parameters.map.get('Columns')) ?? 1;
  const rowLength = Math.ceil((bits * columns) / 8);
  if (rowLength < 1 || rowLength > 65_536) throw broken('a predictor has an impossible row length', where);
  return undoPng(bytes, rowLength, Math.max(1, bits >> 3), where);
}

/** PNG filters 0 to 4, one filter byte in front of each row. */
function undoPng(bytes: Uint8Array, rowLength: number, pixel: number, where: number): Uint8Array {
  const rows = Math.floor(bytes.length / (rowLength + 1));
  const out = new Uint8Array(rows * rowLength);
  for (let row = 0; row < rows; row++) {
    const from = row * (rowLength + 1);
    const to = row * rowLength;
    const type = bytes[from]!;
    if (type > 4) throw broken(`a row has the unknown PNG filter ${type}`, where);
    if (type === 2 && row > 0) {
      // What nearly every writer takes.
      for (let i = 0; i < rowLength; i++) out[to + i] = bytes[from + 1 + i]! + out[to - rowLength + i]!;
      continue;
    }
    for (let i = 0; i < rowLength; i++) {
      const left = i >= pixel ? out[to + i - pixel]! : 0;
      const up = row > 0 ? out[to - rowLength + i]! : 0;
      const upLeft = row > 0 && i >= pixel ? out[to - rowLength + i - pixel]! : 0;
      out[to + i] = bytes[from + 1 + i]! + predicted(type, left, up, upLeft);
    }
  }
  return out;
}

function predicted(type: number, left: number, up: number, upLeft: number): number {
  if (type === 0) return 0;
  if (type === 1) return left;
  if (type === 2) return up;
  if (type === 3) return (left + up) >> 1;
  const estimate = left + up - upLeft;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)];
  return a <= b && a <= c ? left : b <= c ? up : upLeft;
}
