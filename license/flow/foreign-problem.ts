// A problem that another room told us. Some concern our own caller and go on to him; the rest is between the rooms: that our
// token was refused there must not look as if his were.
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';

/** For `.catch`: throws the error itself when its code is one of `ours`, else `seal-unavailable` with it as the cause. */
export function throwForeign(ours: ReadonlySet<ProblemCode>): (error: unknown) => never {
  return (error) => {
    if (isTrustError(error) && (ours.has(error.code) || PASSING.has(error.code))) throw error;
    if (!isTrustError(error)) throw error;
    throw new TrustError('seal-unavailable', `the seal room refused this room: ${error.code}`, { cause: error });
  };
}

const PASSING: ReadonlySet<ProblemCode> = new Set(['seal-unavailable', 'identity-unavailable', 'stopping']);
