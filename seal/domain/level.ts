// The levels of a signature (EN 319 142-1), with SM2 and SM3: how long, and by what, it can be judged.

/** B: as it is; T: with a time stamp; LT: with revocation evidence beside it; LTA: with a time stamp over all of that. */
export const LEVELS = ['B', 'T', 'LT', 'LTA'] as const;
export type Level = (typeof LEVELS)[number];

export const isStamped = (level: Level): boolean => level !== 'B';
/** Keeps evidence in the document. */
export const isPreserved = (level: Level): level is 'LT' | 'LTA' => level === 'LT' || level === 'LTA';
