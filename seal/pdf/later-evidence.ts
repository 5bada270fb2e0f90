// Validation data (DSS) that later revisions added: lawful behind every signature and under every certification, as long as
// they are validation data and nothing else. Part of the closed table of changes-after-sealing.ts.
import type { PdfDocument } from './document.ts';
import { serialize } from './serialize.ts';
import { readValidationData } from './validation-data.ts';
import { isDict, isName, isNumber, isRef, isString, type PdfValue } from './value.ts';

export type LaterEvidence = {
  /** The catalogue has another DSS, or an object of it is another one. */
  readonly isChanged: boolean;
  /** What makes the DSS, before or now, something else, in a sentence; null where it changed lawfully or not at all. */
  readonly fault: string | null;
  /** The developer extensions, where they changed, are a list of names and numbers. */
  readonly areExtensionsLawful: boolean;
  /** A dictionary or array of which the signed revision's DSS is made. */
  isOfStore(num: number): boolean;
  /** Revisions behind byte `end` touch nothing but the catalogue and the DSS. */
  isOnlyEvidenceBehind(end: number): boolean;
};

const known = new WeakMap<PdfDocument, WeakMap<PdfDocument, LaterEvidence>>();

export function readLaterEvidence(before: PdfDocument, after: PdfDocument): LaterEvidence {
  const ofBefore = known.get(before) ?? new WeakMap<PdfDocument, LaterEvidence>();
  known.set(before, ofBefore);
  const found = ofBefore.get(after) ?? compareEvidence(before, after);
  ofBefore.set(after, found);
  return found;
}

function compareEvidence(before: PdfDocument, after: PdfDocument): LaterEvidence {
  const [old, now] = [readValidationData(before), readValidationData(after)];
  const entry = (document: PdfDocument): string => serialize(document.catalogue.map.get('DSS') ?? null);
  const isRedirected = entry(before) !== entry(after);
  const isTouched = [...(old?.structure ?? [])].some(
    (num) => serialize(before.current(num)?.value ?? null) !== serialize(after.current(num)?.value ?? null),
  );
  const isChanged = isRedirected || isTouched;
  const fault = old && !now ? 'they were taken out' : (old?.fault ?? now?.fault ?? null);
  return {
    isChanged,
    fault: isChanged ? fault : null,
    areExtensionsLawful: areExtensionsLawful(before, after),
    isOfStore: (num) => old?.structure.has(num) ?? false,
    isOnlyEvidenceBehind: (end) => {
      if (!now || now.fault !== null) return false;
      const late = after.sections.filter(({ position }) => position + after.base >= end);
      const isOwn = (num: number): boolean =>
        num === after.root.num || now.structure.has(num) || now.streams.has(num) || isContainerOfFile(after, num);
      return late.length > 0 && late.every((section) => [...section.numbers()].every(isOwn));
    },
  };
}

/** Streams of the file's own structure: cross-references and object streams. */
function isContainerOfFile(document: PdfDocument, num: number): boolean {
  const object = document.current(num);
  if (object === null) return num === 0;
  const type = isDict(object.value) ? object.value.map.get('Type') : undefined;
  return object.stream !== null && (isName(type, 'XRef') || isName(type, 'ObjStm'));
}

function areExtensionsLawful(before: PdfDocument, after: PdfDocument): boolean {
  const [old, now] = [before, after].map((document) => document.catalogue.map.get('Extensions') ?? null);
  if (serialize(old!) === serialize(now!)) return true;
  const isPlain = (value: PdfValue, depth: number): boolean => {
    if (isRef(value)) return false;
    if (!isDict(value)) return isName(value) || isNumber(value) || isString(value);
    return depth < 2 && [...value.map.values()].every((item) => isPlain(item, depth + 1));
  };
  return isDict(now!) && isPlain(now, 0);
}
