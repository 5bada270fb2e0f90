// The software signer: threads that hold keys and only sign.
import type { Sm2PrivateKey } from '../crypto/sm2.ts';
import { openKeyThreads } from './key-threads.ts';
import type { Signer } from './signer.ts';

/** `threads`: from 1 to 64. */
export function makeSignerPool(keys: ReadonlyMap<string, Sm2PrivateKey>, threads: number): Signer {
  const { pick: _, ...signer } = openKeyThreads({
    entry: new URL('./signer-worker.ts', import.meta.url),
    keys,
    threads,
  });
  return signer;
}
