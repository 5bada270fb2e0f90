// The update that a sealing appends: signature field with its widgets, appearance, signature dictionary with a reserved
// /Contents, and the entries of form and page that lead to them (ISO 32000, digital signatures).
// Not here: hashing and signing (seal/flow); this file only lays out bytes and says where they go.
import { TrustError } from '../../common/errors.ts';
import { colorHeader, formBody, type SealAppearance, serializeBody } from './appearance.ts';
import { dateText } from './date-text.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import type { EmptyField } from './form.ts';
import { addToForm } from './form-update.ts';
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
import { dateString, textString } from './serialize.ts';
import { finishSignature, type SealingUpdate, writeSignature } from './signature-dictionary.ts';
import {
  array,
  asCount,
  dict,
  isDict,
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

const CMS_NAMES: SignatureNames = { filter: 'Adobe.PPKLite', subFilter: 'ETSI.CAdES.detached' };
const PRINT_AND_LOCKED = 4 | 128;
/** Flags of an annotation that is not shown: invisible, hidden, no view. */
const HIDING = 1 | 2 | 32;

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
  const entries = signatureEntries(layout, signatureReferences(document, layout.certify, lock));
  const places = writeSignature(update, signature, entries, layout.contentsBytes);
  return finishSignature(update, places, plan.fieldName);
}

/** One reference a widget: the picture is written once, and equal forms are. */
function writeAppearances(
  update: IncrementalUpdate,
  { appearance, time }: SealingLayout,
  { widgets }: SealingPlan,
): readonly PdfRef[] {
  const image = writePicture(update, appearance);
  const written = new Map<string, PdfRef>();
  return widgets.map(({ placed, hasDate }) => {
    const body = formBody(placed, image, hasDate ? dateText(time) : null);
    if (widgets.length === 1) {
      const only = update.reserve();
      update.writeStream(only, body);
      return only;
    }
    const [head, stream] = serializeBody(body);
    const key = head + Buffer.from(stream).toString('latin1');
    const known = written.get(key);
    if (known) return known;
    const form = update.reserve();
    update.writeStream(form, body);
    written.set(key, form);
    return form;
  });
}

/** An image with its soft mask, or a form of lines and curves. */
function writePicture(update: IncrementalUpdate, appearance: SealAppearance): PdfRef {
  const mask = appearance.vector ? null : update.reserve();
  const picture = update.reserve();
  if (mask) update.writeStream(mask, appearance.mask);
  const image = mask && { ...appearance.color, header: colorHeader(appearance, mask) };
  update.writeStream(picture, image ?? appearance.vector!);
  return picture;
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

function signatureEntries(
  { names = CMS_NAMES, time, signerName, reason }: SealingLayout,
  references: PdfValue,
): PdfDict {
  return dict([
    ['Type', name('Sig')],
    ['Filter', name(names.filter)],
    ['SubFilter', name(names.subFilter)],
    ['M', dateString(time)],
    ['Name', textString(signerName)],
    ...(reason ? [['Reason', textString(reason)] as const] : []),
    ...(references ? [['Reference', references] as const] : []),
  ]);
}
