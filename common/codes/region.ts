// Regions (GB/T 2260): six digits, two each for province, prefecture and county; what is not named ends in 00. Finds names,
// tells abolished and unknown codes apart as notices, and judges whether a region lies in another by their digits alone.
// Not here: when a region was founded or abolished, and what took its place.
import { TrustError } from '../errors.ts';
import type { CodeNotice } from './code-notice.ts';
import { REGIONS_ABOLISHED, REGIONS_IN_USE } from './region-table.ts';

/** In a 统一社会信用代码: registered by an authority of the state itself (GB 32100). */
export const NATIONAL_REGION = '100000';

export type Region = {
  readonly code: string;
  readonly level: 'nation' | 'province' | 'prefecture' | 'county';
  /** Its own name: 东湖区. */
  readonly name: string;
  /** With the regions that it lies in: 江西省南昌市东湖区. */
  readonly fullName: string;
  readonly abolished: boolean;
};

/** The region of a six-digit code, or null when no table has it. */
export function findRegion(code: string): Region | null {
  if (code === NATIONAL_REGION) {
    return { code, level: 'nation', name: '中华人民共和国', fullName: '中华人民共和国', abolished: false };
  }
  const known = tables().get(code);
  if (!known) return null;
  const level = code.endsWith('0000') ? 'province' : code.endsWith('00') ? 'prefecture' : 'county';
  return { code, level, name: known.name, fullName: fullName(code), abolished: known.abolished };
}

/** What is odd about the region `code`; null for a region in use. */
export function regionNotice(code: string): CodeNotice | null {
  const region = findRegion(code);
  if (!region) return 'region-unknown';
  return region.abolished ? 'region-abolished' : null;
}

/**
 * The digits that all regions inside `text` begin with: 360000 and 36 give 36, 360100 gives 3601, 360102 itself; the nation,
 * 100000, gives nothing, as everything lies in it. `text` has 2, 4 or 6 digits. Throws `invalid-request` for another form
 * and for a province that China does not have.
 */
export function regionPrefix(text: string, pointer?: string): string {
  const prefix = text === NATIONAL_REGION ? '' : text.replace(/^(\d\d)0000$/, '$1').replace(/^(\d{4})00$/, '$1');
  const isRegion = prefix === '' || (/^(\d\d){1,3}$/.test(prefix) && tables().has(`${prefix.slice(0, 2)}0000`));
  if (isRegion && text !== '') return prefix;
  throw new TrustError('invalid-request', 'expected 2, 4 or 6 digits of GB/T 2260, or 100000 for the whole nation', {
    ...(pointer === undefined ? {} : { pointer }),
  });
}

/**
 * True when the region `code` (6 digits) lies in or is one of `regions`, each of 2, 4 or 6 digits. A region of the nation
 * lies in the nation only. By digits, so that abolished and new regions are judged like all others.
 */
export function isInRegions(code: string, regions: readonly string[]): boolean {
  if (!/^\d{6}$/.test(code)) return false;
  return regions.some((region) => {
    const prefix = regionPrefix(region);
    return prefix === '' || (code !== NATIONAL_REGION && code.startsWith(prefix));
  });
}

type Known = { readonly name: string; readonly abolished: boolean };
let parsed: ReadonlyMap<string, Known> | null = null;

/** Both tables as one, made at the first question: 7,500 codes, about 2 ms. */
function tables(): ReadonlyMap<string, Known> {
  if (parsed) return parsed;
  const all = new Map<string, Known>();
  for (const [table, abolished] of [
    [REGIONS_ABOLISHED, true],
    [REGIONS_IN_USE, false],
  ] as const) {
    for (const line of table.trim().split('\n')) {
      const [province = '', ...rows] = line.split(' ');
      for (const row of rows) all.set(province + row.slice(0, 4), { name: row.slice(4), abolished });
    }
  }
  parsed = all;
  return all;
}

/** Names from the province down; 市辖区 and the like, which only hold others together, are left out above another name. */
function fullName(code: string): string {
  const codes = new Set([`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`, code]);
  const names = [...codes].flatMap((each) => {
    const name = tables().get(each)?.name ?? '';
    return each !== code && /^(市辖区|县|市)$|直辖/.test(name) ? [] : [name];
  });
  return names.join('');
}
