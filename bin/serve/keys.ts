// Development keys for a development house: made at the first start, kept afterwards.
import { join } from 'node:path';
import { makeDevelopmentKeys } from '../../keys-dev/make.ts';

/** Where the development keys lie, git-ignored. */
export const KEYS_DEV = join(import.meta.dirname, '../../keys-dev/pem');

/** Makes the development keys unless they are all there. */
export async function makeMissingKeys(): Promise<void> {
  await makeDevelopmentKeys(KEYS_DEV);
}
