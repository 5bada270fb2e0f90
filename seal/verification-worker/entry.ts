// Entry of a thread of verification.
import { workerData } from 'node:worker_threads';
import { readTrustBytes, type TrustBytes } from '../../common/pki/trust-bytes.ts';
import { answerJobs } from '../../common/threads/answer-jobs.ts';
import type { ContainerSettings } from '../domain/container.ts';
import type { VerificationQuestion } from '../flow/verify-upload.ts';
import { answerQuestion } from './jobs.ts';

const { trust: bytes, containers } = workerData as { trust: TrustBytes; containers?: ContainerSettings };
const trust = readTrustBytes(bytes);

answerJobs((question: VerificationQuestion) => answerQuestion(question, { trust, containers }));
