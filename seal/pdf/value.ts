// PDF objects as values (ISO 32000). Atoms keep what the file said, so that an object can be written again without loss.
import { TrustError } from '../../common/errors.ts';

export type PdfNumber = { readonly kind: 'number'; readonly value: number; readonly raw: string };
export type PdfName = { readonly kind: 'name'; readonly value: string };
export type PdfString = {
  readonly kind: 'string';
  /** Decoded bytes. */
  readonly bytes: Uint8Array;
  /** The token with its delimiters, as in the file. */
  readonly raw: Uint8Array;
  /** Absolute offset of `raw` in the file; -1 inside an object stream. */
  readonly offset: number;
};
export type PdfRef = { readonly kind: 'ref'; readonly num: number; readonly gen: number };
export type PdfArray = {
  readonly kind: 'array';
  readonly items: readonly PdfValue[];
  /** Given where the array holds nothing but references; saves a long one from becoming values. */
  readonly references?: References;
};
export type PdfDict = { readonly kind: 'dict'; readonly map: ReadonlyMap<string, PdfValue> };
export type PdfValue = null | boolean | PdfNumber | PdfName | PdfString | PdfRef | PdfArray | PdfDict;

/** A numbered object; `stream` is the absolute offset of the first byte of its stream body, `end` that behind what was read. */
export type PdfObject = {
  readonly num: number;
  readonly gen: number;
  readonly value: PdfValue;
  readonly stream: number | null;
  readonly end: number;
};

/** The references of an array, as numbers. */
export class References {
  readonly #pairs: Uint32Array;
  readonly length: number;

  /** `pairs`: number and generation of each. */
  constructor(pairs: Uint32Array, length: number) {
    this.#pairs = pairs;
    this.length = length;
  }

  at(index: number): PdfRef | undefined {
    return index < this.length ? ref(this.#pairs[2 * index]!, this.#pairs[2 * index + 1]) : undefined;
  }

  /** An array whose items are made when somebody asks for them. */
  toArray(): PdfArray {
    const references = this;
    let items: readonly PdfValue[] | null = null;
    return {
      kind: 'array',
      references,
      get items() {
        items ??= Array.from({ length: references.length }, (_, i) => references.at(i)!);
        return items;
      },
    };
  }
}

export const name = (value: string): PdfName => ({ kind: 'name', value });
export const ref = (num: number, gen = 0): PdfRef => ({ kind: 'ref', num, gen });
export const array = (items: readonly PdfValue[]): PdfArray => ({ kind: 'array', items });
export const dict = (entries: Iterable<readonly [string, PdfValue]>): PdfDict => ({
  kind: 'dict',
  map: new Map(entries),
});
/** At most 4 decimals: 1/10000 pt is far below what any device shows. */
export const number = (value: number): PdfNumber => ({
  kind: 'number',
  value,
  raw: String(Math.round(value * 10_000) / 10_000),
});

export const isDict = (value: PdfValue | undefined): value is PdfDict => isKind(value, 'dict');
export const isArray = (value: PdfValue | undefined): value is PdfArray => isKind(value, 'array');
export const isRef = (value: PdfValue | undefined): value is PdfRef => isKind(value, 'ref');
export const isString = (value: PdfValue | undefined): value is PdfString => isKind(value, 'string');
export const isName = (value: PdfValue | undefined, text?: string): value is PdfName =>
  isKind(value, 'name') && (text === undefined || (value as PdfName).value === text);
export const isNumber = (value: PdfValue | undefined): value is PdfNumber => isKind(value, 'number');

/** The value as an integer ≥ 0, or null. */
export function asCount(value: PdfValue | undefined): number | null {
  return isNumber(value) && Number.isSafeInteger(value.value) && value.value >= 0 ? value.value : null;
}

/** A copy of the dictionary with entries replaced; `undefined` removes one. */
export function withEntries(original: PdfDict, changes: Readonly<Record<string, PdfValue | undefined>>): PdfDict {
  const map = new Map(original.map);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  return { kind: 'dict', map };
}

/** `pdf-broken`, with where. */
export function broken(what: string, offset?: number): TrustError {
  return new TrustError('pdf-broken', offset === undefined ? what : `${what} (at byte ${offset})`);
}

function isKind(value: PdfValue | undefined, kind: string): boolean {
  return typeof value === 'object' && value !== null && value.kind === kind;
}
