// A workbook of one sheet, made by hand after ISO/IEC 29500, with whatever is wrong with it that a test wants.
import { crc32, deflateRawSync } from 'node:zlib';

export type CellXml = string;
export const text = (value: string): CellXml => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
export const number = (value: string): CellXml => `<c><v>${value}</v></c>`;
export const date = (serial: number): CellXml => `<c s="1"><v>${serial}</v></c>`;
export const formula = (code: string, kept: string): CellXml => `<c><f>${code}</f><v>${kept}</v></c>`;

export type Part = { readonly name: string; readonly bytes: Uint8Array; readonly claimedSize?: number };

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

export function makeXlsx(rows: readonly (readonly CellXml[])[], more: readonly Part[] = []): Uint8Array {
  const lines = rows.map((cells, row) => {
    const placed = cells.map((cell, column) =>
      cell.replace('<c', `<c r="${String.fromCharCode(65 + column)}${row + 1}"`),
    );
    return `<row r="${row + 1}">${placed.join('')}</row>`;
  });
  return zip([
    part(
      '[Content_Types].xml',
      `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`,
    ),
    part(
      '_rels/.rels',
      `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    part(
      'xl/workbook.xml',
      `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    part(
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    ),
    part(
      'xl/styles.xml',
      `<styleSheet xmlns="${MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    ),
    part('xl/worksheets/sheet1.xml', `<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData></worksheet>`),
    ...more,
  ]);
}

export function part(name: string, xml: string): Part {
  return { name, bytes: utf8(HEAD + xml) };
}

/** A ZIP of deflated entries; a part may lie about its size. */
export function zip(parts: readonly Part[]): Uint8Array {
  const bodies: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes, claimedSize = bytes.length } of parts) {
    const [packed, title] = [deflateRawSync(bytes), utf8(name)];
    const facts = [crc32(bytes), packed.length, claimedSize];
    const local = concat(u32(0x0403_4b50), u16(20, 0, 8, 0, 0), u32(...facts), u16(title.length, 0), title, packed);
    const entry = concat(u32(0x0201_4b50), u16(20, 20, 0, 8, 0, 0), u32(...facts), u16(title.length, 0, 0, 0, 0));
    directory.push(concat(entry, u32(0, offset), title));
    bodies.push(local);
    offset += local.length;
  }
  const entries = concat(...directory);
  const end = concat(u32(0x0605_4b50), u16(0, 0, parts.length, parts.length), u32(entries.length, offset), u16(0));
  return concat(...bodies, entries, end);
}

function u16(...values: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint16Array(values).buffer);
}

function u32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(values).buffer);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
