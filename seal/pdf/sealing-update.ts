// The update that a sealing appends: signature field with its widgets, appearance, signature dictionary with a reserved
// /Contents, and the entries of form and page that lead to them (ISO 32000, digital signatures).
// Not here: hashing and signing (seal/flow); this file only lays out bytes and says where they go.
import { toHex } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';
import { colorHeader, formBody, type SealAppearance, serializeBody } from './appearance.ts';
import type { ByteRange } from './byte-range.ts';
import { dateText } from './date-text.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { type EmptyField, findForm, isArrayAt } from './form.ts';
import { IncrementalUpdate } from './incremental-update.ts';
import type { Page } from './page.ts';
import {
  type CertificationLevel,
  checkSealAllowed,
  type FieldLock,
  lockDict,
  signatureReferences,
} from './permissions.ts';
import type { Placement } from './placement.ts';
import { type PlannedWidget, planSealing, type SealingPlan } from './sealing-plan.ts';
import { dateString, serialize, textString } from './serialize.ts';
import {
  array,
  asCount,
  dict,
  isDict,
  isRef,
  name,
  number,
  type PdfDict,
  type PdfRef,
  type PdfValue,
  withEntries,
} from './value.ts';

export type SealingLayout = {
  /** Counted from 1; left out: page 1, unless the placement says otherwise. */
  readonly page?: number | undefined;
  readonly placement: Placement;
  readonly appearance: SealAppearance;
  /** Bytes of DER that /Contents must be able to hold. */
  readonly contentsBytes: number;
  /** /Filter and /SubFilter; those of a CMS that generic readers know unless given. */
  readonly names?: SignatureNames | undefined;
  /** /M, the claimed time of signing. */
  readonly time: Date;
  /** /Name and /Reason, shown by readers. */
  readonly signerName: string;
  readonly reason?: string | undefined;
  /** The seal certifies the document: what later revisions may do. */
  readonly certify?: CertificationLevel | undefined;
  /** Fields of the form that nobody may change after this seal. */
  readonly lock?: FieldLock | undefined;
};

export type SignatureNames = { readonly filter: string; readonly subFilter: string };

export type SealingUpdate = {
  /** Everything behind the input; /Contents is still zero. */
  readonly appended: Uint8Array<ArrayBuffer>;
  readonly byteRange: ByteRange;
  /** Name of the field. */
  readonly field: string;
  /** Position in `appended` of the `<` of /Contents, and of the byte behind its `>`. */
  readonly gap: { readonly start: number; readonly end: number };
};

const CMS_NAMES: SignatureNames = { filter: 'Adobe.PPKLite', subFilter: 'ETSI.CAdES.detached' };
const SLOT = 12; // digits of a /ByteRange number: files up to a terabyte
const PRINT_AND_LOCKED = 4 | 128;
/** Flags of an annotation that is not shown: invisible, hidden, no view. */
const HIDING = 1 | 2 | 32;
const SIGNATURES_EXIST_AND_APPEND_ONLY = 3;

/** Lays out a sealing. Codes: `placement-invalid`, `invalid-request`, `signature-forbidden`, `pdf-broken`, `pdf-too-large`. */
export function makeSealingUpdate(document: PdfDocument, layout: SealingLayout): SealingUpdate {
  checkSealAllowed(document, { field: layout.placement.field, certify: layout.certify });
  const plan = planSealing(document, layout.page, layout.appearance, layout.placement);
  const update = new IncrementalUpdate(document);
  const appearances = writeAppearances(update, layout, plan);
  const signature = update.reserve();
  const lock = lockOf(document, layout, plan);
  const added = writeField(update, plan, { appearances, signature, lock });
  const perms = layout.certify === undefined ? null : signature;
  addToForm(update, document, added, perms);
  const { parts, rangeAt, contentsAt } = signatureParts(
    layout,
    signatureReferences(document, layout.certify, lock),
    (value) => update.closed(value, signature),
  );
  const bodyAt = update.write(signature, parts);
  const appended = update.finish();
  const gap = { start: bodyAt + contentsAt, end: bodyAt + contentsAt + 2 * layout.contentsBytes + 2 };
  const size = document.source.size;
  const byteRange: ByteRange = [0, size + gap.start, size + gap.end, appended.length - gap.end];
  const digits = byteRange.slice(1).map((value) => String(value).padEnd(SLOT));
  appended.set(Buffer.from(digits.join(' '), 'latin1'), bodyAt + rangeAt);
  return { appended, byteRange, field: plan.fieldName, gap };
}

/** One reference a widget: the picture is written once, and equal forms are. */
function writeAppearances(
  update: IncrementalUpdate,
  { appearance, time }: SealingLayout,
  { widgets }: SealingPlan,
): readonly PdfRef[] {
  const [mask, image] = [update.reserve(), update.reserve()];
  update.writeStream(mask, appearance.mask);
  update.writeStream(image, { ...appearance.color, header: colorHeader(appearance, mask) });
  const written = new Map<string, PdfRef>();
  return widgets.map(({ placed, hasDate }) => {
    const body = formBody(placed, image, hasDate ? dateText(time) : null);
    const key = Buffer.concat(serializeBody(body)).toString('latin1');
    const known = written.get(key);
    if (known) return known;
    const form = update.reserve();
    update.writeStream(form, body);
    written.set(key, form);
    return form;
  });
}

/** What the field locks: as asked, or as an existing field was made to. */
function lockOf(document: PdfDocument, { lock }: SealingLayout, { field }: SealingPlan): PdfDict | null {
  const existing = document.resolve(field?.dict.map.get('Lock'));
  if (!isDict(existing)) return lock === undefined ? null : lockDict(lock);
  if (lock === undefined) return existing;
  throw new TrustError('invalid-request', 'The field says itself what it locks', { pointer: '/lock' });
}

type FieldParts = {
  readonly appearances: readonly PdfRef[];
  readonly signature: PdfRef;
  readonly lock: PdfDict | null;
};

/** Writes field and widgets; the reference that the form must list, or null where it does already. */
function writeField(update: IncrementalUpdate, plan: SealingPlan, parts: FieldParts): PdfRef | null {
  if (plan.field) return fillField(update, plan, plan.field, parts);
  const { appearances, signature, lock } = parts;
  const field = update.reserve();
  const own: readonly [string, PdfValue][] = [
    ['FT', name('Sig')],
    ['T', textString(plan.fieldName)],
    ['V', signature],
    ...(lock ? [['Lock', lock] as [string, PdfValue]] : []),
  ];
  const [only] = plan.widgets;
  if (plan.widgets.length === 1) {
    // Field and widget in one dictionary, as readers prefer for a signature with one appearance.
    update.write(field, dict([...widgetEntries(only!, appearances[0]!), ...own]));
    addToPages(update, [{ page: only!.page, ref: field }]);
    return field;
  }
  // Widgets repeat /FT and /V: readers built on poppler take a kid with a /Parent for a field and inherit no value.
  const repeated: readonly [string, PdfValue][] = [
    ['Parent', field],
    ['FT', name('Sig')],
    ['V', signature],
  ];
  const widgets = plan.widgets.map((widget, i) => {
    const ref = update.reserve();
    update.write(ref, dict([...widgetEntries(widget, appearances[i]!), ...repeated]));
    return { page: widget.page, ref };
  });
  update.write(field, dict([...own, ['Kids', array(widgets.map(({ ref }) => ref))]]));
  addToPages(update, widgets);
  return field;
}

function fillField(
  update: IncrementalUpdate,
  { widgets }: SealingPlan,
  field: EmptyField,
  { appearances, signature, lock }: FieldParts,
): null {
  const own = { V: signature, ...(lock ? { Lock: field.dict.map.get('Lock') ?? lock } : {}) };
  let isWritten = false;
  for (const [i, { existing }] of widgets.entries()) {
    const { ref, dict: widget } = existing!;
    const flags = asCount(widget.map.get('F')) ?? 0;
    const shown = { AP: dict([['N', appearances[i]!]]), F: number((flags & ~HIDING) | PRINT_AND_LOCKED) };
    const isField = ref.num === field.ref.num;
    update.write(ref, withEntries(widget, { ...shown, ...(isField ? own : { V: signature }) }));
    isWritten ||= isField;
  }
  if (!isWritten) update.write(field.ref, withEntries(field.dict, own));
  return null;
}

function widgetEntries({ page, placed }: PlannedWidget, appearance: PdfRef): readonly [string, PdfValue][] {
  return [
    ['Type', name('Annot')],
    ['Subtype', name('Widget')],
    ['F', number(PRINT_AND_LOCKED)],
    ['P', page.ref],
    ['Rect', array(placed.rect.map(number))],
    ['AP', dict([['N', appearance]])],
  ];
}

/** /Annots becomes an array of each page alone: an indirect one may be shared with other pages. */
function addToPages(
  update: IncrementalUpdate,
  widgets: readonly { readonly page: Page; readonly ref: PdfRef }[],
): void {
  const byPage = new Map<number, { readonly page: Page; readonly refs: PdfRef[] }>();
  for (const { page, ref } of widgets) {
    const known = byPage.get(page.ref.num);
    if (known) known.refs.push(ref);
    else byPage.set(page.ref.num, { page, refs: [ref] });
  }
  for (const { page, refs } of byPage.values()) {
    const annotations = itemsOf(update.document, page.dict.map.get('Annots'), '/Annots');
    update.write(page.ref, withEntries(page.dict, { Annots: array([...annotations, ...refs]) }));
  }
}

/** Puts the field into the form and the certification into the catalogue; each object is written at most once. */
function addToForm(
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

function signatureParts(
  layout: SealingLayout,
  references: PdfValue,
  closed: (value: PdfValue) => PdfValue,
): {
  parts: (Uint8Array | number)[];
  rangeAt: number;
  contentsAt: number;
} {
  const { filter, subFilter } = layout.names ?? CMS_NAMES;
  const entries = dict([
    ['Type', name('Sig')],
    ['Filter', name(filter)],
    ['SubFilter', name(subFilter)],
    ['M', dateString(layout.time)],
    ['Name', textString(layout.signerName)],
    ...(layout.reason ? [['Reason', textString(layout.reason)] as const] : []),
    ...(references ? [['Reference', references] as const] : []),
  ]);
  const head = `${serialize(closed(entries)).slice(0, -2)} /ByteRange [0 `;
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
