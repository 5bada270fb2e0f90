// What the columns of our tables become: `timestamptz` is Date, `date` is text YYYY-MM-DD (a day has no time zone), `int8` is
// number, `bytea` is Buffer; everything else as pg has it.
import pg from 'pg';

const DATE = 1082;
const INT8 = 20;

/** The parser of a column that the server sends as text. */
export function textParser(oid: number): (text: string) => unknown {
  if (oid === DATE) return (text) => text;
  if (oid === INT8) return parseInt8;
  return pg.types.getTypeParser(oid, 'text') as (text: string) => unknown;
}

/** As pg asks for it. */
export function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : textParser(oid);
}

function parseInt8(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError('an int8 beyond 2^53 does not fit a number');
  return number;
}
