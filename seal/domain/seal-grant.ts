// A grant: which client may use which seal, for which class of documents, how often, and from when to when.
import { TrustError } from '../../common/errors.ts';

/** A grant for every class of documents. */
export const ANY_CLASS = '*';

export type SealGrant = {
  readonly grantId: string;
  readonly clientId: string;
  readonly esID: string;
  /** One class, or `*`. */
  readonly documentClass: string;
  /** Null: any number. */
  readonly maxUses: number | null;
  readonly validFrom: Date;
  /** The first moment at which it no longer holds. */
  readonly validTo: Date;
  readonly grantedAt: Date;
  /** The keeper's `sub`. */
  readonly grantedBy: string;
};

/** What a sealing asks of a grant. */
export type GrantUse = {
  readonly clientId: string;
  readonly esID: string;
  readonly documentClass: string;
  readonly at: Date;
};

/** `invalid-request` for a grant that could never be used. */
export function checkGrant({ validFrom, validTo }: Pick<SealGrant, 'validFrom' | 'validTo'>, now: Date): void {
  if (validTo <= validFrom)
    throw new TrustError('invalid-request', 'The grant would end before it begins', { pointer: '/valid_to' });
  if (validTo <= now)
    throw new TrustError('invalid-request', 'The grant would be over already', { pointer: '/valid_to' });
}

/** The refusal of a sealing that no grant covers. */
export function noGrant({ clientId, esID, documentClass }: GrantUse): TrustError {
  return new TrustError(
    'seal-not-granted',
    `Client ${clientId} has no grant for seal ${esID} and documents of class ${documentClass} that holds now and is not used up`,
    { hint: 'Name the class of the document with `class`, or ask the keeper of the seal for a grant.' },
  );
}
