// The interactive form of a document (AcroForm): its fields and its signatures.
import { TrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { readTextString } from './serialize.ts';
import {
  asCount,
  broken,
  isArray,
  isDict,
  isName,
  isRef,
  isString,
  type PdfDict,
  type PdfRef,
  type PdfString,
  type PdfValue,
} from './value.ts';

/** A signature field that has been signed. */
export type SignatureField = {
  /** Fully qualified name. */
  readonly name: string;
  readonly field: PdfRef | null;
  /** The signature dictionary, and its reference where it has one. */
  readonly dict: PdfDict;
  readonly ref: PdfRef | null;
};

const MAX_FIELDS = 100_000;

/** The AcroForm dictionary, or null. */
export function findForm(document: PdfDocument): PdfDict | null {
  const form = document.resolve(document.catalogue.map.get('AcroForm'));
  if (form === null) return null;
  if (!isDict(form)) throw broken('the AcroForm is not a dictionary');
  return form;
}

/** Every signed signature field, in the order of the form. */
export function listSignatureFields(document: PdfDocument): SignatureField[] {
  const found: SignatureField[] = [];
  for (const walked of walkFields(document)) {
    const signed = signatureOf(document, walked);
    if (signed) found.push(signed);
  }
  return found;
}

/** The signed signature field of that name, or null. */
export function findSignatureField(document: PdfDocument, name: string): SignatureField | null {
  for (const walked of walkFields(document)) {
    const found = walked.name === name ? signatureOf(document, walked) : null;
    if (found) return found;
  }
  return null;
}

function signatureOf(document: PdfDocument, { name, field, dict, type }: WalkedField): SignatureField | null {
  if (!isName(type, 'Sig')) return null;
  const value = dict.map.get('V');
  const signature = document.resolve(value);
  if (signature === null) return null;
  if (!isDict(signature)) throw broken(`the value of signature field ${name} is not a dictionary`);
  return { name, field, dict: signature, ref: isRef(value) ? value : null };
}

/** An empty signature field of an earlier author, to be filled by a seal. */
export type EmptyField = { readonly name: string; readonly ref: PdfRef; readonly dict: PdfDict };

/** The empty signature field of that name. `placement-invalid` where there is none, or it is signed or of another type. */
export function getEmptyField(document: PdfDocument, name: string): EmptyField {
  const refuse = (detail: string): TrustError => new TrustError('placement-invalid', detail, { pointer: '/field' });
  for (const found of walkFields(document)) {
    if (found.name !== name) continue;
    if (!isName(found.type, 'Sig')) throw refuse(`The field ${name} is not a signature field`);
    if (document.resolve(found.dict.map.get('V') ?? found.value) !== null) {
      throw refuse(`The signature field ${name} is signed already`);
    }
    if (!found.field) throw refuse(`The signature field ${name} is not an object of its own`);
    const seed = document.resolve(found.dict.map.get('SV'));
    if (isDict(seed) && (asCount(document.resolve(seed.map.get('Ff'))) ?? 0) > 0) {
      throw refuse(`The signature field ${name} demands a signature of its own kind (/SV)`);
    }
    return { name, ref: found.field, dict: found.dict };
  }
  throw refuse(`The document has no field ${name}`);
}

/** A name of the form SealN, or with another word, that no top-level field has. */
export function freeFieldName(document: PdfDocument, word = 'Seal'): string {
  const form = findForm(document);
  const fields = form ? itemsOf(document, form.map.get('Fields'), '/Fields') : [];
  if (fields.length > MAX_FIELDS) throw broken(`the form has more than ${MAX_FIELDS} fields`);
  const taken = new Set(fields.map((field) => partialName(document.resolve(field))));
  for (let i = 1; ; i++) if (!taken.has(`${word}${i}`)) return `${word}${i}`;
}

export type WalkedField = {
  readonly name: string;
  readonly field: PdfRef | null;
  readonly dict: PdfDict;
  readonly type: PdfValue;
  /** /V of its own or inherited. */
  readonly value: PdfValue;
};

/** Terminal fields with their inherited type; kids that are only widgets of a field are not fields. */
export function* walkFields(document: PdfDocument): Generator<WalkedField> {
  const form = findForm(document);
  if (!form) return;
  const seen = new Set<number>();
  const open: { value: PdfValue; prefix: string; type: PdfValue; inherited: PdfValue }[] = [];
  const push = (items: readonly PdfValue[], prefix: string, type: PdfValue, inherited: PdfValue): void => {
    for (const value of items.toReversed()) open.push({ value, prefix, type, inherited });
  };
  push(itemsOf(document, form.map.get('Fields'), '/Fields'), '', null, null);
  for (let item = open.pop(); item; item = open.pop()) {
    if (isRef(item.value)) {
      if (seen.has(item.value.num)) throw broken('a form field occurs twice in the field tree');
      seen.add(item.value.num);
      if (seen.size > MAX_FIELDS) throw broken(`the form has more than ${MAX_FIELDS} fields`);
    }
    const dict = document.resolve(item.value);
    if (!isDict(dict)) continue;
    const own = partialName(dict);
    const name = own === null ? item.prefix : item.prefix === '' ? own : `${item.prefix}.${own}`;
    const type = document.resolve(dict.map.get('FT')) ?? item.type;
    const value = dict.map.get('V') ?? item.inherited;
    const kids = itemsOf(document, dict.map.get('Kids'), '/Kids of a field').filter((kid) =>
      isNamed(document.resolve(kid)),
    );
    if (kids.length > 0) push(kids, name, type, value);
    else yield { name, field: isRef(item.value) ? item.value : null, dict, type, value };
  }
}

const isNamed = (value: PdfValue): boolean => partialName(value) !== null;

function partialName(field: PdfValue): string | null {
  const text = isDict(field) ? field.map.get('T') : undefined;
  return isString(text) ? readTextString((text as PdfString).bytes) : null;
}

/** True where an array or a reference to one stands. */
export function isArrayAt(document: PdfDocument, value: PdfValue | undefined): boolean {
  return isArray(document.resolve(value));
}
