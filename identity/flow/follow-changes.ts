// How a running room notices what others changed: it reads the numbers of `identity.changes`, at most once in `freshForMs`
// however many requests ask, and never answers with what is older than that. No connection listens for a call, which a
// pooler in between would lose without a word; a second is soon enough.
import type { Knex } from 'knex';
import { readVersions, type Topic } from '../store/changes.ts';

export type Changes = {
  /** The number of `topic`, read less than `freshForMs` ago. Fails when it cannot be read. */
  version(topic: Topic): number | Promise<number>;
};

export type FollowDeps = {
  readonly db: Knex;
  /** 0: read at every question. */
  readonly freshForMs: number;
};

export function followChanges({ db, freshForMs }: FollowDeps): Changes {
  let known: ReadonlyMap<Topic, number> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const read = async (): Promise<void> => {
    const startedAt = performance.now();
    known = await readVersions(db);
    readAt = startedAt;
  };
  const versionOf = (topic: Topic): number => known.get(topic) ?? 0;
  return {
    version: (topic) => {
      if (performance.now() - readAt < freshForMs) return versionOf(topic);
      // With 0, a reading under way began before the question and does not answer it.
      if (freshForMs === 0) return read().then(() => versionOf(topic));
      reading ??= read().finally(() => {
        reading = null;
      });
      return reading.then(() => versionOf(topic));
    },
  };
}
