// What the guards of the schema say, as problems of the house.
import { databaseErrorCode } from '../../common/db/errors.ts';
import { type ProblemCode, TrustError } from '../../common/errors.ts';

/** SQLSTATE of a trigger that found that the state of a seal forbids a row. */
const FORBIDDEN = 'XJ409';

/** True for a row that the state of a seal forbids. */
export const isForbidden = (error: unknown): boolean => databaseErrorCode(error) === FORBIDDEN;

/** Rethrows `error`, a refusal of the guards as `code` with `detail`. For a `catch`. */
export function throwRefusal(code: ProblemCode, detail: string) {
  return (error: unknown): never => {
    if (isForbidden(error)) throw new TrustError(code, detail, { cause: error });
    throw error;
  };
}
