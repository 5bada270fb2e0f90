// `xinji type-pack check`: the cases of a pack, and as many again and more that are made up from its type. A type that
// takes what it should refuse, or refuses what it should take, is told with the case.
import { readFontFiles } from '../../common/pdf/font-files.ts';
import { type LicenseType, parseLicenseType } from '../../license/domain/license-type.ts';
import { makeRenderer, type Renderer } from '../../license/pdf/prepare-face.ts';
import { breakRequest } from './break-request.ts';
import { type Judge, judgeRequest } from './judge-request.ts';
import { type CaseRequest, mergePatch, type PackCases, readPackCases } from './pack-cases.ts';
import { makeRandom } from './random.ts';
import { readPackType } from './read-pack.ts';
import type { Random } from './sample-codes.ts';
import { longestRequest, sampleRequest, Unsampled } from './sample-request.ts';

/** At least so many cases are made up for each pack, good ones to make up the number. */
export const GENERATED_AT_LEAST = 50;
const GOOD_AT_LEAST = 25;

export type PackReport = {
  readonly type: LicenseType;
  /** Cases that were judged, by where they come from. */
  readonly own: { readonly good: number; readonly refused: number };
  readonly generated: { readonly good: number; readonly refused: number };
  /** A sentence for each case that was judged otherwise than expected, and for what could not be made up. */
  readonly disagreements: readonly string[];
};

export type CheckOptions = {
  /** The same seed makes the same cases; 1 unless given. */
  readonly seed?: number;
  /** Draws the good cases; left out, the face is not tried. */
  readonly renderer?: Renderer;
};

/** With the fonts of the house. */
export function checkDrawnPack(folder: string, seed: number): Promise<PackReport> {
  return checkPack(folder, { seed, renderer: makeRenderer({ fonts: readFontFiles() }) });
}

/** Throws `invalid-request` for a pack that cannot be read. */
export async function checkPack(folder: string, { seed = 1, renderer }: CheckOptions = {}): Promise<PackReport> {
  const type = parseLicenseType(await readPackType(folder));
  const cases = await readPackCases(folder);
  const disagreements: string[] = [];
  const say = (sentence: string | null): void => {
    if (sentence !== null) disagreements.push(sentence);
  };
  const judge = { today: cases.today, renderer };
  for (const { says, request } of cases.good) say(expectGood(type, `good, ${says}`, request, judge));
  for (const one of cases.refused) say(expectOwnRefusal(type, cases, one));
  const generated = checkGenerated(type, judge, makeRandom(seed), say);
  return { type, own: { good: cases.good.length, refused: cases.refused.length }, generated, disagreements };
}

function checkGenerated(
  type: LicenseType,
  judge: Judge,
  random: Random,
  say: (sentence: string | null) => void,
): PackReport['generated'] {
  const { today } = judge;
  try {
    const broken = breakRequest(type, today, random);
    for (const { says, request, code, pointers } of broken) {
      say(expectRefusal(type, `made up, ${says}`, request, { today, code, pointers }));
    }
    const good = Math.max(GOOD_AT_LEAST, GENERATED_AT_LEAST - broken.length);
    for (let turn = 1; turn <= good; turn++) {
      say(expectGood(type, `made up, good ${turn}`, sampleRequest(type, today, random), judge));
    }
    say(expectGood(type, 'made up, the longest texts', longestRequest(type, today, random), judge));
    return { good: good + 1, refused: broken.length };
  } catch (error) {
    if (!(error instanceof Unsampled)) throw error;
    say(`no case could be made up: ${error.message}`);
    return { good: 0, refused: 0 };
  }
}

function expectGood(type: LicenseType, what: string, request: CaseRequest, judge: Judge): string | null {
  const verdict = judgeRequest(type, request, judge);
  return 'content' in verdict ? null : `${what}: refused at ${verdict.pointer}, ${verdict.sentence}`;
}

type Expected = { readonly today: string; readonly code: string; readonly pointers: readonly string[] };

function expectRefusal(type: LicenseType, what: string, request: CaseRequest, expected: Expected): string | null {
  const verdict = judgeRequest(type, request, { today: expected.today });
  const { code, pointers } = expected;
  if ('content' in verdict) return `${what}: taken, expected ${code} at ${pointers.join(' or ')}`;
  if (verdict.code === code && pointers.includes(verdict.pointer)) return null;
  return `${what}: ${verdict.code} at ${verdict.pointer}, expected ${code} at ${pointers.join(' or ')}; ${verdict.sentence}`;
}

function expectOwnRefusal(type: LicenseType, cases: PackCases, one: PackCases['refused'][number]): string | null {
  const from = one.from === undefined ? cases.good[0] : cases.good.find(({ says }) => says === one.from);
  if (!from) return `refused, ${one.says}: there is no good case "${one.from}"`;
  const request = mergePatch(from.request, one.change) as CaseRequest;
  const expected = { today: cases.today, code: one.code, pointers: [one.pointer] };
  return expectRefusal(type, `refused, ${one.says}`, request, expected);
}

/** What the command prints, and what the tests read. */
export function reportLines({ type, own, generated, disagreements }: PackReport): readonly string[] {
  return [
    ...disagreements,
    `${type.code} version ${type.version} ${type.name}: ${own.good} good and ${own.refused} refused cases of its own, ` +
      `${generated.good} good and ${generated.refused} refused made up, ${disagreements.length} disagreements`,
  ];
}
