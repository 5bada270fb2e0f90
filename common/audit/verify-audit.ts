// Proves that no row of an audit log was changed, dropped or moved: every chain is computed anew, every checkpoint's link
// and signature are checked, and every row that a checkpoint names must still be there with that hash. The copy outside the
// database is held against both: what the owner of the tables removed or computed anew together shows only there.
// Reads in pages inside one snapshot; memory does not grow with the log.
import type { Knex } from 'knex';
import type { Certificate } from '../pki/certificate.ts';
import type { TrustStores } from '../pki/trust-stores.ts';
import { type AuditFault, makeFaultList } from './audit-fault.ts';
import { emptyChain, hashRow } from './entry.ts';
import { countTimeStamps } from './store/checkpoints.ts';
import { listHeads, listRows } from './store/entries.ts';
import { type Coverage, makeCheckpointJudge, verifyCopy, verifyStoredCheckpoints } from './verify-checkpoints.ts';
import { type StampFinding, verifyNewestStamp } from './verify-stamp.ts';

export type AuditVerification = {
  readonly db: Knex;
  readonly schema: string;
  readonly room: string;
  /** Of the keys that may have signed checkpoints. */
  readonly certificates: readonly Certificate[];
  /** Folder of the copy; null when none is at hand. */
  readonly copyFolder: string | null;
  /** Under which times may be stamped; without it a token proves no time. */
  readonly trust?: TrustStores | undefined;
  /** Where the rows stand for events in a table of the room: holds the one against the other, in the same snapshot. */
  readonly verifyEvents?: EventVerifier | undefined;
};

export type EventVerifier = (db: Knex, add: (fault: AuditFault) => void) => Promise<EventFinding>;
export type EventFinding = {
  readonly events: number;
  /** Written and not yet in a chain. */
  readonly waiting: number;
};

export type ChainFinding = {
  readonly chain: number;
  readonly rows: number;
  /** The last row that a sound checkpoint in the database, or in the copy, stands for; 0 for none. */
  readonly coveredByDatabase: number;
  readonly coveredByCopy: number;
};

export type AuditFinding = {
  readonly room: string;
  readonly faults: readonly AuditFault[];
  /** True when there were more than are listed. */
  readonly hasMore: boolean;
  readonly chains: readonly ChainFinding[];
  readonly checkpoints: Coverage;
  readonly copy: Coverage | null;
  /** Checkpoints that carry a token of a time-stamp authority. */
  readonly timeStamps: number;
  /** The newest of them judged. */
  readonly lastStamp: StampFinding | null;
  /** Null for a room whose rows stand for themselves. */
  readonly events: EventFinding | null;
};

const PAGE = 1000;

/** Code: `file-corrupt` when the copy cannot be opened; else only what the database throws. */
export async function verifyAudit(request: AuditVerification): Promise<AuditFinding> {
  const { schema, room } = request;
  return request.db.transaction(
    async (db) => {
      const faults = makeFaultList();
      const lengths = new Map<number, number>();
      for (const { chain } of await listHeads(db, schema)) {
        lengths.set(chain, await verifyChainRows(db, schema, room, chain, faults.add));
      }
      const judge = makeCheckpointJudge({ db, schema, room, certificates: request.certificates, add: faults.add });
      const checkpoints = await verifyStoredCheckpoints(judge);
      const copy = request.copyFolder === null ? null : await verifyCopy(judge, request.copyFolder);
      const lastStamp = await verifyNewestStamp({ db, schema, trust: request.trust }, faults.add);
      const events = (await request.verifyEvents?.(db, faults.add)) ?? null;
      return {
        room,
        ...faults.list(),
        chains: [...lengths].map(([chain, rows]) => ({
          chain,
          rows,
          coveredByDatabase: checkpoints.covered.get(chain) ?? 0,
          coveredByCopy: copy?.covered.get(chain) ?? 0,
        })),
        checkpoints,
        copy,
        timeStamps: (await countTimeStamps(db, schema)).stamped,
        lastStamp,
        events,
      };
    },
    { readOnly: true, isolationLevel: 'repeatable read' },
  );
}

/**
 * One chain from its first row; how many rows it has. After a fault the walk goes on from the row as it stands, so that
 * one change is one fault.
 */
async function verifyChainRows(
  db: Knex,
  schema: string,
  room: string,
  chain: number,
  add: (fault: AuditFault) => void,
): Promise<number> {
  let last = emptyChain(room, chain);
  let count = 0;
  for (;;) {
    const rows = await listRows(db, schema, chain, last.number, PAGE);
    for (const row of rows) {
      const where = { chain, row: row.number };
      if (row.number !== last.number + 1) {
        add({ kind: 'row-missing', ...where, detail: `rows ${last.number + 1} to ${row.number - 1} are not there` });
      } else if (row.previous !== last.hash) {
        add({ kind: 'row-out-of-order', ...where, detail: 'it does not follow the row before it' });
      }
      if (hashRow(row) !== row.hash) {
        add({ kind: 'row-changed', ...where, detail: 'its content does not give its hash' });
      }
      last = row;
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
  }
}
