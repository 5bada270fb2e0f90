// Where signatures are shown: the widgets of a field on their pages, in millimetres as a person sees the page. Bounded; what
// cannot be found is left out, for the picture of a seal proves nothing.
import { isTrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { type Page, readPage } from './page.ts';
import { numberPages } from './page-numbers.ts';
import { isArray, isDict, isName, isNumber, isRef, type PdfDict, type PdfRef, ref } from './value.ts';

/** From the lower left corner of the page as it is shown. */
export type WidgetPlace = {
  readonly page: number;
  readonly pageWidthMm: number;
  readonly pageHeightMm: number;
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
};

const MM_PER_POINT = 25.4 / 72;
const MAX_WIDGETS = 200;

/** Object number of a field -> where its widgets stand; widgets without area, and hidden ones, are left out. */
export function findWidgetPlaces(document: PdfDocument, fields: readonly number[]): ReadonlyMap<number, WidgetPlace[]> {
  const owner = new Map<number, number>();
  for (const field of fields) {
    owner.set(field, field);
    for (const kid of kidsOf(document, field)) owner.set(kid.num, field);
  }
  const places = new Map<number, WidgetPlace[]>(fields.map((field) => [field, []]));
  let left = MAX_WIDGETS;
  for (const [num, number] of owner.size === 0 ? [] : numberPages(document)) {
    if (left <= 0) break;
    for (const { field, place } of safely(() => placesOn(document, ref(num), number, owner))) {
      if (left-- > 0) places.get(field)?.push(place);
    }
  }
  return places;
}

type Placed = { readonly field: number; readonly place: WidgetPlace };

function placesOn(document: PdfDocument, at: PdfRef, number: number, owner: ReadonlyMap<number, number>): Placed[] {
  const page = readPage(document, at);
  if (!page) return [];
  return itemsOf(document, page.dict.map.get('Annots'), '/Annots').flatMap((item) => {
    const field = isRef(item) ? owner.get(item.num) : undefined;
    const widget = field === undefined ? null : document.resolve(item);
    const place = isDict(widget) ? placeOf(document, page, number, widget) : null;
    return field === undefined || place === null ? [] : [{ field, place }];
  });
}

const HIDDEN = 2;
const NO_VIEW = 32;

/** Where an annotation is shown on its page; null when it is not, or has no area. */
export function placeOf(document: PdfDocument, page: Page, number: number, { map }: PdfDict): WidgetPlace | null {
  const flags = document.resolve(map.get('F'));
  if (isNumber(flags) && (flags.value & (HIDDEN | NO_VIEW)) !== 0) return null;
  const rect = document.resolve(map.get('Rect'));
  const sides = isArray(rect) ? rect.items.map((item) => document.resolve(item)) : [];
  if (sides.length !== 4 || !sides.every(isNumber)) return null;
  const [a, b, c, d] = sides.map(({ value }) => value) as [number, number, number, number];
  if (a === c || b === d) return null;
  return shownAt(page, number, [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]);
}

/** A rectangle of default user space on the page as it is turned and cropped for the reader. */
export function shownAt(
  { box, rotate, userUnit }: Page,
  number: number,
  [left, bottom, right, top]: readonly [number, number, number, number],
): WidgetPlace {
  const mm = MM_PER_POINT * userUnit;
  const [width, height] = [box[2] - box[0], box[3] - box[1]];
  const [w, h] = [right - left, top - bottom];
  const [x, y] = [left - box[0], bottom - box[1]];
  const isTurned = rotate === 90 || rotate === 270;
  // Clockwise: what was at the left is at the top after 90 degrees.
  const shown = {
    0: [x, y],
    90: [y, width - x - w],
    180: [width - x - w, height - y - h],
    270: [height - y - h, x],
  }[rotate] as [number, number];
  return {
    page: number,
    pageWidthMm: round((isTurned ? height : width) * mm),
    pageHeightMm: round((isTurned ? width : height) * mm),
    xMm: round(shown[0] * mm),
    yMm: round(shown[1] * mm),
    widthMm: round((isTurned ? h : w) * mm),
    heightMm: round((isTurned ? w : h) * mm),
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

function kidsOf(document: PdfDocument, field: number): readonly PdfRef[] {
  return safely(() => {
    const dict = document.current(field)?.value ?? null;
    if (!isDict(dict)) return [];
    const kids = itemsOf(document, dict.map.get('Kids'), '/Kids of a field').slice(0, MAX_WIDGETS);
    return kids.filter(isRef).filter((kid) => {
      const widget = document.resolve(kid);
      return isDict(widget) && isName(widget.map.get('Subtype'), 'Widget');
    });
  });
}

/** What a damaged document does not give is nothing to show. */
function safely<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (isTrustError(error)) return [];
    throw error;
  }
}
