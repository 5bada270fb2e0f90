// 证照信息验证 (GB/T 36906): do these metadata stand in the record of a license, and what is it worth now? Seven results, in
// the order of the questions: is it enough to judge by, is there such a license, does every value agree, is it in force.
// A wrong value is never named, so that nobody learns the record by trying. Who may ask is not decided here.
import type { InformationResult } from '../../common/contract/license-sharing.ts';
import { type MetadataEntry, VALUE_SEPARATOR } from './license-metadata.ts';
import type { LicenseState } from './license-states.ts';
import { readLicenseIdentifier } from './read-identifier.ts';

/** The license that the presented identifier names, or null where there is none. */
export type KnownLicense = {
  /** All elements of the version that the identifier names (listMetadata). */
  readonly entries: readonly MetadataEntry[];
  /** As at the date of the question. */
  readonly state: LicenseState;
  /** False for a version that a later one has replaced. */
  readonly isCurrent: boolean;
};

/** Elements that follow from the identifier, for whoever has the catalogue: they add nothing to what was presented. */
const SAID_BY_IDENTIFIER: ReadonlySet<string> = new Set(['ZZBS', 'ZZLXDM', 'ZZMC', 'ZZBFJGDM', 'ZZBFJG']);
/** Besides the identifier, so many elements at least. */
const FACTS_NEEDED = 2;

/** States that can come to an end again: 暂扣, 办理转出. */
const PAUSED: ReadonlySet<LicenseState> = new Set(['suspended', 'transferred']);

/** The identifier that `presented` names, as a writer of GB/T 36904 makes it; null for none: then nothing is to be looked up. */
export function namedIdentifier(presented: Readonly<Record<string, string>>): string | null {
  return readLicenseIdentifier(presented['ZZBS'] ?? '').canonical;
}

/**
 * `presented`: short name -> value; `license`: what namedIdentifier names. The four elements of an annotated copy belong to
 * the copy and are passed over. `today` is the date in China, YYYY-MM-DD.
 */
export function verifyInformation(
  presented: Readonly<Record<string, string>>,
  license: KnownLicense | null,
  today: string,
): InformationResult {
  if (!isEnough(presented)) return 4;
  if (license === null) return 5;
  const recorded = new Map(license.entries.map(({ name, values }) => [name, values]));
  const names = Object.keys(presented).filter((name) => name !== 'ZZBS' && !isOfCopy(name));
  const agrees =
    namedIdentifier(presented) === recorded.get('ZZBS')?.[0] &&
    names.every((name) => isOfHolder(name) || isSame(presented[name] ?? '', recorded.get(name), name)) &&
    areSameHolders(names.filter(isOfHolder), presented, recorded);
  if (!agrees) return 6;
  if (PAUSED.has(license.state)) return 2;
  if (license.state !== 'valid' || !license.isCurrent) return 3;
  const [from = today] = recorded.get('ZZYXQQSRQ') ?? [];
  return from > today ? 1 : 0;
}

/** The identifier, and facts beside it that do not follow from it. */
function isEnough(presented: Readonly<Record<string, string>>): boolean {
  const facts = Object.entries(presented).filter(
    ([name, value]) => !SAID_BY_IDENTIFIER.has(name) && !isOfCopy(name) && value.trim() !== '',
  );
  return facts.length >= FACTS_NEEDED && (presented['ZZBS'] ?? '').trim() !== '';
}

const isOfCopy = (name: string): boolean => name.startsWith('JZJ');
const isOfHolder = (name: string): boolean => name.startsWith('CZZT');

/** An element without a value agrees with nothing. */
function isSame(presented: string, recorded: readonly string[] | undefined, name: string): boolean {
  return recorded !== undefined && fold(presented, name) === fold(recorded.join(VALUE_SEPARATOR), name);
}

/** All holders, in any order, but each with his own name, code and type: `names` are the elements that were presented. */
function areSameHolders(
  names: readonly string[],
  presented: Readonly<Record<string, string>>,
  recorded: ReadonlyMap<string, readonly string[]>,
): boolean {
  const rows = (columns: readonly (readonly string[])[]): string => {
    const count = Math.max(0, ...columns.map(({ length }) => length));
    const each = Array.from({ length: count }, (_, row) => columns.map((column) => column[row] ?? ''));
    return JSON.stringify(each.map((values) => JSON.stringify(values.map((value) => fold(value, '')))).sort());
  };
  const known = names.flatMap((name) => (recorded.has(name) ? [recorded.get(name) ?? []] : []));
  const shown = names.map((name) => (presented[name] ?? '').split(VALUE_SEPARATOR));
  return known.length === names.length && rows(shown) === rows(known);
}

/** Width, blanks and case do not matter; dates may be written as 20261120, and no end as 长期. */
function fold(value: string, name: string): string {
  const folded = value.normalize('NFKC').replace(/\s/gu, '').toUpperCase();
  if (!name.endsWith('RQ')) return folded;
  if (folded === '长期') return '9999-12-31';
  return folded.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3').replace(/^(\d{4})年(\d\d?)月(\d\d?)日$/, toIso);
}

function toIso(_: string, year: string, month: string, day: string): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
