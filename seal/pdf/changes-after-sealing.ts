// What later revisions did to a signed one. A further signature may be added: its field, its widget on a page, and the
// entries that lead to them; a certification may permit more (permitted-changes.ts). Everything else makes the document
// another one than was sealed, and is said in a sentence; so is, unless a certification permits changes without a
// signature, everything that no signature covers, since nobody answers for it.
// Not here: judging the further signature, which has a report of its own.
import { equalBytes } from '../../common/bytes.ts';
import { isTrustError } from '../../common/errors.ts';
import { firstBytes } from './byte-source.ts';
import { itemsOf, openDocument, type PdfDocument } from './document.ts';
import { type LaterEvidence, readLaterEvidence } from './later-evidence.ts';
import { placeOfObject } from './object-places.ts';
import { findOpenEnds } from './open-ends.ts';
import { isPage } from './page.ts';
import { type Permissions, readPermissions } from './permitted-changes.ts';
import { readTextString, serialize } from './serialize.ts';
import { findStrayBytes } from './stray-bytes.ts';
import {
  isArray,
  isDict,
  isName,
  isNumber,
  isRef,
  isString,
  type PdfDict,
  type PdfObject,
  type PdfValue,
  ref,
} from './value.ts';

export type LaterChanges = {
  /** Further signatures and what a certification permits, in a sentence each. */
  readonly allowed: readonly string[];
  /** Everything else, in a sentence each; empty means that what was sealed is what is shown. */
  readonly other: readonly string[];
};

/** Object number of each well-formed signature field of the whole document -> first byte behind what it signs. */
export type SignedFields = ReadonlyMap<number, number>;

type Comparison = { readonly before: PdfDocument; readonly after: PdfDocument; readonly signed: SignedFields };

const MAX_OBJECTS = 10_000;
const WIDGET_KEYS = new Set([
  'Type',
  'Subtype',
  'FT',
  'T',
  'V',
  'F',
  'P',
  'Rect',
  'AP',
  'MK',
  'DA',
  'Ff',
  'TU',
  'SV',
  'Lock',
  'Kids',
  'Parent',
]);
/** What filling an empty signature field changes. */
const FILLED_KEYS = ['V', 'AP', 'F'];

/** Compares the revision that ends at byte `end` with the whole document. Never throws for what the file says. */
export function findChangesAfter(document: PdfDocument, end: number, signed: SignedFields): LaterChanges {
  const rest = document.source.size - end;
  if (rest === 0) return { allowed: [], other: [] };
  try {
    return compareRevisions(
      { before: openDocument(firstBytes(document.source, end), document.password), after: document, signed },
      rest,
    );
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return { allowed: [], other: [`What follows the signed revision cannot be compared with it: ${error.message}.`] };
  }
}

function compareRevisions(both: Comparison, rest: number): LaterChanges {
  const { before, after } = both;
  const fail = (text: string): LaterChanges => ({ allowed: [], other: [text] });
  const shared = after.sections.findIndex((section) => section.position === before.startxref);
  if (shared < 0 || after.base !== before.base) return fail('A later revision is not built on the signed one.');
  if (shared === 0) return fail(`${rest} bytes follow the signed revision without belonging to a revision.`);
  if (serialize(after.root) !== serialize(before.root))
    return fail('A later revision puts another catalogue in place.');
  if (keysOf(after) !== keysOf(before)) return fail('A later revision is encrypted in another way.');
  const numbers = new Set<number>();
  for (const section of after.sections.slice(0, shared)) {
    for (const num of section.numbers()) {
      if (numbers.size >= MAX_OBJECTS) return fail(`Later revisions touch more than ${MAX_OBJECTS} objects.`);
      numbers.add(num);
    }
  }
  const evidence = readLaterEvidence(before, after);
  const permissions = readPermissions(before, after, (item) => isNewSignature(both, item));
  const permitted = new Set<string>();
  const other = [
    ...[...numbers].flatMap((num) => explainChange(both, num, { permissions, permitted, evidence }) ?? []),
    ...permissions.broken,
    ...findOpenEnds(after, shared, before.source.size),
    ...otherInformation(both),
    ...unsignedRest(both, evidence, permitted.size > 0),
  ];
  const further = furtherSignatures(both);
  const allowed = [
    ...permitted,
    ...(evidence.isChanged && evidence.fault === null ? ['Validation data (DSS) were added.'] : []),
  ];
  if (permissions.level !== 1) return { allowed: [...further.map(({ text }) => text), ...allowed], other };
  // ISO 32000-2: validation data and document time stamps are no changes of the document.
  const [stamps, seals] = [further.filter((one) => one.isTimeStamp), further.filter((one) => !one.isTimeStamp)];
  return {
    allowed: [...stamps.map(({ text }) => text), ...allowed],
    other: [...other, ...seals.map(({ text }) => `${text} The certification allows no change.`)],
  };
}

/** What the key of an encrypted document comes from, as the trailer has it. */
function keysOf({ trailer }: PdfDocument): string {
  const encrypt = trailer.map.get('Encrypt') ?? null;
  const id = trailer.map.get('ID');
  return encrypt === null ? '' : `${serialize(encrypt)} ${serialize(isArray(id) ? id.items[0]! : null)}`;
}

function otherInformation({ before, after }: Comparison): string[] {
  const [old, now] = [before, after].map(({ trailer }) => serialize(trailer.map.get('Info') ?? null));
  return old === now ? [] : ['A later revision puts other document information in place.'];
}

/** A later revision is somebody's word only as far as a signature reaches. */
function unsignedRest({ after, signed }: Comparison, evidence: LaterEvidence, isPermitted: boolean): string[] {
  const end = Math.max(0, ...signed.values());
  const rest = after.source.size - end;
  if (rest === 0) return [];
  if (isPermitted || evidence.isOnlyEvidenceBehind(end)) return findStrayBytes(after, end);
  return [`The last ${rest} bytes were added behind every signature.`];
}

type Lawful = {
  readonly permissions: Permissions;
  /** Grows by the sentences about what a certification permits. */
  readonly permitted: Set<string>;
  readonly evidence: LaterEvidence;
};

/** The sentence about one object, or null where it is new, equal, permitted or only leads to a further signature. */
function explainChange(both: Comparison, num: number, { permissions, permitted, evidence }: Lawful): string | null {
  const old = both.before.current(num);
  const now = both.after.current(num);
  if (old === null) {
    const wasFree = now !== null && num > 0 && both.before.entry(num) !== null;
    return wasFree ? `Object ${num}, empty when it was sealed, has content now.` : null;
  }
  if (now === null) return `Object ${num} was removed${describe(both, old)}.`;
  if (isEqual(both, old, now)) return null;
  const isPlain = old.stream === null && now.stream === null;
  if (isPlain && isOnlyForSignatures(both, num, old.value, now.value)) return null;
  if (isPlain && evidence.isOfStore(num))
    return evidence.fault && `The validation data were replaced: ${evidence.fault}.`;
  const sentence = permissions.explain(num, old, now);
  if (sentence === null) return `Object ${num} was replaced${describe(both, old)}.`;
  permitted.add(sentence);
  return null;
}

function isOnlyForSignatures(both: Comparison, num: number, old: PdfValue, now: PdfValue): boolean {
  if (isArray(old) && isArray(now)) return old.items.every(isRef) && growsBySignatures(both, old, now);
  if (!isDict(old) || !isDict(now)) return false;
  const form = both.before.catalogue.map.get('AcroForm');
  if (num === both.before.root.num) return isCatalogueGrown(both, old, now);
  if (isRef(form) && num === form.num) return isFormGrown(both);
  if (isFilled(both, num, old, now)) return true;
  return (
    isPage(old) &&
    differsOnlyIn(old, now, ['Annots']) &&
    growsBySignatures(both, old.map.get('Annots'), now.map.get('Annots'))
  );
}

/** The form for further signatures, and validation data with the extensions that announce them. */
function isCatalogueGrown(both: Comparison, old: PdfDict, now: PdfDict): boolean {
  const evidence = readLaterEvidence(both.before, both.after);
  return (
    differsOnlyIn(old, now, ['AcroForm', 'DSS', 'Extensions']) &&
    evidence.fault === null &&
    evidence.areExtensionsLawful &&
    isFormGrown(both)
  );
}

function isFormGrown(both: Comparison): boolean {
  const old = both.before.resolve(both.before.catalogue.map.get('AcroForm'));
  const now = both.after.resolve(both.after.catalogue.map.get('AcroForm'));
  if (!isDict(now)) return false;
  if (!isDict(old)) return growsBySignatures(both, null, now.map.get('Fields')) && [...now.map.keys()].every(isFormKey);
  return (
    differsOnlyIn(old, now, ['Fields', 'SigFlags']) &&
    growsBySignatures(both, old.map.get('Fields'), now.map.get('Fields'))
  );
}

const isFormKey = (key: string): boolean => key === 'Fields' || key === 'SigFlags';

/** The old items stand unchanged in front, and every further one is the widget of a new, signed signature field. */
function growsBySignatures(both: Comparison, old: PdfValue | undefined, now: PdfValue | undefined): boolean {
  const before = itemsOf(both.before, old, 'an array');
  const after = itemsOf(both.after, now, 'an array');
  return (
    after.length >= before.length &&
    before.every((item, i) => serialize(item) === serialize(after[i]!)) &&
    after.slice(before.length).every((item) => isNewSignature(both, item))
  );
}

/** A new field that is judged by itself and signs more, alone or with widgets of its own, or, in /Annots, such a widget. */
function isNewSignature(both: Comparison, item: PdfValue): boolean {
  const field = newDict(both, item);
  if (!field) return false;
  const parent = field.map.get('Parent');
  if (parent !== undefined) {
    const above = newDict(both, parent);
    return (
      above !== null && isSignedField(both, parent, above) && isWidgetOf(field, above) && listsKid(both, above, item)
    );
  }
  return (
    isSignedField(both, item, field) &&
    itemsOf(both.after, field.map.get('Kids'), '/Kids of a field').every((kid) => {
      const widget = newDict(both, kid);
      return widget !== null && isWidgetOf(widget, field);
    })
  );
}

function newDict({ before, after }: Comparison, item: PdfValue): PdfDict | null {
  if (!isRef(item) || before.entry(item.num) !== null) return null;
  const found = after.resolve(item);
  if (!isDict(found) || ![...found.map.keys()].every((key) => WIDGET_KEYS.has(key))) return null;
  return found.map.has('Type') && !isName(found.map.get('Type'), 'Annot') ? null : found;
}

/** A widget, not a field of its own; /FT and /V, where repeated, are those of the field. */
function isWidgetOf({ map }: PdfDict, field: PdfDict): boolean {
  const repeats = (key: string): boolean =>
    !map.has(key) || serialize(map.get(key)!) === serialize(field.map.get(key) ?? null);
  return isName(map.get('Subtype'), 'Widget') && !map.has('T') && !map.has('Kids') && repeats('FT') && repeats('V');
}

const listsKid = ({ after }: Comparison, field: PdfDict, kid: PdfValue): boolean =>
  itemsOf(after, field.map.get('Kids'), '/Kids of a field').some((item) => serialize(item) === serialize(kid));

function isSignedField({ before, after, signed }: Comparison, item: PdfValue, field: PdfDict): boolean {
  const end = isRef(item) ? (signed.get(item.num) ?? 0) : 0;
  return isName(after.resolve(field.map.get('FT')), 'Sig') && end > before.source.size;
}

/** An empty signature field that was signed, or a widget of one. */
function isFilled(both: Comparison, num: number, old: PdfDict, now: PdfDict): boolean {
  if (!differsOnlyIn(old, now, FILLED_KEYS) || both.before.resolve(old.map.get('V')) !== null) return false;
  if (isName(both.before.resolve(old.map.get('FT')), 'Sig') && old.map.has('T')) {
    return isSignedField(both, ref(num), now);
  }
  const parent = old.map.get('Parent');
  if (!isRef(parent)) return false;
  const [was, is] = [both.before.resolve(parent), both.after.resolve(parent)];
  return (
    isDict(was) &&
    isDict(is) &&
    both.before.resolve(was.map.get('V')) === null &&
    isWidgetOf(old, was) &&
    isWidgetOf(now, is) &&
    isSignedField(both, parent, is)
  );
}

type Further = { readonly text: string; readonly isTimeStamp: boolean };

function furtherSignatures({ before, after }: Comparison): readonly Further[] {
  const fields = (document: PdfDocument): readonly PdfValue[] => {
    const form = document.resolve(document.catalogue.map.get('AcroForm'));
    return isDict(form) ? itemsOf(document, form.map.get('Fields'), '/Fields') : [];
  };
  const known = fields(before).length;
  return fields(after).flatMap((item, i): readonly Further[] => {
    const [was, field] = [i < known ? before.resolve(item) : null, after.resolve(item)];
    const name = isDict(field) ? field.map.get('T') : undefined;
    if (!isDict(field) || !isString(name)) return [];
    const said = readTextString(name.bytes);
    const isTimeStamp = isHiddenTimeStamp(after, field);
    if (i >= known)
      return [
        { text: `The ${isTimeStamp ? 'document time stamp' : 'signature field'} ${said} was added.`, isTimeStamp },
      ];
    const isSigned = isDict(was) && isName(field.map.get('FT'), 'Sig') && !was.map.has('V') && field.map.has('V');
    return isSigned ? [{ text: `The signature field ${said} was signed.`, isTimeStamp: false }] : [];
  });
}

/** A document time stamp that nobody sees: one widget without extent. */
function isHiddenTimeStamp(document: PdfDocument, field: PdfDict): boolean {
  const signature = document.resolve(field.map.get('V'));
  if (!isDict(signature) || !isName(document.resolve(signature.map.get('SubFilter')), 'ETSI.RFC3161')) return false;
  if (field.map.has('Kids')) return false;
  const sides = itemsOf(document, field.map.get('Rect'), '/Rect').map((side) => document.resolve(side));
  const [a, b, c, d] = sides.map((side) => (isNumber(side) ? side.value : Number.NaN));
  return sides.length === 0 || a === c || b === d;
}

function differsOnlyIn(old: PdfDict, now: PdfDict, keys: readonly string[]): boolean {
  const rest = (value: PdfDict): string =>
    [...value.map]
      .filter(([key]) => !keys.includes(key))
      .map(([key, item]) => `${key} ${serialize(item)}`)
      .sort()
      .join('\n');
  return rest(old) === rest(now);
}

function isEqual({ before, after }: Comparison, old: PdfObject, now: PdfObject): boolean {
  if (serialize(old.value) !== serialize(now.value) || (old.stream === null) !== (now.stream === null)) return false;
  return old.stream === null || equalBytes(before.streamBody(old), after.streamBody(now));
}

function describe({ before }: Comparison, object: PdfObject): string {
  if (object.num === before.root.num) return ' (the catalogue)';
  const place = placeOfObject(before, object.num);
  if (place !== null) return ` (${place})`;
  const info = before.trailer.map.get('Info');
  if (isRef(info) && info.num === object.num) return ' (the document information)';
  if (isPage(object.value)) return ' (a page)';
  const type = isDict(object.value) ? object.value.map.get('Type') : undefined;
  if (isName(type)) return ` (${type.value})`;
  return object.stream === null ? '' : ' (a stream)';
}
