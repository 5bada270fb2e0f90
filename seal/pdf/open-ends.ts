// What a sealed revision left open for others to fill: a reference to an object that did not exist then, and an object
// whose bytes reach behind the end of the revision. Either shows something later that nobody sealed, without any object
// of the revision being replaced. One pass over all objects, whatever the number of signatures.
import { isTrustError } from '../../common/errors.ts';
import type { PdfDocument } from './document.ts';
import { asCount, broken, isArray, isDict, isRef, type PdfObject, type PdfValue } from './value.ts';
import type { XrefEntry } from './xref.ts';

/** Sections are counted from the newest, 0; a version of an object stands from `section` on, until `until` replaces it. */
type Version = { readonly num: number; readonly section: number; readonly until: number };
type OpenEnds = {
  /** References to what only a later section has. */
  readonly references: readonly (Version & { readonly target: number; readonly born: number })[];
  /** The version that reaches furthest, for each pair of section and until. */
  readonly reaches: readonly (Version & { readonly end: number })[];
};

const MAX_VERSIONS = 1_000_000;
const MAX_REFERENCES = 10_000;
const known = new WeakMap<PdfDocument, OpenEnds>();

/**
 * A sentence for each open end of the revision whose newest section is number `shared` and which ends at byte `end`.
 * Throws `pdf-broken` for more objects than can be looked through.
 */
export function findOpenEnds(document: PdfDocument, shared: number, end: number): string[] {
  const { references, reaches } = known.get(document) ?? listOpenEnds(document);
  const isCurrent = ({ section, until }: Version): boolean => section >= shared && until < shared;
  const filled = references.filter((open) => isCurrent(open) && open.born < shared);
  const tooFar = reaches.filter((open) => isCurrent(open) && open.end > end);
  return [
    ...filled.map(
      ({ num, target }) => `Object ${target}, which object ${num} refers to, was missing when it was sealed.`,
    ),
    ...tooFar.map(({ num }) => `Object ${num} reaches behind the end of the sealed revision.`),
  ];
}

function listOpenEnds(document: PdfDocument): OpenEnds {
  const births = findBirths(document);
  const replacedIn = new Map<number, number>();
  const references: OpenEnds['references'][number][] = [];
  const reaches = new Map<string, OpenEnds['reaches'][number]>();
  for (const [section, num, entry] of versions(document)) {
    const version = { num, section, until: replacedIn.get(num) ?? -1 };
    replacedIn.set(num, section);
    const object = readVersion(document, num, entry);
    if (object === null) continue;
    const [key, end] = [`${section} ${version.until}`, endOf(document, object)];
    if (end > (reaches.get(key)?.end ?? 0)) reaches.set(key, { ...version, end });
    for (const target of referencesOf(object.value)) {
      const born = births.get(target);
      if (born !== undefined && born < section) references.push({ ...version, target, born });
    }
    if (references.length > MAX_REFERENCES) throw broken(`more than ${MAX_REFERENCES} references to later objects`);
  }
  const found = { references, reaches: [...reaches.values()] };
  known.set(document, found);
  return found;
}

/** Oldest section in which each number has an object. */
function findBirths(document: PdfDocument): ReadonlyMap<number, number> {
  const births = new Map<number, number>();
  for (const [section, num, entry] of versions(document)) if (entry.type !== 'free') births.set(num, section);
  return births;
}

/** Every entry, newest section first. */
function* versions(document: PdfDocument): Generator<[section: number, num: number, entry: XrefEntry]> {
  let count = 0;
  for (const [index, section] of document.sections.entries()) {
    for (const num of section.numbers()) {
      if (++count > MAX_VERSIONS) throw broken(`more than ${MAX_VERSIONS} objects`);
      const entry = section.find(num);
      if (entry) yield [index, num, entry];
    }
  }
}

/** Null also for what no reader can read, today as when it was sealed. */
function readVersion(document: PdfDocument, num: number, entry: XrefEntry): PdfObject | null {
  try {
    return document.version(num, entry);
  } catch (error) {
    if (isTrustError(error)) return null;
    throw error;
  }
}

function endOf(document: PdfDocument, object: PdfObject): number {
  if (object.stream === null || !isDict(object.value)) return object.end;
  return object.stream + (asCount(document.resolve(object.value.map.get('Length'))) ?? 0);
}

function* referencesOf(root: PdfValue): Generator<number> {
  const open: PdfValue[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (isRef(value)) yield value.num;
    else if (isArray(value)) open.push(...value.items);
    else if (isDict(value)) open.push(...value.map.values());
  }
}
