// zod's verdict as a problem of the house: the first fault with its RFC 6901 pointer, the others counted.
// Names of fields are repeated, their values never.
import type { z } from 'zod';
import { TrustError } from '../errors.ts';

type Issue = z.core.$ZodIssue;

/** `value` by `schema`, or `invalid-request` whose pointer names the faulty field. `what` begins the sentence: "The body". */
export function parseContract<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues;
  const first = issues[0];
  if (first === undefined) throw new TrustError('invalid-request', `${what} does not fit its contract.`);
  const { pointer, sentence } = describe(first);
  const others =
    issues.length > 1 ? ` ${issues.length - 1} more ${issues.length === 2 ? 'fault' : 'faults'} follow.` : '';
  const where = pointer === '' ? what : `${what}, ${pointer}`;
  throw new TrustError('invalid-request', `${where}: ${sentence}.${others}`, {
    pointer: pointer === '' ? '/' : pointer,
  });
}

function describe(issue: Issue): { pointer: string; sentence: string } {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, 5).map((name) => `"${printable(name)}"`);
    const noun = issue.keys.length === 1 ? 'unknown field' : 'unknown fields';
    return { pointer: toPointer([...issue.path, issue.keys[0] ?? '']), sentence: `${noun} ${names.join(', ')}` };
  }
  const sentence = issue.message.replace(/\.$/, '');
  return { pointer: toPointer(issue.path), sentence: sentence.charAt(0).toLowerCase() + sentence.slice(1) };
}

/** RFC 6901: `~` and `/` inside a name are escaped. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${printable(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function printable(name: string): string {
  return name.replace(/[\x00-\x1f\x7f]/g, '?').slice(0, 64);
}
