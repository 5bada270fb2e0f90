// Entry of a thread of PDFium.
import { workerData } from 'node:worker_threads';
import { answerJobs } from '../../common/threads/answer-jobs.ts';
import { answerPdfium, type PdfiumQuestion } from './jobs.ts';

const { module } = workerData as { readonly module: WebAssembly.Module };

answerJobs((question: PdfiumQuestion) => answerPdfium(question, module));
