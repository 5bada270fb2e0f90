// Entry of a thread of verification.
import { workerData } from 'node:worker_threads';
import { answerJobs } from '../../common/threads/answer-jobs.ts';
import type { VerificationQuestion } from '../flow/verify-upload.ts';
import { answerQuestion, readTrustBytes, type TrustBytes } from './jobs.ts';

const trust = readTrustBytes((workerData as { trust: TrustBytes }).trust);

answerJobs((question: VerificationQuestion) => answerQuestion(question, trust));
