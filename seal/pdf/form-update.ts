// How a new signature field gets into the form of a document (AcroForm, ISO 32000), in all shapes that a form has.
import { itemsOf, type PdfDocument } from './document.ts';
import { findForm, isArrayAt } from './form.ts';
import type { IncrementalUpdate } from './incremental-update.ts';
import { array, asCount, dict, isDict, isRef, number, type PdfRef, type PdfValue, withEntries } from './value.ts';

const SIGNATURES_EXIST_AND_APPEND_ONLY = 3;

/** Puts the field into the form and the certification into the catalogue; each object is written at most once. */
export function addToForm(
  update: IncrementalUpdate,
  document: PdfDocument,
  field: PdfRef | null,
  certification: PdfRef | null,
): void {
  const catalogue: Record<string, PdfValue> = {};
  const own = writeForm(update, document, field);
  if (own) catalogue['AcroForm'] = own;
  if (certification) {
    const known = document.resolve(document.catalogue.map.get('Perms'));
    catalogue['Perms'] = withEntries(isDict(known) ? known : dict([]), { DocMDP: certification });
  }
  if (Object.keys(catalogue).length > 0) update.write(document.root, withEntries(document.catalogue, catalogue));
}

/** The reference that the catalogue must be given for the form, or null where it has it. */
function writeForm(update: IncrementalUpdate, document: PdfDocument, field: PdfRef | null): PdfRef | null {
  const entry = document.catalogue.map.get('AcroForm');
  const form = findForm(document) ?? dict([]);
  const fields = form.map.get('Fields');
  const flags = asCount(document.resolve(form.map.get('SigFlags'))) ?? 0;
  if (!field && (flags & SIGNATURES_EXIST_AND_APPEND_ONLY) === SIGNATURES_EXIST_AND_APPEND_ONLY) return null;
  const changes: Record<string, PdfValue> = { SigFlags: number(flags | SIGNATURES_EXIST_AND_APPEND_ONLY) };
  if (field) {
    const grown = array([...itemsOf(document, fields, '/Fields'), field]);
    if (isRef(fields) && isArrayAt(document, fields)) update.write(fields, grown);
    else changes['Fields'] = grown;
  }
  const changed = withEntries(form, changes);
  if (isRef(entry) && document.resolve(entry) !== null) {
    update.write(entry, changed);
    return null;
  }
  // A form of its own object, so that the next sealing leaves the catalogue alone.
  const own = update.reserve();
  update.write(own, changed);
  return own;
}
