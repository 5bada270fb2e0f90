// The outer frame of a PDF file (ISO 32000): header, startxref and %%EOF, and what stands in front of the header.
import { isTrustError, TrustError } from '../../common/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { broken } from './value.ts';
import { readSection } from './xref.ts';

/** Offset of %PDF-, which ISO 32000 readers look for in the first kilobyte. */
export function findHeader(source: ByteSource): number {
  const { buffer, byteOffset, length } = source.read(0, Math.min(1024, source.size));
  const start = Buffer.from(buffer, byteOffset, length);
  const at = start.indexOf('%PDF-');
  if (at < 0) throw new TrustError('not-a-pdf', `There is no %PDF- header; the file looks like ${describe(start)}`);
  return at;
}

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'a ZIP container (OFD, Word, Excel)'],
  ['\x89PNG', 'a PNG picture'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['GIF8', 'a GIF picture'],
  ['\xd0\xcf\x11\xe0', 'an old Office document'],
  ['{\\rtf', 'an RTF text'],
  ['%!PS', 'PostScript'],
  ['<?xml', 'XML'],
  ['<!DOCTYPE', 'an HTML page'],
  ['<html', 'an HTML page'],
];

function describe(start: Buffer): string {
  if (start.length === 0) return 'an empty file';
  const text = start.toString('latin1');
  return SIGNATURES.find(([magic]) => text.startsWith(magic))?.[1] ?? 'nothing known here';
}

export function findStartxref(source: ByteSource): number {
  const length = Math.min(2048, source.size);
  const { buffer, byteOffset } = source.read(source.size - length, length);
  const tail = Buffer.from(buffer, byteOffset, length);
  const last = tail.toString('latin1', Math.max(0, tail.lastIndexOf('startxref')));
  const match = /^startxref[\0\t\n\f\r ]+(\d{1,15})[\0\t\n\f\r ]+%%EOF/.exec(last);
  if (!match) throw new TrustError('pdf-truncated', 'The file does not end with startxref, an offset and %%EOF');
  const startxref = Number(match[1]);
  if (startxref >= source.size) {
    throw new TrustError('pdf-truncated', `startxref says ${startxref}, but the file has only ${source.size} bytes`);
  }
  return startxref;
}

/**
 * Offsets count from the header in some files and from byte 0 in others; the last section tells which. A file that can be
 * read both ways is two documents in one, and refused.
 */
export function findBase(source: ByteSource, startxref: number, header: number): number {
  if (header === 0) return 0;
  const isSection = (base: number): boolean => {
    try {
      readSection(source, startxref, base);
      return true;
    } catch (error) {
      if (isTrustError(error)) return false;
      throw error;
    }
  };
  if (!isSection(header)) return 0;
  if (!isSection(0) || isBlank(source, header, startxref)) return header;
  throw broken(`${header} bytes stand in front of the header, and offsets lead somewhere with them and without`);
}

const MAX_BLANK = 16;

/** A line end or two in front of the header, and between the two places: both readings lead to the same section. */
function isBlank(source: ByteSource, length: number, startxref: number): boolean {
  const blank = (bytes: Uint8Array): boolean => bytes.every((byte) => [0, 9, 10, 12, 13, 32].includes(byte));
  return length <= MAX_BLANK && blank(source.read(0, length)) && blank(source.read(startxref, length));
}
