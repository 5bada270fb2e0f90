// Later changes that a certification permits (ISO 32000, DocMDP): values of form fields at P = 2 and 3, annotations at
// P = 3. Fields that a signature locks stay as they were. Everything else is judged in changes-after-sealing.ts.
import { itemsOf, type PdfDocument } from './document.ts';
import { listSignatureFields, walkFields } from './form.ts';
import { isPage } from './page.ts';
import { readCertification, readLocks } from './permissions.ts';
import { serialize } from './serialize.ts';
import { isDict, isName, isRef, type PdfDict, type PdfObject, type PdfValue } from './value.ts';

export type Permissions = {
  /** The certification in force when the revision was signed. */
  readonly level: 1 | 2 | 3 | null;
  /** The sentence about a change of this object that is permitted, or null. */
  explain(num: number, old: PdfObject, now: PdfObject): string | null;
  /** Sentences about locked empty signature fields that were signed later. */
  readonly broken: readonly string[];
};

const FIELD_KEYS = new Set(['V', 'AP', 'AS', 'MK', 'M', 'I']);
const ANNOTATIONS = new Set(
  'Text FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Stamp Caret Ink Popup'.split(
    ' ',
  ),
);

export function readPermissions(
  before: PdfDocument,
  after: PdfDocument,
  isNewSignature: (item: PdfValue) => boolean,
): Permissions {
  const level = readCertification(before);
  const isLocked = readLocks(before);
  const fields = level === 2 || level === 3 ? fieldObjects(before, isLocked) : new Map<number, string>();
  const notes = level === 3 ? noteObjects(before, after) : new Set<number>();
  const explain = (num: number, old: PdfObject, now: PdfObject): string | null => {
    const field = fields.get(num);
    if (field !== undefined && isFieldChange(old, now)) return `The form field ${field} was filled in.`;
    if (level !== 3) return null;
    if (notes.has(num) && isNoteChange(old.value, now.value)) return 'Annotations were changed.';
    return isPageOfNotes(before, after, old.value, now.value, isNewSignature) ? 'Annotations were changed.' : null;
  };
  return { level, explain, broken: brokenLocks(before, after, isLocked) };
}

function brokenLocks(before: PdfDocument, after: PdfDocument, isLocked: (field: string) => boolean): readonly string[] {
  const locked = new Set<string>();
  for (const { name, type, value } of walkFields(before)) {
    if (isName(type, 'Sig') && before.resolve(value) === null && isLocked(name)) locked.add(name);
  }
  if (locked.size === 0) return [];
  return listSignatureFields(after)
    .filter(({ name }) => locked.has(name))
    .map(({ name }) => `The signature field ${name}, which an earlier signature locks, was signed.`);
}

/** Objects of unlocked fields that are no signatures: field, widgets, appearance streams; with the name of the field. */
function fieldObjects(document: PdfDocument, isLocked: (field: string) => boolean): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { name, field, dict, type } of walkFields(document)) {
    if (isName(type, 'Sig') || isLocked(name)) continue;
    if (field) found.set(field.num, name);
    const kids = itemsOf(document, dict.map.get('Kids'), '/Kids of a field');
    for (const kid of kids) if (isRef(kid)) found.set(kid.num, name);
    for (const widget of [dict, ...kids.map((kid) => document.resolve(kid))]) {
      if (isDict(widget)) for (const num of appearancesOf(document, widget)) found.set(num, name);
    }
  }
  return found;
}

function appearancesOf(document: PdfDocument, widget: PdfDict): readonly number[] {
  const appearance = document.resolve(widget.map.get('AP'));
  if (!isDict(appearance)) return [];
  return [...appearance.map.values()].flatMap((value) => (isRef(value) ? [value.num] : []));
}

/** A field or widget that differs in its value and looks, or an appearance stream. */
function isFieldChange(old: PdfObject, now: PdfObject): boolean {
  if (!isDict(old.value) || !isDict(now.value)) return false;
  if (old.stream !== null || now.stream !== null) {
    return old.stream !== null && now.stream !== null && isName(now.value.map.get('Subtype'), 'Form');
  }
  return differsOnlyIn(old.value, now.value, FIELD_KEYS);
}

function differsOnlyIn(old: PdfDict, now: PdfDict, keys: ReadonlySet<string>): boolean {
  const all = new Set([...old.map.keys(), ...now.map.keys()]);
  return [...all].every(
    (key) => keys.has(key) || serialize(old.map.get(key) ?? null) === serialize(now.map.get(key) ?? null),
  );
}

/** Numbers of annotations that people write, on any page that the update touches. */
function noteObjects(before: PdfDocument, after: PdfDocument): ReadonlySet<number> {
  const found = new Set<number>();
  for (const section of after.sections) {
    if (section.position === before.startxref) break;
    for (const num of section.numbers()) {
      const object = before.current(num);
      if (object?.stream === null && isNote(object.value)) found.add(num);
    }
  }
  return found;
}

function isNote(value: PdfValue): boolean {
  const subtype = isDict(value) ? value.map.get('Subtype') : null;
  return isDict(value) && isName(subtype) && ANNOTATIONS.has(subtype.value) && value.map.has('Rect');
}

const isNoteChange = (old: PdfValue, now: PdfValue): boolean => isNote(old) && isNote(now);

/** A page, or its array of annotations, that differs only in notes and new signatures. */
function isPageOfNotes(
  before: PdfDocument,
  after: PdfDocument,
  old: PdfValue,
  now: PdfValue,
  isNewSignature: (item: PdfValue) => boolean,
): boolean {
  if (!isPage(old) || !isDict(old) || !isDict(now)) return false;
  if (!differsOnlyIn(old, now, new Set(['Annots']))) return false;
  const list = (document: PdfDocument, page: PdfDict) => itemsOf(document, page.map.get('Annots'), '/Annots');
  const [was, is] = [list(before, old), list(after, now)];
  const [had, has] = [new Set(was.map(serialize)), new Set(is.map(serialize))];
  return (
    was.every((item) => has.has(serialize(item)) || isNote(before.resolve(item))) &&
    is.every((item) => had.has(serialize(item)) || isNote(after.resolve(item)) || isNewSignature(item))
  );
}
