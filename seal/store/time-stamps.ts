// seal.time_stamps: one row a time stamp, append-only. The primary key is what keeps a serial number from being given twice,
// whatever process asks and whatever was restored from a backup.
import type { Knex } from 'knex';
import { FLUSHED_LATER, runStatement, type Statement } from '../../common/db/statement.ts';

export type TimeStampRow = {
  /** Hexadecimal. */
  readonly serial: string;
  readonly time: Date;
  readonly policy: string;
  /** SM3 that is stamped, hexadecimal. */
  readonly imprintSm3: string;
};

const INSERT: Statement = {
  name: 'time-stamp-insert',
  text: `insert into seal.time_stamps (serial, gen_time, policy, imprint_sm3) values ($1, $2, $3, $4)
    on conflict (serial) do nothing`,
};

const INSERT_FOR_RELEASE: Statement = {
  name: 'time-stamp-insert-for-release',
  text: `with ${FLUSHED_LATER}
    insert into seal.time_stamps (serial, gen_time, policy, imprint_sm3)
    select $1::text, $2::timestamptz, $3::text, $4::text from flushed_later on conflict (serial) do nothing`,
};

/**
 * Records a time stamp before it is signed; false when the serial number was given before. `isForRelease`: the token stays
 * here until a sealing is released, whose commit flushes this row too.
 */
export async function insertTimeStamp(
  db: Knex,
  { serial, time, policy, imprintSm3 }: TimeStampRow,
  isForRelease: boolean,
): Promise<boolean> {
  const statement = isForRelease ? INSERT_FOR_RELEASE : INSERT;
  const { rowCount } = await runStatement(db, statement, [serial, time, policy, imprintSm3]);
  return rowCount === 1;
}
