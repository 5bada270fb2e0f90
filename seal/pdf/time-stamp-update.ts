// The update that adds a document time stamp (ISO 32000-2, EN 319 142-1): a signature field whose signature is an RFC 3161
// token over the whole file. Its widget has no extent and stands on no page: no page changes.
import type { PdfDocument } from './document.ts';
import { freeFieldName } from './form.ts';
import { addToForm } from './form-update.ts';
import { IncrementalUpdate } from './incremental-update.ts';
import { textString } from './serialize.ts';
import { finishSignature, type SealingUpdate, writeSignature } from './signature-dictionary.ts';
import { array, dict, name, number } from './value.ts';

/** Hidden in print and on screen alike, and not to be edited. */
const HIDDEN_AND_LOCKED = 2 | 128;

/** Lays a document time stamp out, with room for a token of so many bytes. */
export function makeTimeStampUpdate(document: PdfDocument, contentsBytes: number): SealingUpdate {
  const update = new IncrementalUpdate(document);
  const fieldName = freeFieldName(document, 'TimeStamp');
  const [signature, field] = [update.reserve(), update.reserve()];
  update.write(
    field,
    dict([
      ['Type', name('Annot')],
      ['Subtype', name('Widget')],
      ['F', number(HIDDEN_AND_LOCKED)],
      ['Rect', array([0, 0, 0, 0].map(number))],
      ['FT', name('Sig')],
      ['T', textString(fieldName)],
      ['V', signature],
    ]),
  );
  addToForm(update, document, field, null);
  const entries = dict([
    ['Type', name('DocTimeStamp')],
    ['Filter', name('Adobe.PPKLite')],
    ['SubFilter', name('ETSI.RFC3161')],
  ]);
  const places = writeSignature(update, signature, entries, contentsBytes);
  return finishSignature(update, places, fieldName);
}
