// Entry of a signing thread. Gets its keys at birth, then answers one message with one message, in order.
import type { KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { adoptSm2PrivateKey, signSm2 } from '../crypto/sm2.ts';

export type SignerWorkerKeys = { readonly keys: ReadonlyMap<string, KeyObject> };
export type SignRequest = {
  readonly id: number;
  readonly keyRef: string;
  readonly message: Uint8Array;
  readonly userId: string;
};
/** A key to take in, or with null to forget. Handled in order with the requests. */
export type KeyChange = { readonly keyRef: string; readonly key: KeyObject | null };
export type SignReply =
  | { readonly id: number; readonly signature: Uint8Array }
  | { readonly id: number; readonly fault: string };

const port = parentPort;
if (!port) throw new Error('this file is the entry of a worker thread');

const keys = new Map(
  [...(workerData as SignerWorkerKeys).keys].map(([keyRef, keyObject]) => [keyRef, adoptSm2PrivateKey(keyObject)]),
);

port.on('message', (message: SignRequest | KeyChange) => {
  if ('id' in message) port.postMessage(answer(message));
  else if (message.key) keys.set(message.keyRef, adoptSm2PrivateKey(message.key));
  else keys.delete(message.keyRef);
});

function answer({ id, keyRef, message, userId }: SignRequest): SignReply {
  const key = keys.get(keyRef);
  if (!key) return { id, fault: `no key ${keyRef}` };
  try {
    return { id, signature: signSm2(key, message, userId) };
  } catch (error) {
    return { id, fault: (error as Error).message };
  }
}
