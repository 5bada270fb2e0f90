// Where a text stands on the pages of a document.

/** In default user space of the page, whatever its rotation and crop box. */
export type TextHit = {
  /** Counted from 1. */
  readonly page: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
};

export type TextFound = {
  /** In the order of pages, on a page from top to bottom as displayed, in a line from left to right. */
  readonly hits: readonly TextHit[];
  /** Pages that show something and have no text at all: scans, outlines. */
  readonly withoutText: readonly number[];
  /** Pages with text of which nobody knows the characters (no /ToUnicode). */
  readonly unmapped: readonly number[];
};

export type TextSearch = {
  readonly bytes: Uint8Array;
  readonly password?: string | undefined;
  readonly text: string;
  /** Pages to look at, counted from 1; left out: all. */
  readonly pages?: readonly number[] | undefined;
  /** Hits after which the search ends. */
  readonly maxHits: number;
};

/** Larger documents are not searched: they have to be held whole. */
export const MAX_SEARCHED_BYTES = 64 * 1024 * 1024;

/** Searches a document. Codes: `pdf-encrypted`, `pdf-broken`, `pdf-too-large`, `document-too-costly`, `busy`. */
export type FindText = (search: TextSearch) => Promise<TextFound>;
