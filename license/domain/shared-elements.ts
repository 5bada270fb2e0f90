// What of a license can be shared: elements of GB/T 36903 by their short names, and `file`, the whole face as an annotated
// copy. Some elements say which license it is and nothing about its holder; they come with every ground.
import { METADATA_ELEMENTS, type MetadataEntry } from './license-metadata.ts';

/** The annotated copy (加注件): it shows everything, so it is asked for and given by itself. */
export const WHOLE_FILE = 'file';

/** In a legal basis: every element of that type. */
export const ALL_ELEMENTS = '*';

/** Name, type, identifier and issuing authority: told with every ground. */
export const OPEN_ELEMENTS: ReadonlySet<string> = new Set(['ZZMC', 'ZZLXDM', 'ZZBS', 'ZZBFJG', 'ZZBFJGDM']);

/** Of what is wanted, that for which a ground is needed by name. */
export function beyondOpen(wanted: readonly string[] | 'all'): readonly string[] | 'all' {
  return wanted === 'all' ? 'all' : wanted.filter((name) => !OPEN_ELEMENTS.has(name));
}

/** One value for each holder, in the same order. */
const HOLDER_ELEMENTS: ReadonlySet<string> = new Set(['CZZT', 'CZZTDM', 'CZZTDMLX', 'CZZTDMLXDM']);

/** True for what a ground can name: a short name that is not open anyway, a KZ_ name of a type, or the file. */
export function isSharedElement(name: string): boolean {
  if (name === WHOLE_FILE || /^KZ_[A-Za-z0-9_]{1,60}$/.test(name)) return true;
  return METADATA_ELEMENTS.has(name) && !OPEN_ELEMENTS.has(name) && !name.startsWith('JZJ');
}

/**
 * The elements that may be told: open ones and those of `allowed` (`*`: all), in order. `holder` is the place of the one holder whose
 * consent it is: of joint holders he speaks for himself only.
 */
export function cutElements(
  entries: readonly MetadataEntry[],
  allowed: readonly string[],
  holder: number | null,
): readonly MetadataEntry[] {
  const all = allowed.includes(ALL_ELEMENTS);
  const told = entries.filter(({ name }) => all || OPEN_ELEMENTS.has(name) || allowed.includes(name));
  if (holder === null) return told;
  return told.map((entry) =>
    HOLDER_ELEMENTS.has(entry.name) ? { ...entry, values: entry.values.slice(holder, holder + 1) } : entry,
  );
}
