// Which pages show which part of a seal: one seal, the same on several pages, strips across page edges (骑缝), or the
// place of an existing empty field. One signature field in every case. Pure geometry; sealing-update.ts writes it.
import { TrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { type EmptyField, freeFieldName, getEmptyField } from './form.ts';
import { type Box, countPages, findPage, type Page, readPage } from './page.ts';
import { parsePageList } from './page-list.ts';
import { type PlacedSeal, type Placement, placeAround, placeInRect, placeSeal, placeStrip } from './placement.ts';
import { broken, isArray, isDict, isNumber, isRef, type PdfDict, type PdfRef } from './value.ts';

export type PlannedWidget = {
  readonly page: Page;
  readonly placed: PlacedSeal;
  readonly hasDate: boolean;
  /** The widget that is there already. */
  readonly existing: { readonly ref: PdfRef; readonly dict: PdfDict } | null;
};

export type SealingPlan = {
  readonly fieldName: string;
  /** Null: a new field. */
  readonly field: EmptyField | null;
  readonly widgets: readonly PlannedWidget[];
};

type Size = { readonly widthMm: number; readonly heightMm: number };

/** Narrower strips could not be read; more pages than fit share further pictures. */
const MIN_STRIP_MM = 3;
const MAX_PAGES_SEARCHED = 10_000;

/** Codes: `placement-invalid`, `invalid-request` for places that exclude each other, `pdf-broken`. */
export function planSealing(
  document: PdfDocument,
  page: number | undefined,
  size: Size,
  placement: Placement,
): SealingPlan {
  checkExclusive(page, placement);
  if (placement.field !== undefined) return planField(document, placement.field, size, placement);
  const { pages, straddle, withDate, centres } = placement;
  const hasDate = withDate ?? false;
  const found = (centres ?? []).map((centre): PlannedWidget => {
    const shown = findPage(document, centre.page);
    return { page: shown, placed: placeAround(shown, size, centre, withDate), hasDate, existing: null };
  });
  const isAlone = straddle !== undefined && page === undefined && pages === undefined;
  const numbers =
    pages !== undefined ? parsePageList(pages, countPages(document), '/pages') : isAlone || centres ? [] : [page ?? 1];
  const full = numbers.map((number): PlannedWidget => {
    const shown = findPage(document, number);
    return { page: shown, placed: placeSeal(shown, size, placement), hasDate, existing: null };
  });
  const strips = straddle === undefined ? [] : planStraddle(document, straddle, size, placement.straddleYMm);
  return { fieldName: freeFieldName(document), field: null, widgets: [...found, ...full, ...strips] };
}

function checkExclusive(page: number | undefined, placement: Placement): void {
  const { pages, straddle, straddleYMm, field, xMm, yMm, withDate, centres } = placement;
  const refuse = (detail: string, pointer: string): TrustError =>
    new TrustError('invalid-request', detail, { pointer });
  const isPlaced = xMm !== undefined || yMm !== undefined;
  if (page !== undefined && pages !== undefined) throw refuse('page and pages exclude each other', '/pages');
  if (field !== undefined && (page ?? pages ?? straddle) !== undefined) {
    throw refuse('A field has its own page; page, pages and straddle do not go with it', '/field');
  }
  if (field !== undefined && isPlaced)
    throw refuse('A field has its own place; x_mm and y_mm do not go with it', '/field');
  if (straddleYMm !== undefined && straddle === undefined) {
    throw refuse('straddle_y_mm needs straddle', '/straddle_y_mm');
  }
  if (straddle === undefined || page !== undefined || pages !== undefined || centres !== undefined) return;
  if (isPlaced) throw refuse('x_mm and y_mm place a whole seal; strips take straddle_y_mm', '/straddle');
  if (withDate) throw refuse('A date stands below a whole seal; strips have none', '/date');
}

/** Page k of a chunk shows strip k; chunks differ by at most one page. */
function planStraddle(
  document: PdfDocument,
  list: string,
  size: Size,
  yMm: number | undefined,
): readonly PlannedWidget[] {
  const numbers = parsePageList(list, countPages(document), '/straddle');
  if (numbers.length < 2) {
    throw new TrustError('placement-invalid', 'A seal across page edges needs at least two pages', {
      pointer: '/straddle',
    });
  }
  return chunk(numbers, Math.max(2, Math.floor(size.widthMm / MIN_STRIP_MM))).flatMap((part) =>
    part.map((number, index): PlannedWidget => {
      const page = findPage(document, number);
      const placed = placeStrip(page, size, { index, count: part.length, yMm });
      return { page, placed, hasDate: false, existing: null };
    }),
  );
}

function chunk(numbers: readonly number[], most: number): readonly (readonly number[])[] {
  const count = Math.ceil(numbers.length / most);
  const start = (i: number): number => Math.floor((i * numbers.length) / count);
  return Array.from({ length: count }, (_, i) => numbers.slice(start(i), start(i + 1)));
}

function planField(document: PdfDocument, name: string, size: Size, { withDate }: Placement): SealingPlan {
  const field = getEmptyField(document, name);
  const kids = itemsOf(document, field.dict.map.get('Kids'), '/Kids of a field');
  const widgets = (kids.length > 0 ? kids : [field.ref]).map((ref): PlannedWidget => {
    if (!isRef(ref)) throw broken('a widget is not an object of its own');
    const dict = document.dictAt(ref, 'a widget');
    const page = pageOf(document, ref, dict, name);
    const rect = readRect(document, dict, name);
    return {
      page,
      placed: placeInRect(page, size, rect, withDate),
      hasDate: withDate ?? false,
      existing: { ref, dict },
    };
  });
  return { fieldName: name, field, widgets };
}

function readRect(document: PdfDocument, widget: PdfDict, name: string): Box {
  const rect = document.resolve(widget.map.get('Rect'));
  const sides = isArray(rect) ? rect.items.map((side) => document.resolve(side)) : [];
  if (sides.length !== 4 || !sides.every(isNumber)) throw noPlace(name);
  const [a, b, c, d] = sides.map(({ value }) => value) as [number, number, number, number];
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

/** The page whose /Annots list the widget: its /P where that is true, or the one found by looking. */
function pageOf(document: PdfDocument, ref: PdfRef, widget: PdfDict, name: string): Page {
  const lists = ({ dict }: Page): boolean =>
    itemsOf(document, dict.map.get('Annots'), '/Annots').some((item) => isRef(item) && item.num === ref.num);
  const named = widget.map.get('P');
  const page = isRef(named) ? readPage(document, named) : null;
  if (page && lists(page)) return page;
  const count = Math.min(countPages(document), MAX_PAGES_SEARCHED);
  for (let number = 1; number <= count; number++) {
    const found = findPage(document, number);
    if (isDict(found.dict) && lists(found)) return found;
  }
  throw noPlace(name);
}

function noPlace(name: string): TrustError {
  return new TrustError('placement-invalid', `The signature field ${name} has no place on a page`, {
    pointer: '/field',
  });
}
