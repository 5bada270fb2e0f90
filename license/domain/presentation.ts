// A presentation: a holder shows one or several of his licenses (一业一证), of each what he chose, for at most ten minutes and
// to one reader. Codes come and go; what is used up is the presentation. Not here: the codes (presentation-code.ts), what
// can be chosen (shown-parts.ts).

/** From beginning to end, whatever codes it has meanwhile. */
export const PRESENTATION_SECONDS = 600;
/** Licenses in one presentation. */
export const MAX_ITEMS = 10;

export type PresentedItem = {
  readonly licenseId: string;
  /** The version that was current when it was chosen. */
  readonly identifier: string;
  /** Names of shown-parts.ts. */
  readonly parts: readonly string[];
};

export type PresentationUse = {
  readonly at: Date;
  readonly redemptionId: string;
  /** A client, or the account of a person who is logged in. */
  readonly by: string;
  readonly idempotencyKey: string;
  /** 统一社会信用代码 of the organisation that read, and its name. */
  readonly organisation: string;
  readonly organisationName: string;
};

export type Presentation = {
  readonly presentationId: string;
  readonly holderKey: Uint8Array;
  readonly items: readonly PresentedItem[];
  readonly createdAt: Date;
  readonly endsAt: Date;
  readonly stoppedAt: Date | null;
  readonly use: PresentationUse | null;
};

export type PresentationState = 'live' | 'used' | 'stopped' | 'ended';

export function presentationStateAt({ use, stoppedAt, endsAt }: Presentation, now: Date): PresentationState {
  if (use) return 'used';
  if (stoppedAt) return 'stopped';
  return endsAt <= now ? 'ended' : 'live';
}
