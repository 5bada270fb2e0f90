// What the thread of PDFium is asked, and what it answers. No network, no database, no file is opened here: the compiled
// module and the bytes of the document come with the question.
import { isTrustError, TrustError } from '../../common/errors.ts';
import type { TextFound } from '../domain/text-hits.ts';
import { drawPage, type PageImage, type PageImageQuestion } from './draw-page.ts';
import { findText, type TextQuestion } from './find-text.ts';
import { type Pdfium, startPdfium } from './pdfium-module.ts';
import { findRedPictures, type RedPicture, type RedPicturesQuestion } from './red-pictures.ts';
import { type CopyQuestion, type SavedCopy, saveCopy } from './save-copy.ts';

export type PdfiumQuestion = TextQuestion | PageImageQuestion | CopyQuestion | RedPicturesQuestion;
export type PdfiumAnswer = TextFound | PageImage | SavedCopy | readonly RedPicture[];

/**
 * Answers with a fresh instance. Codes: `pdf-encrypted`, `pdf-broken`, `placement-invalid`, and `document-too-costly` where
 * the instance breaks or its memory does not suffice, which only hostile or very large documents bring about.
 */
export async function answerPdfium(question: PdfiumQuestion, module: WebAssembly.Module): Promise<PdfiumAnswer> {
  const pdfium = await startPdfium(module);
  try {
    return answer(pdfium, question);
  } catch (error) {
    if (isTrustError(error)) throw error;
    throw new TrustError('document-too-costly', `PDFium gave up: ${error instanceof Error ? error.message : error}`);
  }
}

function answer(pdfium: Pdfium, question: PdfiumQuestion): PdfiumAnswer {
  switch (question.kind) {
    case 'find-text':
      return findText(pdfium, question);
    case 'page-image':
      return drawPage(pdfium, question);
    case 'red-pictures':
      return findRedPictures(pdfium, question);
    case 'copy':
      return saveCopy(pdfium, question);
  }
}
