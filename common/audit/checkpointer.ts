// Makes a checkpoint whenever there are new rows, and keeps its copy outside the database. Any number of nodes may run it:
// one at a time makes checkpoints, every one of them keeps a copy. The signature is made outside of any transaction.
// Where the rows below the last checkpoint are not what was signed, nothing more is signed: that is for a person to see.
import type { Knex } from 'knex';
import { fromHex, toHex } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Certificate, certificateFingerprint } from '../pki/certificate.ts';
import { type Checkpoint, encodeCheckpoint, nextCheckpoint, noCheckpoint } from './checkpoint.ts';
import type { CheckpointCopy } from './checkpoint-copy.ts';
import type { Head } from './entry.ts';
import {
  findLastCheckpoint,
  insertCheckpoint,
  markTimeStamp,
  releaseCheckpointLock,
  takeCheckpointLock,
} from './store/checkpoints.ts';
import { findMatching, listHeads } from './store/entries.ts';

/** The room's key for checkpoints; a device fits behind it. */
export type CheckpointSigner = {
  readonly certificate: Certificate;
  /** SM2 signature, DER, with the default user id. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** The port of a time-stamp authority: SM3 of a checkpoint in, its RFC 3161 token out. */
export type TimeStamper = (sm3: Uint8Array) => Promise<Uint8Array>;

export type CheckpointerDeps = {
  /** The pool of the audit log: lock and release must meet the same session. */
  readonly db: Knex;
  readonly schema: string;
  readonly room: string;
  readonly signer: CheckpointSigner;
  readonly copy: CheckpointCopy;
  readonly clock: Clock;
  readonly log: Log;
  readonly stamp?: TimeStamper;
};

export type Checkpointer = {
  /** Makes a checkpoint if there is something new and nobody else is at it, then brings the copy up to date. */
  readonly run: () => Promise<Checkpoint | null>;
  /** Asks for a time stamp over the newest checkpoint, which stands for all before it; false when there is none to ask. */
  readonly stampNewest: () => Promise<boolean>;
};

export function makeCheckpointer(deps: CheckpointerDeps): Checkpointer {
  const { db, schema, room, copy, stamp } = deps;
  let newest: Checkpoint | null = null; // of this process; what is older in the table was put there by somebody else
  return {
    run: async () => {
      if (await takeCheckpointLock(db, schema)) {
        try {
          newest = await checkpoint(deps, newest);
        } finally {
          await releaseCheckpointLock(db, schema);
        }
      }
      await copy.bringUpToDate(db, schema, room);
      return newest;
    },
    stampNewest: async () => {
      const last = stamp ? await findLastCheckpoint(db, schema) : null;
      if (!stamp || !last) return false;
      return markTimeStamp(db, schema, last.number, await stamp(fromHex(last.hash)));
    },
  };
}

/** The newest checkpoint: a new one where heads have moved. */
async function checkpoint(deps: CheckpointerDeps, known: Checkpoint | null): Promise<Checkpoint | null> {
  const { db, schema, room, signer, clock, log } = deps;
  const last = await findLastCheckpoint(db, schema);
  const heads = await listHeads(db, schema);
  if (!(await isContinued(deps, known, last))) {
    log.error({ last: last?.number, known: known?.number }, 'the audit log was changed below its last checkpoint');
    return known;
  }
  if (heads.length === 0 || (last && sameHeads(last.heads, heads))) return last;
  const certificateSm3 = certificateFingerprint(signer.certificate);
  const unsigned = nextCheckpoint(room, last ?? noCheckpoint(room), { at: clock(), heads, certificateSm3 });
  const signature = await signer.sign(encodeCheckpoint(room, unsigned));
  const made = { ...unsigned, signature: toHex(signature) };
  return (await insertCheckpoint(db, schema, made)) ? made : last;
}

/** True when what we knew is still there and every row that the last checkpoint names has the hash that it names. */
async function isContinued(
  { db, schema }: CheckpointerDeps,
  known: Checkpoint | null,
  last: Checkpoint | null,
): Promise<boolean> {
  if (known && (!last || last.number < known.number)) return false;
  if (known && last?.number === known.number && last.hash !== known.hash) return false;
  return !last || (await findMatching(db, schema, last.heads)).length === last.heads.length;
}

function sameHeads(a: readonly Head[], b: readonly Head[]): boolean {
  return (
    a.length === b.length && a.every((head, index) => head.number === b[index]!.number && head.hash === b[index]!.hash)
  );
}
