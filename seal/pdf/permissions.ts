// What earlier signatures allow later revisions to do (ISO 32000): the certification (DocMDP, P = 1 to 3) and the fields
// that signatures lock (FieldMDP). Also the dictionaries that a sealing writes to certify or lock itself.
import { TrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { listSignatureFields } from './form.ts';
import { readTextString, textString } from './serialize.ts';
import { array, asCount, dict, isDict, isName, isString, name, number, type PdfDict, type PdfValue } from './value.ts';

/** 1: no change; 2: forms may be filled in and signatures added; 3: annotations too. */
export type CertificationLevel = 1 | 2 | 3;

/** 'all', or the names of the fields that a signature locks. */
export type FieldLock = 'all' | readonly string[];

/** `*` or field names between commas. */
export function parseFieldLock(text: string): FieldLock {
  if (text === '*') return 'all';
  const names = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (names.length > 0) return names;
  throw new TrustError('invalid-request', 'lock names no field; * locks all', { pointer: '/lock' });
}

/** The level of the certification of the document, or null. An absent or strange /P is the default, 2. */
export function readCertification(document: PdfDocument): CertificationLevel | null {
  const permissions = document.resolve(document.catalogue.map.get('Perms'));
  const signature = isDict(permissions) ? document.resolve(permissions.map.get('DocMDP')) : null;
  if (!isDict(signature)) return null;
  const levels = transformsOf(document, signature, 'DocMDP').map((parameters) => {
    const level = asCount(document.resolve(parameters?.map.get('P')));
    return level === 1 || level === 3 ? level : 2;
  });
  return levels.length === 0 ? null : (Math.min(...levels) as CertificationLevel);
}

/** Whether the signatures of the document lock a field, by its full name. */
export function readLocks(document: PdfDocument): (field: string) => boolean {
  const locks = listSignatureFields(document).flatMap(({ dict: signature }) =>
    transformsOf(document, signature, 'FieldMDP').map((parameters) => readLock(document, parameters)),
  );
  return (field) => locks.some((isLocked) => isLocked(field));
}

/**
 * `signature-forbidden` when an earlier certification allows no change, when a certification would not come first, or when
 * the field that shall be signed is locked.
 */
export function checkSealAllowed(
  document: PdfDocument,
  { field, certify }: { readonly field?: string | undefined; readonly certify?: CertificationLevel | undefined },
): void {
  const level = readCertification(document);
  const forbid = (detail: string): TrustError => new TrustError('signature-forbidden', detail);
  if (level === 1) throw forbid('The certification of the document (DocMDP, P = 1) allows no change');
  if (certify !== undefined && (level !== null || listSignatureFields(document).length > 0)) {
    throw forbid('Only the first signature of a document can certify it');
  }
  if (field !== undefined && readLocks(document)(field)) throw forbid(`An earlier signature locks the field ${field}`);
}

/** /Reference of a signature that certifies or locks; null where it does neither. */
export function signatureReferences(
  document: PdfDocument,
  certify: CertificationLevel | undefined,
  lock: PdfDict | null,
): PdfValue {
  const reference = (method: string, entries: readonly [string, PdfValue][], data: readonly [string, PdfValue][]) =>
    dict([
      ['Type', name('SigRef')],
      ['TransformMethod', name(method)],
      ['TransformParams', dict([['Type', name('TransformParams')], ...entries, ['V', name('1.2')]])],
      ...data,
    ]);
  const references = [
    ...(certify === undefined ? [] : [reference('DocMDP', [['P', number(certify)]], [])]),
    ...(lock === null ? [] : [reference('FieldMDP', lockEntries(lock), [['Data', document.root]])]),
  ];
  return references.length === 0 ? null : array(references);
}

/** /Lock of a signature field. */
export function lockDict(lock: FieldLock): PdfDict {
  const fields: readonly [string, PdfValue][] = lock === 'all' ? [] : [['Fields', array(lock.map(textString))]];
  return dict([['Type', name('SigFieldLock')], ['Action', name(lock === 'all' ? 'All' : 'Include')], ...fields]);
}

function lockEntries(lock: PdfDict): readonly [string, PdfValue][] {
  return ['Action', 'Fields'].flatMap((key) => (lock.map.has(key) ? [[key, lock.map.get(key)!] as const] : [])) as [
    string,
    PdfValue,
  ][];
}

function transformsOf(document: PdfDocument, signature: PdfDict, method: string): readonly (PdfDict | null)[] {
  return itemsOf(document, signature.map.get('Reference'), '/Reference').flatMap((item) => {
    const reference = document.resolve(item);
    if (!isDict(reference) || !isName(document.resolve(reference.map.get('TransformMethod')), method)) return [];
    const parameters = document.resolve(reference.map.get('TransformParams'));
    return [isDict(parameters) ? parameters : null];
  });
}

/** What cannot be read locks everything: a lock that nobody understands is no permission. */
function readLock(document: PdfDocument, parameters: PdfDict | null): (field: string) => boolean {
  const action = document.resolve(parameters?.map.get('Action'));
  const names = itemsOf(document, parameters?.map.get('Fields'), '/Fields of a lock').flatMap((item) => {
    const text = document.resolve(item);
    return isString(text) ? [readTextString(text.bytes)] : [];
  });
  const isNamed = (field: string): boolean => names.some((one) => field === one || field.startsWith(`${one}.`));
  if (isName(action, 'Include')) return isNamed;
  if (isName(action, 'Exclude')) return (field) => !isNamed(field);
  return () => true;
}
