// A seal by keyword: the text is looked for on the pages, and the middle of the seal lies on the middle of the hit, moved by
// an offset. What cannot be searched is said; nothing is placed by guess.
import { TrustError } from '../../common/errors.ts';
import { type FindText, MAX_SEARCHED_BYTES, type TextFound, type TextHit } from '../domain/text-hits.ts';
import { type ByteSource, readWhole } from '../pdf/byte-source.ts';
import { openDocument } from '../pdf/document.ts';
import { countPages } from '../pdf/page.ts';
import { parsePageList } from '../pdf/page-list.ts';
import type { Placement } from '../pdf/placement.ts';

/** `n`-th hit of the document, counted from 1. */
export type KeywordHit = number | 'all' | 'last';

export type Keyword = {
  readonly text: string;
  /** The first one unless given. */
  readonly hit?: KeywordHit | undefined;
  /** Millimetres to the right and upwards on the page as displayed. */
  readonly dxMm?: number | undefined;
  readonly dyMm?: number | undefined;
};

export type KeywordQuestion = {
  readonly source: ByteSource;
  readonly password?: string | undefined;
  readonly keyword: Keyword;
  /** What is asked for beside the keyword; /page and /pages say where to search. */
  readonly page?: number | undefined;
  readonly placement: Placement;
};

/** One signature shows at most so many seals by keyword. */
const MAX_SEALS = 200;
const MAX_PAGES_NAMED = 10;

/** A number from 1, `all` or `last`. */
export function parseKeywordHit(text: string): KeywordHit {
  if (text === 'all' || text === 'last') return text;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new TrustError('invalid-request', 'hit is a number from 1, all or last', { pointer: '/hit' });
}

/**
 * The placement with the middles of the seals. Codes: `keyword-not-found`, `text-not-searchable`, `invalid-request` for places
 * that exclude each other, those of `openDocument` and of the search.
 */
export async function locateKeyword(findText: FindText, question: KeywordQuestion): Promise<Placement> {
  const { source, password, keyword, page, placement } = question;
  checkExclusive(placement);
  if (source.size > MAX_SEARCHED_BYTES) {
    throw new TrustError('pdf-too-large', `A keyword is looked for in documents of up to ${MAX_SEARCHED_BYTES} bytes`);
  }
  const { pages: list, ...rest } = placement;
  const count = countPages(openDocument(source, password));
  const pages = list !== undefined ? parsePageList(list, count, '/pages') : page === undefined ? undefined : [page];
  const wanted = keyword.hit ?? 1;
  const maxHits = typeof wanted === 'number' ? wanted : wanted === 'all' ? MAX_SEALS + 1 : Number.MAX_SAFE_INTEGER;
  const found = await findText({ bytes: readWhole(source), password, text: keyword.text, pages, maxHits });
  const offset = { dxMm: keyword.dxMm ?? 0, dyMm: keyword.dyMm ?? 0 };
  const centres = chooseHits(found, keyword.text, wanted).map(({ page: on, left, right, bottom, top }) => ({
    page: on,
    x: (left + right) / 2,
    y: (bottom + top) / 2,
    ...offset,
  }));
  return { ...rest, centres };
}

function checkExclusive({ xMm, yMm, field }: Placement): void {
  if (xMm === undefined && yMm === undefined && field === undefined) return;
  throw new TrustError('invalid-request', 'A keyword has its own place; x_mm, y_mm and field do not go with it', {
    pointer: '/keyword',
  });
}

function chooseHits(found: TextFound, text: string, wanted: KeywordHit): readonly TextHit[] {
  const { hits } = found;
  if (wanted === 'all' && hits.length > MAX_SEALS) {
    throw new TrustError('placement-invalid', `"${text}" stands at more than ${MAX_SEALS} places`, { pointer: '/hit' });
  }
  const chosen = wanted === 'all' ? hits : [wanted === 'last' ? hits.at(-1) : hits[wanted - 1]];
  const present = chosen.filter((hit) => hit !== undefined);
  if (present.length > 0) return present;
  throw notFound(found, text, wanted);
}

/** Pages that cannot be searched are the likelier reason. */
function notFound({ hits, withoutText, unmapped }: TextFound, text: string, wanted: KeywordHit): TrustError {
  const often = hits.length === 0 ? 'is not found' : `is found ${hits.length} times, so there is no hit ${wanted}`;
  const reasons = [
    ...(withoutText.length > 0 ? [`${named(withoutText)} without text, a scan or outlines`] : []),
    ...(unmapped.length > 0 ? [`${named(unmapped)} with text whose characters the file does not tell`] : []),
  ];
  if (reasons.length === 0) {
    return new TrustError('keyword-not-found', `"${text}" ${often}`, { pointer: '/keyword' });
  }
  return new TrustError('text-not-searchable', `"${text}" ${often}; ${reasons.join('; ')}`, { pointer: '/keyword' });
}

function named(pages: readonly number[]): string {
  const more = pages.length > MAX_PAGES_NAMED ? ` and ${pages.length - MAX_PAGES_NAMED} more` : '';
  return `page ${pages.slice(0, MAX_PAGES_NAMED).join(', ')}${more}`;
}
