// What a holder asks of the authority that issued his license: that an entry be put right (纠错), or that somebody who read it
// be looked into (申诉). The authority's clerk answers once. Words of both lie in boxes under the license's data key.
import type { Place } from './data-keys.ts';

export const CORRECTION_KINDS = ['correction', 'complaint'] as const;
export type CorrectionKind = (typeof CORRECTION_KINDS)[number];

export const CORRECTION_STATES = ['open', 'granted', 'declined'] as const;
export type CorrectionState = (typeof CORRECTION_STATES)[number];

/** Characters of a request and of an answer. */
export const MAX_CORRECTION_TEXT = 1000;
/** Open at a time for one license; further ones wait for an answer to these. */
export const MAX_OPEN_CORRECTIONS = 5;

/** A row, closed. */
export type StoredCorrection = {
  readonly correctionId: string;
  readonly kind: CorrectionKind;
  readonly licenseId: string;
  readonly identifier: string;
  readonly authorityCode: string;
  readonly holderKey: Uint8Array;
  /** A complaint about who read a presentation names it. */
  readonly presentationId: string | null;
  readonly requestBox: Uint8Array;
  readonly state: CorrectionState;
  readonly answerBox: Uint8Array | null;
  readonly askedAt: Date;
  readonly answeredAt: Date | null;
  readonly answeredBy: string | null;
};

/** What holder and clerk see. */
export type Correction = Omit<StoredCorrection, 'requestBox' | 'answerBox' | 'holderKey'> & {
  readonly request: string;
  readonly answer: string | null;
};

export const requestPlace = (correctionId: string): Place => `text request ${correctionId}`;
export const answerPlace = (correctionId: string): Place => `text answer ${correctionId}`;
