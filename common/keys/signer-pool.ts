// The software signer: keys from files, signatures in worker threads, so that the event loop stays free (one-shot
// signing in the thread pool of Node does not give standard SM2 signatures). Not for legal effect: a certified device
// belongs behind the same port. A worker that dies takes its signatures in flight with it; the next call starts another.
import { Worker } from 'node:worker_threads';
import { DEFAULT_USER_ID, type Sm2PrivateKey } from '../crypto/sm2.ts';
import { TrustError } from '../errors.ts';
import { type KeyFileOptions, readKeyFiles } from './key-file.ts';
import type { Signer } from './signer.ts';
import type { KeyChange, SignerWorkerKeys, SignReply, SignRequest } from './signer-worker.ts';

export type SoftwareSignerOptions = KeyFileOptions & {
  /** Reference -> path of the key file. */
  readonly keyFiles: Readonly<Record<string, string>>;
  /** Threads, 1 to 64; started when first needed. */
  readonly workers: number;
};

type Waiting = { readonly resolve: (signature: Uint8Array) => void; readonly reject: (error: Error) => void };
type Thread = { readonly worker: Worker; readonly waiting: Map<number, Waiting> };

/** Reads every key file, so that a bad one is found at start. Errors of `readSm2KeyFile`. */
export async function makeSoftwareSigner(options: SoftwareSignerOptions): Promise<Signer> {
  return makeSignerPool(await readKeyFiles(options), options.workers);
}

/** The same over keys that are at hand already. */
export function makeSignerPool(initial: ReadonlyMap<string, Sm2PrivateKey>, workers: number): Signer {
  if (!Number.isInteger(workers) || workers < 1 || workers > 64) throw new RangeError('workers: from 1 to 64');
  const keyObjects = new Map([...initial].map(([keyRef, key]) => [keyRef, key.keyObject]));
  const threads: Thread[] = [];
  let isClosed = false;
  let lastId = 0;

  const pick = (): Thread => {
    const idlest = threads.toSorted((a, b) => a.waiting.size - b.waiting.size)[0];
    if (idlest && (idlest.waiting.size === 0 || threads.length >= workers)) return idlest;
    const thread = startThread(keyObjects, () => threads.splice(threads.indexOf(thread), 1));
    threads.push(thread);
    return thread;
  };

  const change = (message: KeyChange): void => {
    for (const { worker } of threads) worker.postMessage(message);
  };

  return {
    load: (keyRef, key) => {
      keyObjects.set(keyRef, key.keyObject);
      change({ keyRef, key: key.keyObject });
    },
    unload: (keyRef) => {
      if (keyObjects.delete(keyRef)) change({ keyRef, key: null });
    },
    sign: async (keyRef, message, userId = DEFAULT_USER_ID) => {
      if (isClosed) throw new TrustError('stopping', 'the signer is closed');
      if (!keyObjects.has(keyRef)) throw new TrustError('key-not-found', `there is no signing key "${keyRef}" here`);
      lastId += 1;
      return askThread(pick(), { id: lastId, keyRef, message, userId });
    },
    close: async () => {
      isClosed = true;
      await Promise.all(threads.map(settle));
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function startThread(keys: SignerWorkerKeys['keys'], forget: () => void): Thread {
  const workerData: SignerWorkerKeys = { keys };
  const worker = new Worker(new URL('./signer-worker.ts', import.meta.url), { workerData });
  const waiting = new Map<number, Waiting>();
  worker.unref();
  worker.on('message', (reply: SignReply) => {
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if ('signature' in reply) caller?.resolve(reply.signature);
    else caller?.reject(new TrustError('internal', `signing failed: ${reply.fault}`));
  });
  const fail = (cause: unknown) => {
    for (const caller of waiting.values())
      caller.reject(new TrustError('internal', 'a signing thread died', { cause }));
    waiting.clear();
  };
  worker.on('error', fail);
  worker.once('exit', (code) => {
    fail(new Error(`exit code ${code}`));
    forget();
  });
  return { worker, waiting };
}

/** An idle thread does not keep the process alive; one with work does. */
function askThread({ worker, waiting }: Thread, request: SignRequest): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    waiting.set(request.id, { resolve, reject });
    worker.ref();
    worker.postMessage({ ...request, message: detach(request.message) });
  });
}

/** A view that is posted takes the whole buffer behind it along: other people's bytes, and time. */
function detach(message: Uint8Array): Uint8Array {
  return message.byteLength === message.buffer.byteLength ? message : message.slice();
}

async function settle({ waiting }: Thread): Promise<void> {
  await Promise.allSettled(
    [...waiting].map(
      ([id, caller]) =>
        new Promise<void>((done) => {
          waiting.set(id, {
            resolve: (signature) => {
              caller.resolve(signature);
              done();
            },
            reject: (error) => {
              caller.reject(error);
              done();
            },
          });
        }),
    ),
  );
}
