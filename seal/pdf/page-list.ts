// Lists of pages as people write them: "all", "3", "1-3,5,8".
import { TrustError } from '../../common/errors.ts';

/** More pages than this in one sealing are refused: each is written again. */
export const MAX_SEALED_PAGES = 2_000;

/** Page numbers, ascending and each once. `placement-invalid`, pointing at `pointer`, for pages that do not exist. */
export function parsePageList(text: string, count: number, pointer: string): readonly number[] {
  const refuse = (detail: string): TrustError => new TrustError('placement-invalid', detail, { pointer });
  const pages = new Set<number>();
  for (const part of text === 'all' ? [`1-${count}`] : text.split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim());
    if (!match) throw refuse(`"${part.slice(0, 40)}" is not a page or a range of pages`);
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (first < 1 || last < first) throw refuse(`"${part}" is not a range of pages, counted from 1`);
    if (last > count) throw refuse(`There is no page ${last}; the document has ${count} pages`);
    for (let page = first; page <= last; page++) {
      pages.add(page);
      if (pages.size > MAX_SEALED_PAGES) throw refuse(`More than ${MAX_SEALED_PAGES} pages in one sealing`);
    }
  }
  return [...pages].sort((a, b) => a - b);
}
