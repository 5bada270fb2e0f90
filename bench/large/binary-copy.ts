// Rows in the binary form of PostgreSQL's COPY, written into one growing buffer: what fills a registry of millions in minutes.
import { fromHex } from '../../common/bytes.ts';

export type CopyType = 'text' | 'int4' | 'bytea' | 'bytea[]' | 'timestamptz' | 'date' | 'uuid';
export type CopyValue = string | number | Uint8Array | readonly Uint8Array[] | Date | null;
export type CopyTable = {
  /** With its schema. */
  readonly name: string;
  readonly columns: Readonly<Record<string, CopyType>>;
};

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEAD_BYTES = SIGNATURE.length + 8;
const FIRST_BYTES = 1024 * 1024;
const BYTEA_OID = 17;
const EPOCH_2000 = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

export type CopyRows = {
  /** One row, its values in the order of the columns. */
  readonly add: (values: readonly CopyValue[]) => void;
  /** The whole stream of the rows added since the last call. */
  readonly take: () => Buffer;
};

export function makeCopyRows({ name, columns }: CopyTable): CopyRows {
  const types = Object.values(columns);
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let at = 0;
  const reserve = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };
  const begin = (): void => {
    at = 0;
    reserve(HEAD_BYTES);
    SIGNATURE.copy(buffer);
    buffer.fill(0, SIGNATURE.length, HEAD_BYTES); // no flags, no extension
    at = HEAD_BYTES;
  };
  const int = (value: number): void => {
    reserve(4);
    at = buffer.writeInt32BE(value, at);
  };
  const bytes = (value: Uint8Array): void => {
    int(value.length);
    reserve(value.length);
    buffer.set(value, at);
    at += value.length;
  };
  const list = (values: readonly Uint8Array[]): void => {
    int(20 + values.reduce((sum, value) => sum + 4 + value.length, 0));
    for (const word of [1, 0, BYTEA_OID, values.length, 1]) int(word); // one dimension, no nulls, counted from 1
    for (const value of values) bytes(value);
  };
  const text = (value: string): void => {
    const length = Buffer.byteLength(value);
    int(length);
    reserve(length);
    at += buffer.write(value, at);
  };
  const instant = (value: Date): void => {
    int(8);
    reserve(8);
    at = buffer.writeBigInt64BE(BigInt(value.getTime() - EPOCH_2000) * 1000n, at);
  };
  const number = (value: number): void => {
    int(4);
    int(value);
  };
  const field = (type: CopyType, value: CopyValue): void => {
    if (value === null) int(-1);
    else if (value instanceof Uint8Array) bytes(value);
    else if (value instanceof Date) instant(value);
    else if (typeof value === 'number') number(value);
    else if (typeof value !== 'string') list(value);
    else if (type === 'uuid') bytes(fromHex(value.replaceAll('-', '')));
    else if (type === 'date') number((Date.parse(value) - EPOCH_2000) / DAY_MS);
    else text(value);
  };
  begin();
  return {
    add: (values) => {
      if (values.length !== types.length) throw new RangeError(`${name} has ${types.length} columns`);
      reserve(2);
      at = buffer.writeInt16BE(types.length, at);
      for (const [index, type] of types.entries()) field(type, values[index] ?? null);
    },
    take: () => {
      reserve(2);
      at = buffer.writeInt16BE(-1, at);
      const whole = Buffer.from(buffer.subarray(0, at));
      begin();
      return whole;
    },
  };
}
