// seal.time_stamps: one row a time stamp, append-only. The primary key is what keeps a serial number from being given twice,
// whatever process asks and whatever was restored from a backup.
import type { Knex } from 'knex';

export type TimeStampRow = {
  /** Hexadecimal. */
  readonly serial: string;
  readonly time: Date;
  readonly policy: string;
  /** SM3 that is stamped, hexadecimal. */
  readonly imprintSm3: string;
};

/** Records a time stamp before it is signed; false when the serial number was given before. */
export async function insertTimeStamp(db: Knex, { serial, time, policy, imprintSm3 }: TimeStampRow): Promise<boolean> {
  const inserted = await db('seal.time_stamps')
    .insert({ serial, gen_time: time, policy, imprint_sm3: imprintSm3 })
    .onConflict('serial')
    .ignore()
    .returning('serial')
    .options({ name: 'time-stamp-insert' });
  return inserted.length === 1;
}
