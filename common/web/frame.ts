// What a page knows of the request it answers: language, size, own address, nonce. Made by common/http/preferences.ts,
// passed as the first argument of every page function.
import type { SessionLine } from './session-part.ts';
import type { SiteFoot } from './site-foot.ts';
import type { Lang } from './texts.ts';

/** 长辈版: standard, or 125 %, 150 %, 187.5 % of the letters. */
export const SIZES = ['standard', 'large', 'larger', 'largest'] as const;
export type Size = (typeof SIZES)[number];

export type PageFrame = {
  readonly lang: Lang;
  readonly size: Size;
  /** Path and query of this page, where a change of language or size returns to. Always begins with one slash. */
  readonly path: string;
  /** For `<script nonce>`. */
  readonly nonce: string;
  /** True shows the grey band: the data are samples. */
  readonly development: boolean;
  /** What the operator says of himself at the foot. */
  readonly site?: SiteFoot | undefined;
  /** Of who is logged in here; shown where the page shows the person. */
  readonly session?: SessionLine | undefined;
};
