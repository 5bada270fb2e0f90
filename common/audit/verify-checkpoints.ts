// The checkpoints of an audit log, those in the database and those in the copy: links, signatures, and the rows that they
// name. Every signature is verified, about 0.5 ms each.
import type { Knex } from 'knex';
import { verifySm2 } from '../crypto/sm2.ts';
import { type Certificate, certificateFingerprint } from '../pki/certificate.ts';
import type { AuditFault } from './audit-fault.ts';
import { type Checkpoint, encodeCheckpoint, hashCheckpoint, noCheckpoint, signatureOf } from './checkpoint.ts';
import { readCopy } from './checkpoint-copy.ts';
import { findSameCheckpoints, listCheckpoints } from './store/checkpoints.ts';
import { findMatching, listHeads } from './store/entries.ts';

export type Coverage = {
  readonly count: number;
  /** The newest one, sound or not. */
  readonly last: { readonly number: number; readonly at: Date } | null;
  /** Chain -> the last row that a sound checkpoint stands for. */
  readonly covered: ReadonlyMap<number, number>;
};

type Given = {
  readonly db: Knex;
  readonly schema: string;
  readonly room: string;
  readonly certificates: readonly Certificate[];
  readonly add: (fault: AuditFault) => void;
};
export type CheckpointJudge = Given & {
  readonly keys: ReadonlyMap<string, Certificate>;
  /** Rows that were called lost or rewritten: an idle chain stands in many checkpoints, and each of them in the copy too. */
  readonly said: Set<string>;
};
type Found = { readonly checkpoint: Checkpoint; readonly line?: number };

const PAGE = 1000;

export function makeCheckpointJudge(given: Given): CheckpointJudge {
  return {
    ...given,
    said: new Set(),
    keys: new Map(given.certificates.map((certificate) => [certificateFingerprint(certificate), certificate])),
  };
}

/** Those in the database, from the first. */
export async function verifyStoredCheckpoints(judge: CheckpointJudge): Promise<Coverage> {
  const walk = startWalk(judge);
  for (let after = 0; ; ) {
    const page = await listCheckpoints(judge.db, judge.schema, after, PAGE);
    await walk.take(page.map((checkpoint) => ({ checkpoint })));
    if (page.length < PAGE) return walk.coverage();
    after = page.at(-1)!.number;
  }
}

/** Those of the copy, which must be in the database too, the same. */
export async function verifyCopy(judge: CheckpointJudge, folder: string): Promise<Coverage> {
  const walk = startWalk(judge);
  for await (const page of readCopy(folder, judge.room)) {
    const found: Found[] = [];
    for (const { line, checkpoint } of page) {
      if (checkpoint) found.push({ line, checkpoint });
      else
        judge.add({ kind: 'copy-unreadable', line, detail: `line ${line} of the copy is no checkpoint of this room` });
    }
    const stored = await findSameCheckpoints(
      judge.db,
      judge.schema,
      found.map(({ checkpoint }) => checkpoint),
    );
    for (const { line, checkpoint } of found) {
      const where = { checkpoint: checkpoint.number, line: line! };
      const state = stored.get(checkpoint.number);
      if (!state) judge.add({ kind: 'checkpoint-lost', ...where, detail: 'it is in the copy and not in the database' });
      if (state === 'other') judge.add({ kind: 'checkpoint-replaced', ...where, detail: 'copy and database differ' });
    }
    await walk.take(found);
  }
  return walk.coverage();
}

/** Goes along checkpoints in the order of their numbers; one that stands twice, alike, is no fault. */
function startWalk(judge: CheckpointJudge) {
  let last: { readonly number: number; readonly hash: string } = noCheckpoint(judge.room);
  let newest: Checkpoint | null = null;
  let count = 0;
  const covered = new Map<number, number>();
  return {
    take: async (page: readonly Found[]): Promise<void> => {
      const fresh = page.filter(({ checkpoint }) => {
        const isRepeated = checkpoint.number === last.number && checkpoint.hash === last.hash;
        if (!isRepeated) checkLink(judge, last, checkpoint);
        if (!isRepeated) last = checkpoint;
        return !isRepeated;
      });
      const sound = fresh.filter(({ checkpoint }) => isSigned(judge, checkpoint));
      count += fresh.length;
      newest = fresh.at(-1)?.checkpoint ?? newest;
      for (const head of await checkRows(judge, sound)) {
        covered.set(head.chain, Math.max(head.number, covered.get(head.chain) ?? 0));
      }
    },
    coverage: (): Coverage => ({ count, last: newest && { number: newest.number, at: newest.at }, covered }),
  };
}

function checkLink({ add }: CheckpointJudge, last: { number: number; hash: string }, next: Checkpoint): void {
  if (next.number === last.number + 1 && next.previous === last.hash) return;
  const detail =
    next.number === last.number + 1
      ? 'it does not follow the checkpoint before it'
      : `it stands behind checkpoint ${last.number}`;
  add({ kind: 'checkpoint-missing', checkpoint: next.number, detail });
}

function isSigned({ room, keys, add }: CheckpointJudge, checkpoint: Checkpoint): boolean {
  const where = { checkpoint: checkpoint.number };
  if (hashCheckpoint(room, checkpoint) !== checkpoint.hash) {
    add({ kind: 'checkpoint-changed', ...where, detail: 'its content does not give its hash' });
    return false;
  }
  const certificate = keys.get(checkpoint.certificateSm3);
  if (!certificate || checkpoint.at < certificate.notBefore || checkpoint.at > certificate.notAfter) {
    const detail = certificate
      ? 'its time is outside of its certificate'
      : `it names a certificate that was not given (SM3 ${checkpoint.certificateSm3})`;
    add({ kind: 'checkpoint-untrusted', ...where, detail });
    return false;
  }
  const isSound = verifySm2(certificate.publicKey(), encodeCheckpoint(room, checkpoint), signatureOf(checkpoint));
  if (!isSound) add({ kind: 'checkpoint-changed', ...where, detail: 'its signature does not fit' });
  return isSound;
}

/** The rows that these checkpoints name and that are there with the hash named; a fault for each other one. */
async function checkRows({ db, schema, add, said }: CheckpointJudge, found: readonly Found[]) {
  const named = found.flatMap(({ checkpoint }) =>
    checkpoint.heads.map((head) => ({ ...head, checkpoint: checkpoint.number })),
  );
  const matching = await findMatching(db, schema, named);
  const places = new Set(matching.map(placeOf));
  const lost = named.filter((head) => !places.has(placeOf(head)));
  if (lost.length === 0) return matching;
  const ends = new Map((await listHeads(db, schema)).map(({ chain, number }) => [chain, number]));
  for (const head of lost) {
    if (said.has(placeOf(head))) continue;
    said.add(placeOf(head));
    const where = { chain: head.chain, row: head.number, checkpoint: head.checkpoint };
    const end = ends.get(head.chain) ?? 0;
    if (end < head.number) add({ kind: 'row-lost', ...where, detail: `the chain ends at row ${end}` });
    else add({ kind: 'row-rewritten', ...where, detail: 'its hash is not the one that was signed' });
  }
  return matching;
}

const placeOf = (head: { chain: number; number: number; hash: string }): string =>
  `${head.chain}/${head.number}/${head.hash}`;
