// The other end of key-threads.ts: a thread that gets its keys at birth and by message, in order with the questions, and signs.
import type { KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { adoptSm2PrivateKey, type Sm2PrivateKey, signSm2 } from '../crypto/sm2.ts';
import { TrustError } from '../errors.ts';
import { type Line, openLine } from '../threads/line.ts';

export type BirthKeys = { readonly keys: ReadonlyMap<string, KeyObject> };

export type KeyQuestion =
  | { readonly kind: 'sign'; readonly keyRef: string; readonly message: Uint8Array; readonly userId: string }
  /** Null: forget it. */
  | { readonly kind: 'key'; readonly keyRef: string; readonly key: KeyObject | null };

export type HeldKeys = ReadonlyMap<string, Sm2PrivateKey>;

/** Called once, by the entry of a thread. `open`: answers what else it is asked; `ask` asks who started it. */
export function serveKeys<Question extends { readonly kind: string } = never>(
  open: (keys: HeldKeys, ask: Line['ask']) => (question: Question) => unknown = () => refuse,
): void {
  if (!parentPort) throw new Error('this file is the entry of a worker thread');
  const birth = workerData as BirthKeys;
  const keys = new Map([...birth.keys].map(([keyRef, key]) => [keyRef, adoptSm2PrivateKey(key)]));
  const answer = open(keys, (question) => line.ask(question));
  const line = openLine(parentPort, (message) => {
    const question = message as KeyQuestion | Question;
    if (isSigning(question)) return sign(keys, question);
    if (isChange(question)) return change(keys, question);
    return answer(question as Question);
  });
}

type Signing = Extract<KeyQuestion, { readonly kind: 'sign' }>;
type Change = Extract<KeyQuestion, { readonly kind: 'key' }>;

const isSigning = (question: { readonly kind: string }): question is Signing => question.kind === 'sign';
const isChange = (question: { readonly kind: string }): question is Change => question.kind === 'key';

function sign(keys: HeldKeys, { keyRef, message, userId }: Signing): Uint8Array {
  const key = keys.get(keyRef);
  if (!key) throw new TrustError('key-not-found', `there is no signing key "${keyRef}" here`);
  try {
    return signSm2(key, message, userId);
  } catch (cause) {
    throw new TrustError('internal', `signing failed: ${(cause as Error).message}`, { cause });
  }
}

function change(keys: Map<string, Sm2PrivateKey>, { keyRef, key }: Change): void {
  if (key) keys.set(keyRef, adoptSm2PrivateKey(key));
  else keys.delete(keyRef);
}

function refuse({ kind }: { readonly kind: string }): never {
  throw new TrustError('internal', `this thread only signs, and was asked "${kind}"`);
}
