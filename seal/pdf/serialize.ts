// PDF values back to bytes. Strings and numbers are written as the file had them.
import type { PdfValue } from './value.ts';

/** The value as PDF syntax, one line. */
export function serialize(value: PdfValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  switch (value.kind) {
    case 'number':
      return value.raw;
    case 'name':
      return serializeName(value.value);
    case 'string':
      return Buffer.from(value.raw.buffer, value.raw.byteOffset, value.raw.length).toString('latin1');
    case 'ref':
      return `${value.num} ${value.gen} R`;
    case 'array':
      return `[${value.items.map(serialize).join(' ')}]`;
    case 'dict': {
      let entries = '';
      for (const [key, item] of value.map)
        entries += `${entries === '' ? '' : ' '}${serializeName(key)} ${serialize(item)}`;
      return `<<${entries}>>`;
    }
  }
}

/** A text string (ISO 32000): ASCII as it is, everything else UTF-16BE with byte order mark, in hexadecimal. */
export function textString(text: string): PdfValue {
  const isAscii = /^[\x20-\x7e]*$/.test(text);
  const bytes = isAscii ? Buffer.from(text, 'latin1') : Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  const raw = isAscii ? `(${text.replace(/[\\()]/g, '\\$&')})` : `<${bytes.toString('hex')}>`;
  return { kind: 'string', bytes, raw: Buffer.from(raw, 'latin1'), offset: -1 };
}

/** The text of a text string; PDFDocEncoding is read as Latin-1. */
export function readTextString(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return new TextDecoder('utf-16be').decode(buffer.subarray(2));
  if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) return buffer.subarray(3).toString('utf8');
  return buffer.toString('latin1');
}

/** A date string of ISO 32000 in UTC: D:YYYYMMDDHHmmSSZ. */
export function dateString(time: Date): PdfValue {
  return textString(`D:${time.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`);
}

const IRREGULAR = /[^\x21-\x7e]|[#()<>[\]{}/%]/;
const ALL_IRREGULAR = new RegExp(IRREGULAR, 'g');

function serializeName(text: string): string {
  if (!IRREGULAR.test(text)) return `/${text}`;
  return `/${text.replace(ALL_IRREGULAR, (char) => `#${char.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;
}
