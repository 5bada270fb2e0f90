// The thread of verification as it is, but for one document that it never finishes.
import { workerData } from 'node:worker_threads';
import { readTrustBytes, type TrustBytes } from '../../common/pki/trust-bytes.ts';
import { answerJobs } from '../../common/threads/answer-jobs.ts';
import type { VerificationQuestion } from '../../seal/flow/verify-upload.ts';
import { answerQuestion } from '../../seal/verification-worker/jobs.ts';

const trust = readTrustBytes((workerData as { trust: TrustBytes }).trust);

answerJobs((question: VerificationQuestion) => {
  while (question.kind === 'document' && Buffer.from(question.bytes).toString('latin1').startsWith('%PDF-1.7 stall'));
  return answerQuestion(question, { trust });
});
