// Diameter and centre of round seals by the rank of the owner (国发〔1999〕25号), and what kinds of seals usually look like.
import type { SealKind, SealRank, SealShape } from '../../common/contract/seal-picture.ts';

type Rule = {
  readonly diameterMm: number;
  readonly centre: 'emblem' | 'star';
  /** The diameter is the largest that is allowed; otherwise it is exact. */
  readonly isMost: boolean;
};

export const RANK_RULES: Readonly<Record<SealRank, Rule>> = {
  'state-council': { diameterMm: 60, centre: 'emblem', isMost: false },
  province: { diameterMm: 50, centre: 'emblem', isMost: false },
  'state-bureau': { diameterMm: 45, centre: 'emblem', isMost: false },
  county: { diameterMm: 45, centre: 'emblem', isMost: false },
  'prefecture-office': { diameterMm: 45, centre: 'star', isMost: false },
  township: { diameterMm: 42, centre: 'star', isMost: false },
  unit: { diameterMm: 45, centre: 'star', isMost: true },
};

type Usual = { readonly shape: SealShape; readonly lowerText?: string };

/** What a seal of this kind is unless the request says otherwise; custom of the trade, no rule at hand fixes it. */
export const USUAL_OF_KIND: Readonly<Record<SealKind, Usual>> = {
  '01': { shape: 'round' },
  '02': { shape: 'round', lowerText: '财务专用章' },
  '03': { shape: 'ellipse', lowerText: '发票专用章' },
  '04': { shape: 'round', lowerText: '合同专用章' },
  '05': { shape: 'square' },
  '99': { shape: 'round' },
};

/** What vendors' templates have; no rule at hand fixes them. */
export const USUAL_SIZES: Readonly<Record<SealShape, { readonly widthMm: number; readonly heightMm: number }>> = {
  round: { widthMm: 42, heightMm: 42 },
  ellipse: { widthMm: 40, heightMm: 30 },
  square: { widthMm: 20, heightMm: 20 },
};

/** Least and largest side of a shape, mm. */
export const BOUNDS: Readonly<Record<SealShape, readonly [number, number]>> = {
  round: [20, 60],
  ellipse: [20, 60],
  square: [10, 40],
};
