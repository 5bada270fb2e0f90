// What an object is to a reader: a page, the content of a page, an annotation or a form field on a page, a font or picture
// that pages use. For the sentences about later changes; bounded, and silent about what it does not find.
import { isTrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { numberPages } from './page-numbers.ts';
import { readTextString } from './serialize.ts';
import { isArray, isDict, isName, isRef, isString, type PdfDict, type PdfValue } from './value.ts';

const MAX_OBJECTS = 50_000;
const MAX_NAME = 60;

const known = new WeakMap<PdfDocument, ReadonlyMap<number, string>>();

/** `page 2`, `the content of page 2`, `the annotation Highlight on page 2` …; null where nothing is known. */
export function placeOfObject(document: PdfDocument, num: number): string | null {
  const places = known.get(document) ?? mapPlaces(document);
  known.set(document, places);
  return places.get(num) ?? null;
}

function mapPlaces(document: PdfDocument): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  for (const [num, number] of numberPages(document)) {
    places.set(num, `page ${number}`);
    try {
      if (places.size < MAX_OBJECTS) placeParts(document, num, `page ${number}`, places);
    } catch (error) {
      if (!isTrustError(error)) throw error; // a damaged page has no parts to name
    }
  }
  return places;
}

function placeParts(document: PdfDocument, num: number, page: string, places: Map<number, string>): void {
  const dict = document.current(num)?.value;
  if (!isDict(dict)) return;
  const put = (value: PdfValue | undefined, words: string): void => {
    if (isRef(value) && !places.has(value.num)) places.set(value.num, words);
  };
  const contents = dict.map.get('Contents');
  put(contents, `the content of ${page}`);
  for (const part of partsOf(document, contents)) put(part, `the content of ${page}`);
  put(dict.map.get('Annots'), `the list of annotations of ${page}`);
  for (const item of itemsOf(document, dict.map.get('Annots'), '/Annots')) placeAnnotation(document, item, page, put);
  placeResources(document, document.resolve(dict.map.get('Resources')), page, put);
}

type Put = (value: PdfValue | undefined, words: string) => void;

function placeAnnotation(document: PdfDocument, item: PdfValue, page: string, put: Put): void {
  const dict = document.resolve(item);
  if (!isDict(dict)) return;
  const words = `${nameAnnotation(dict)} on ${page}`;
  put(item, words);
  const appearance = document.resolve(dict.map.get('AP'));
  if (!isDict(appearance)) return;
  for (const shown of appearance.map.values()) put(shown, `the appearance of ${words}`);
}

function nameAnnotation({ map }: PdfDict): string {
  const kind = map.get('Subtype');
  const title = map.get('T');
  if (isName(kind, 'Widget'))
    return isString(title) ? `the form field ${readTextString(title.bytes).slice(0, MAX_NAME)}` : 'a form field';
  return isName(kind) ? `the annotation ${kind.value.slice(0, MAX_NAME)}` : 'an annotation';
}

const RESOURCES = { Font: 'a font', XObject: 'a picture or form' } as const;

function placeResources(document: PdfDocument, resources: PdfValue, page: string, put: Put): void {
  if (!isDict(resources)) return;
  for (const [key, words] of Object.entries(RESOURCES)) {
    const group = document.resolve(resources.map.get(key));
    if (isDict(group)) for (const item of group.map.values()) put(item, `${words} of ${page}`);
  }
}

function partsOf(document: PdfDocument, contents: PdfValue | undefined): readonly PdfValue[] {
  const resolved = isRef(contents) ? (document.current(contents.num)?.value ?? null) : contents;
  return isArray(resolved) ? resolved.items : [];
}
