// PDFium in threads under deadline and memory bounds (common/threads/bounded-pool.ts): text search, page images and
// copies of documents that strangers sent. Compiled when it is first needed, once for all threads.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { TrustError } from '../../common/errors.ts';
import { type BoundedPool, type BoundedPoolOptions, makeBoundedPool } from '../../common/threads/bounded-pool.ts';
import { type FindText, MAX_SEARCHED_BYTES, type TextFound } from '../domain/text-hits.ts';
import { allowCallback, limitMemory } from './bounded-wasm.ts';
import type { PageImage, PageImageQuestion } from './draw-page.ts';
import type { PdfiumAnswer, PdfiumQuestion } from './jobs.ts';
import type { RedPicture, RedPicturesQuestion } from './red-pictures.ts';
import type { CopyQuestion, SavedCopy } from './save-copy.ts';

export type PdfiumOptions = {
  readonly threads: number;
  readonly deadlineSeconds: number;
} & Partial<Pick<BoundedPoolOptions, 'entry' | 'timer' | 'queue'>>;

/** Codes of each: `pdf-encrypted`, `pdf-broken`, `pdf-too-large`, `document-too-costly`, `busy`, `stopping`. */
export type OpenPdfium = {
  readonly findText: FindText;
  /** Also `placement-invalid`, where there is no such page. */
  drawPage(question: Omit<PageImageQuestion, 'kind'>): Promise<PageImage>;
  /** Pictures that look like seals. */
  findRedPictures(question: Omit<RedPicturesQuestion, 'kind'>): Promise<readonly RedPicture[]>;
  /** Writes the document anew. */
  saveCopy(question: Omit<CopyQuestion, 'kind'>): Promise<SavedCopy>;
  close(): Promise<void>;
};

const HEAP_MEGABYTES = 128;
/** Each waits in memory with its document. */
const QUEUE = 8;
/** Of one instance, with the document in it. */
const MAX_MEMORY = 256 * 1024 * 1024;

export function openPdfium({ threads, deadlineSeconds, ...options }: PdfiumOptions): OpenPdfium {
  let opening: Promise<BoundedPool<PdfiumQuestion, PdfiumAnswer>> | null = null;
  const open = async (): Promise<BoundedPool<PdfiumQuestion, PdfiumAnswer>> =>
    makeBoundedPool({
      entry: new URL('./entry.ts', import.meta.url),
      workerData: { module: await compileModule() },
      threads,
      queue: QUEUE,
      deadlineMs: deadlineSeconds * 1000,
      heapMegabytes: HEAP_MEGABYTES,
      ...options,
    });
  const ask = async (question: PdfiumQuestion): Promise<PdfiumAnswer> => {
    if (question.bytes.length > MAX_SEARCHED_BYTES) {
      throw new TrustError('pdf-too-large', `Pages are looked at in documents of up to ${MAX_SEARCHED_BYTES} bytes`);
    }
    opening ??= open();
    // A copy of its own: the buffer behind a view would go over whole.
    const bytes = Uint8Array.from(question.bytes);
    return (await opening).run({ ...question, bytes }, [bytes.buffer]);
  };
  return {
    findText: (question) => ask({ ...question, kind: 'find-text' }) as Promise<TextFound>,
    drawPage: (question) => ask({ ...question, kind: 'page-image' }) as Promise<PageImage>,
    findRedPictures: (question) => ask({ ...question, kind: 'red-pictures' }) as Promise<readonly RedPicture[]>,
    saveCopy: (question) => ask({ ...question, kind: 'copy' }) as Promise<SavedCopy>,
    close: async () => (await opening)?.close(),
  };
}

async function compileModule(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm');
  return WebAssembly.compile(allowCallback(limitMemory(await readFile(path), MAX_MEMORY)));
}
