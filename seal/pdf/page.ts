// One page by its number, found by walking the page tree downwards, and its geometry as a person sees it.
// Not here: page contents; nothing in this room reads or changes them.
import { TrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import {
  asCount,
  broken,
  isArray,
  isDict,
  isName,
  isNumber,
  isRef,
  type PdfDict,
  type PdfRef,
  type PdfValue,
} from './value.ts';

export type Page = {
  readonly ref: PdfRef;
  readonly dict: PdfDict;
  /** The visible box in default user space: [left, bottom, right, top]. */
  readonly box: Box;
  /** Degrees clockwise at which the page is shown: 0, 90, 180 or 270. */
  readonly rotate: Rotation;
  /** Points in one unit of default user space (/UserUnit). */
  readonly userUnit: number;
};
export type Box = readonly [left: number, bottom: number, right: number, top: number];
export type Rotation = 0 | 90 | 180 | 270;

const INHERITED = ['MediaBox', 'CropBox', 'Rotate'] as const;
const MAX_DEPTH = 64;
const A4: Box = [0, 0, 595.28, 841.89];

/** Page `number`, counted from 1. `placement-invalid` when there is none, `pdf-broken` for a damaged tree. */
export function findPage(document: PdfDocument, number: number): Page {
  const pages = document.catalogue.map.get('Pages');
  let node = document.dictAt(pages, 'the page tree');
  let rest = number - 1;
  let inherited: ReadonlyMap<string, PdfValue> = new Map();
  const seen = new Set<number>(isRef(pages) ? [pages.num] : []);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    inherited = withInherited(inherited, node);
    const kid = findKid(document, node, rest);
    if (!kid) throw noSuchPage(document, number);
    if (seen.has(kid.ref.num)) throw broken('the page tree runs in a circle');
    seen.add(kid.ref.num);
    if (!kid.isNode) return describePage(document, kid.ref, kid.dict, withInherited(inherited, kid.dict));
    node = kid.dict;
    rest = kid.rest;
  }
  throw broken(`the page tree is deeper than ${MAX_DEPTH}`);
}

/** Number of pages as the tree announces it; `pdf-broken` where it does not. */
export function countPages(document: PdfDocument): number {
  const tree = document.dictAt(document.catalogue.map.get('Pages'), 'the page tree');
  const count = asCount(document.resolve(tree.map.get('Count')));
  if (count === null) throw broken('the page tree does not say how many pages there are');
  return count;
}

/** The page that a reference leads to, with what it inherits; null where there is no page. */
export function readPage(document: PdfDocument, ref: PdfRef): Page | null {
  const dict = document.resolve(ref);
  if (!isPage(dict)) return null;
  const line: PdfDict[] = [];
  for (let node: PdfValue = dict; isDict(node); node = document.resolve(node.map.get('Parent'))) {
    line.unshift(node);
    if (line.length > MAX_DEPTH) throw broken(`the page tree is deeper than ${MAX_DEPTH}`);
  }
  const none: ReadonlyMap<string, PdfValue> = new Map();
  return describePage(document, ref, dict as PdfDict, line.reduce(withInherited, none));
}

type Kid = { readonly ref: PdfRef; readonly dict: PdfDict; readonly isNode: boolean; readonly rest: number };

function findKid(document: PdfDocument, node: PdfDict, rest: number): Kid | null {
  const kidsEntry = node.map.get('Kids');
  const array = document.resolve(kidsEntry);
  // A flat node of 50,000 pages: when as many kids as pages are announced, the page is found without reading the others,
  // or even making values of them.
  const all = isArray(array) ? (array.references ?? array.items) : [];
  const direct = all.at(rest);
  if (asCount(document.resolve(node.map.get('Count'))) === all.length && direct !== undefined) {
    const kid = readKid(document, direct, 0);
    if (!kid.isNode) return kid;
  }
  const kids = itemsOf(document, kidsEntry, '/Kids of a page tree node');
  for (let left = rest, i = 0; i < kids.length; i++) {
    const kid = readKid(document, kids[i], left);
    const count = kid.isNode ? (asCount(document.resolve(kid.dict.map.get('Count'))) ?? 0) : 1;
    if (left < count) return kid;
    left -= count;
  }
  return null;
}

function readKid(document: PdfDocument, value: PdfValue | undefined, rest: number): Kid {
  if (!isRef(value)) throw broken('a page is not an indirect object');
  const dict = document.dictAt(value, 'a page');
  return { ref: value, dict, isNode: isName(dict.map.get('Type'), 'Pages') || dict.map.has('Kids'), rest };
}

function noSuchPage(document: PdfDocument, number: number): TrustError {
  const count = asCount(
    document.resolve(document.dictAt(document.catalogue.map.get('Pages'), 'the page tree').map.get('Count')),
  );
  return new TrustError(
    'placement-invalid',
    `There is no page ${number}; the document has ${count ?? 'an unknown number of'} pages`,
    {
      pointer: '/page',
    },
  );
}

function withInherited(above: ReadonlyMap<string, PdfValue>, node: PdfDict): ReadonlyMap<string, PdfValue> {
  const map = new Map(above);
  for (const key of INHERITED) {
    const value = node.map.get(key);
    if (value !== undefined && value !== null) map.set(key, value);
  }
  return map;
}

function describePage(
  document: PdfDocument,
  ref: PdfRef,
  dict: PdfDict,
  attributes: ReadonlyMap<string, PdfValue>,
): Page {
  const media = readBox(document, attributes.get('MediaBox')) ?? A4;
  const crop = readBox(document, attributes.get('CropBox')) ?? media;
  const unit = document.resolve(dict.map.get('UserUnit'));
  const userUnit = isNumber(unit) && unit.value > 0 && unit.value <= 75_000 ? unit.value : 1;
  return { ref, dict, box: intersect(media, crop), rotate: readRotation(document, attributes.get('Rotate')), userUnit };
}

function readBox(document: PdfDocument, value: PdfValue | undefined): Box | null {
  const resolved = document.resolve(value);
  if (!isArray(resolved) || resolved.items.length !== 4) return null;
  const numbers = resolved.items.map((item) => document.resolve(item));
  if (!numbers.every(isNumber)) return null;
  const [a, b, c, d] = numbers.map((item) => item.value) as [number, number, number, number];
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

/** The crop box as far as it lies in the media box; the media box when they do not meet. */
function intersect(media: Box, crop: Box): Box {
  const box: Box = [
    Math.max(media[0], crop[0]),
    Math.max(media[1], crop[1]),
    Math.min(media[2], crop[2]),
    Math.min(media[3], crop[3]),
  ];
  return box[0] < box[2] && box[1] < box[3] ? box : media;
}

function readRotation(document: PdfDocument, value: PdfValue | undefined): Rotation {
  const rotate = document.resolve(value);
  if (!isNumber(rotate) || rotate.value % 90 !== 0) return 0;
  return (((rotate.value % 360) + 360) % 360) as Rotation;
}

/** True for a dictionary that is a page or could be one. */
export function isPage(value: PdfValue): boolean {
  return isDict(value) && isName(value.map.get('Type'), 'Page');
}
