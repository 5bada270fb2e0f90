// The moment at which initdb begins in a data folder. Told by the system, not by looking: on a busy machine initdb can be
// over between two looks, and whoever waits for its parts waits for ever.
import { watch } from 'node:fs';

/** Resolves when the parts of a new cluster appear; to be called before what makes them is started. */
export function awaitParts(dataDir: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dataDir, (_event, name) => {
      if (!name?.startsWith('postgres.new-')) return;
      watcher.close();
      resolve();
    });
  });
}
