// Looks into a ZIP (APPNOTE 6.3) before a library reads it: every entry is inflated under a hard bound and must have the size
// and checksum that the directory claims. What passes cannot swell in the reader's hands.
import { crc32, inflateRawSync } from 'node:zlib';
import { refuse } from './sheet.ts';

export type ZipBounds = { readonly entries: number; readonly bytes: number };
export type ZipEntry = { readonly name: string; readonly bytes: Uint8Array };

const END = 0x0605_4b50;
const END64_LOCATOR = 0x0706_4b50;
const LOCATOR_BYTES = 20;
const DIRECTORY = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const END_BYTES = 22;
const MAX_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

/** Every entry with its bytes. Throws `sheet-unreadable` for what is damaged, encrypted, ZIP64, or larger than `bounds`. */
export function openZip(zip: Uint8Array, bounds: ZipBounds): readonly ZipEntry[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  // A second count or a ZIP64 directory could lead a reader to other entries than those that are judged here.
  const isSplit = view.getUint16(end + 8, true) !== count || view.getUint32(end + 4, true) !== 0;
  const is64 = end >= LOCATOR_BYTES && view.getUint32(end - LOCATOR_BYTES, true) === END64_LOCATOR;
  if (isSplit || is64) damaged();
  if (count > bounds.entries) refuse(`the file holds ${count} parts; ${bounds.entries} are allowed`);
  let at = view.getUint32(end + 16, true);
  let left = bounds.bytes;
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    if (at + 46 > zip.length || view.getUint32(at, true) !== DIRECTORY) damaged();
    const entry = readEntry(zip, view, at, left);
    if (names.has(entry.name)) damaged();
    names.add(entry.name);
    left -= entry.bytes.length;
    entries.push(entry);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT);
  for (let at = view.byteLength - END_BYTES; at >= lowest; at--) if (view.getUint32(at, true) === END) return at;
  return damaged();
}

function readEntry(zip: Uint8Array, view: DataView, at: number, left: number): ZipEntry {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [crc, packed, size] = [
    view.getUint32(at + 16, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 24, true),
  ];
  if (flags & ENCRYPTED) refuse('the file is encrypted; save it without a password');
  if (size > left) refuse('unzipped, the file is larger than is allowed');
  const nameBytes = view.getUint16(at + 28, true);
  const name = new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameBytes));
  const local = view.getUint32(at + 42, true);
  if (local + 30 > zip.length || view.getUint32(local, true) !== LOCAL) damaged();
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const content = zip.subarray(start, start + packed);
  if (content.length !== packed) damaged();
  const bytes = unpack(content, method, size);
  if (bytes.length !== size || crc32(bytes) !== crc) damaged();
  return { name, bytes };
}

function unpack(content: Uint8Array, method: number, size: number): Uint8Array {
  if (method === STORED) return content;
  if (method !== DEFLATED) return damaged();
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(size, 1) });
  } catch {
    return damaged();
  }
}

function damaged(): never {
  return refuse('the file is damaged, or it is no XLSX file');
}
