// Entry of a sealing thread. It gets its keys at birth and by message; keys change in order with the questions.
import { parentPort, workerData } from 'node:worker_threads';
import { adoptSm2PrivateKey } from '../../common/crypto/sm2.ts';
import { openLine } from '../../common/threads/line.ts';
import type { ThreadKeys, ThreadQuestion } from './messages.ts';
import { makeThread } from './thread.ts';

if (!parentPort) throw new Error('this file is the entry of a worker thread');

const keys = new Map([...(workerData as ThreadKeys).keys].map(([keyRef, key]) => [keyRef, adoptSm2PrivateKey(key)]));
const answer = makeThread(keys, (question) => line.ask(question));
const line = openLine(parentPort, (question) => answer(question as ThreadQuestion));
