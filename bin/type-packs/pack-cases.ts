// cases.json of a type pack: requests that its type must take, and requests that it must refuse, with the reason. A refused
// one is a good one with a change (a JSON merge patch, RFC 7396), so that what is wrong is all that stands there.
import { join } from 'node:path';
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../../common/errors.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import { readJson } from './read-pack.ts';

const body = z.record(z.string(), z.unknown());
const problemCode = z.custom<ProblemCode>((value) => typeof value === 'string' && Object.hasOwn(PROBLEMS, value), {
  message: 'expected a code of docs/errors.md',
});

const packCases = z.strictObject({
  /** The day on which the cases are judged, YYYY-MM-DD in China. */
  today: z.iso.date(),
  /** Requests to issue, without case_id and license_type. */
  good: z
    .array(z.strictObject({ says: z.string().min(1).max(120), request: body }))
    .min(1)
    .max(200),
  refused: z
    .array(
      z.strictObject({
        says: z.string().min(1).max(120),
        /** `says` of the good case that is changed; the first one when left out. */
        from: z.string().optional(),
        change: body,
        code: problemCode,
        pointer: z.string(),
      }),
    )
    .min(1)
    .max(500),
});
export type PackCases = z.infer<typeof packCases>;
export type CaseRequest = Readonly<Record<string, unknown>>;

/** Throws `invalid-request` for cases that do not have this form. */
export async function readPackCases(folder: string): Promise<PackCases> {
  return parseContract(packCases, await readJson(join(folder, 'cases.json')), 'cases.json');
}

/** RFC 7396: null takes a member away, objects are merged, everything else is replaced. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
