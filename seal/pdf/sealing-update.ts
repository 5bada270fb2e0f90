// The update that a sealing appends: signature field with its widget, appearance, signature dictionary with a reserved
// /Contents, and the entries of form and page that lead to them (ISO 32000, digital signatures).
// Not here: hashing and signing (seal/flow); this file only lays out bytes and says where they go.
import { toHex } from '../../common/bytes.ts';
import { colorHeader, formBody, type SealAppearance, serializeBody } from './appearance.ts';
import type { ByteRange } from './byte-range.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { checkSigningAllowed, findForm, freeFieldName, isArrayAt } from './form.ts';
import { IncrementalUpdate } from './incremental-update.ts';
import { findPage, type Page } from './page.ts';
import { type PlacedSeal, type Placement, placeSeal } from './placement.ts';
import { dateString, serialize, textString } from './serialize.ts';
import {
  array,
  asCount,
  dict,
  isRef,
  name,
  number,
  type PdfDict,
  type PdfRef,
  type PdfValue,
  withEntries,
} from './value.ts';

export type SealingLayout = {
  readonly page: number;
  readonly placement: Placement;
  readonly appearance: SealAppearance;
  /** Bytes of DER that /Contents must be able to hold. */
  readonly contentsBytes: number;
  /** /M, the claimed time of signing. */
  readonly time: Date;
  /** /Name and /Reason, shown by readers. */
  readonly signerName: string;
  readonly reason?: string | undefined;
};

export type SealingUpdate = {
  /** Everything behind the input; /Contents is still zero. */
  readonly appended: Uint8Array<ArrayBuffer>;
  readonly byteRange: ByteRange;
  /** Name of the new field. */
  readonly field: string;
  /** Position in `appended` of the `<` of /Contents, and of the byte behind its `>`. */
  readonly gap: { readonly start: number; readonly end: number };
};

const SLOT = 12; // digits of a /ByteRange number: files up to a terabyte
const PRINT_AND_LOCKED = 4 | 128;
const SIGNATURES_EXIST_AND_APPEND_ONLY = 3;

/** Lays out a sealing. Codes: `placement-invalid`, `signature-forbidden`, `pdf-broken`, `pdf-too-large`. */
export function makeSealingUpdate(document: PdfDocument, layout: SealingLayout): SealingUpdate {
  checkSigningAllowed(document);
  const page = findPage(document, layout.page);
  const placed = placeSeal(page, layout.appearance, layout.placement);
  const field = freeFieldName(document);
  const update = new IncrementalUpdate(document);
  const appearance = writeAppearance(update, layout.appearance, placed);
  const widget = update.reserve();
  const signature = update.reserve();
  update.write(widget, widgetOf(field, page, placed, appearance, signature));
  addToPage(update, document, page, widget);
  addToForm(update, document, widget);
  const { parts, rangeAt, contentsAt } = signatureParts(layout);
  const bodyAt = update.write(signature, parts);
  const appended = update.finish();
  const gap = { start: bodyAt + contentsAt, end: bodyAt + contentsAt + 2 * layout.contentsBytes + 2 };
  const size = document.source.size;
  const byteRange: ByteRange = [0, size + gap.start, size + gap.end, appended.length - gap.end];
  const digits = byteRange.slice(1).map((value) => String(value).padEnd(SLOT));
  appended.set(Buffer.from(digits.join(' '), 'latin1'), bodyAt + rangeAt);
  return { appended, byteRange, field, gap };
}

function writeAppearance(update: IncrementalUpdate, appearance: SealAppearance, placed: PlacedSeal): PdfRef {
  const [mask, image, form] = [update.reserve(), update.reserve(), update.reserve()];
  update.write(mask, serializeBody(appearance.mask));
  update.write(image, serializeBody(appearance.color, colorHeader(appearance, mask)));
  update.write(form, serializeBody(formBody(placed, image)));
  return form;
}

/** Field and widget in one dictionary, as readers prefer for a signature with one appearance. */
function widgetOf(field: string, page: Page, placed: PlacedSeal, appearance: PdfRef, signature: PdfRef): PdfDict {
  return dict([
    ['Type', name('Annot')],
    ['Subtype', name('Widget')],
    ['FT', name('Sig')],
    ['T', textString(field)],
    ['F', number(PRINT_AND_LOCKED)],
    ['P', page.ref],
    ['Rect', array(placed.rect.map(number))],
    ['AP', dict([['N', appearance]])],
    ['V', signature],
  ]);
}

/** /Annots becomes an array of this page alone: an indirect one may be shared with other pages. */
function addToPage(update: IncrementalUpdate, document: PdfDocument, page: Page, widget: PdfRef): void {
  const annotations = itemsOf(document, page.dict.map.get('Annots'), '/Annots');
  update.write(page.ref, withEntries(page.dict, { Annots: array([...annotations, widget]) }));
}

function addToForm(update: IncrementalUpdate, document: PdfDocument, widget: PdfRef): void {
  const catalogue = document.catalogue;
  const entry = catalogue.map.get('AcroForm');
  const form = findForm(document) ?? dict([]);
  const fields = form.map.get('Fields');
  const flags = asCount(document.resolve(form.map.get('SigFlags'))) ?? 0;
  const grown = array([...itemsOf(document, fields, '/Fields'), widget]);
  const changes: Record<string, PdfValue> = { SigFlags: number(flags | SIGNATURES_EXIST_AND_APPEND_ONLY) };
  if (isRef(fields) && isArrayAt(document, fields)) update.write(fields, grown);
  else changes['Fields'] = grown;
  const changed = withEntries(form, changes);
  if (isRef(entry) && document.resolve(entry) !== null) {
    update.write(entry, changed);
    return;
  }
  // A form of its own object, so that the next sealing leaves the catalogue alone.
  const own = update.reserve();
  update.write(own, changed);
  update.write(document.root, withEntries(catalogue, { AcroForm: own }));
}

function signatureParts(layout: SealingLayout): {
  parts: (Uint8Array | number)[];
  rangeAt: number;
  contentsAt: number;
} {
  const entries = dict([
    ['Type', name('Sig')],
    ['Filter', name('Adobe.PPKLite')],
    ['SubFilter', name('ETSI.CAdES.detached')],
    ['M', dateString(layout.time)],
    ['Name', textString(layout.signerName)],
    ...(layout.reason ? [['Reason', textString(layout.reason)] as const] : []),
  ]);
  const head = `${serialize(entries).slice(0, -2)} /ByteRange [0 `;
  const slots = Array.from({ length: 3 }, () => ' '.repeat(SLOT)).join(' ');
  const front = `${head}${slots}] /Contents <`;
  const parts = [Buffer.from(front, 'latin1'), 2 * layout.contentsBytes, Buffer.from('>>>', 'latin1')];
  return { parts, rangeAt: head.length, contentsAt: front.length - 1 };
}

/** Writes the DER of the signature into the gap; the rest of it stays zero. */
export function fillContents(update: SealingUpdate, der: Uint8Array): void {
  const room = (update.gap.end - update.gap.start - 2) / 2;
  if (der.length > room) throw new RangeError(`a signature of ${der.length} bytes does not fit into ${room}`);
  Buffer.from(update.appended.buffer).write(toHex(der), update.gap.start + 1, 'latin1');
}
