// A quick look at the newest part of every chain: the last rows fit together, give their hashes, and are those that the last
// checkpoint names. What is older, and the checkpoints' own signatures, are for `verifyAudit`.
import type { Knex } from 'knex';
import { hashRow } from './entry.ts';
import { findLastCheckpoint } from './store/checkpoints.ts';
import { findMatching, listHeads, listRows } from './store/entries.ts';

export type NewestFinding = {
  /** Rows that were looked at, in all chains. */
  readonly rows: number;
  /** Rows that do not fit, and places of the last checkpoint that hold another row. */
  readonly faults: number;
  readonly checkpoint: { readonly number: number; readonly at: Date } | null;
};

/** At most `limit` rows of each chain. */
export async function verifyNewest(db: Knex, schema: string, limit: number): Promise<NewestFinding> {
  return db.transaction(
    async (trx) => {
      let rows = 0;
      let faults = 0;
      for (const { chain, number } of await listHeads(trx, schema)) {
        const part = await listRows(trx, schema, chain, Math.max(0, Number(number) - limit), limit);
        rows += part.length;
        faults += part.filter((row, at) => {
          const before = part[at - 1];
          const follows = before === undefined || (row.previous === before.hash && row.number === before.number + 1);
          return !follows || hashRow(row) !== row.hash;
        }).length;
      }
      const checkpoint = await findLastCheckpoint(trx, schema);
      const heads = checkpoint?.heads ?? [];
      const matching = heads.length === 0 ? [] : await findMatching(trx, schema, heads);
      return {
        rows,
        faults: faults + heads.length - matching.length,
        checkpoint: checkpoint && { number: Number(checkpoint.number), at: checkpoint.at },
      };
    },
    { readOnly: true, isolationLevel: 'repeatable read' },
  );
}
