// What an attack is: a document that somebody made to be believed, and what verification has to say about it.
import type { SubIndication } from '../../../common/contract/report.ts';
import type { ProblemCode } from '../../../common/errors.ts';
import type { TrustStores } from '../../../common/pki/trust-stores.ts';

export const FAMILIES = {
  forgery: 'Universal forgery: the signature is there, and what it signs cannot be told',
  saving: 'Incremental saving: something is put behind the signed bytes',
  wrapping: 'Wrapping: the signed bytes stay, others are read in their place',
  shadow: 'Shadow: what was prepared before sealing shows itself afterwards',
  certification: 'Certification: more is changed than DocMDP or FieldMDP allows',
  structure: 'Cross-reference: two readers see two documents',
  container: 'Container: the parts of a signature are taken out, moved or exchanged',
  seal: 'Seal: a seal is forged, borrowed or used by somebody else',
  cryptography: 'Cryptography: another value, algorithm, user id or order of attributes',
  certificate: 'Certificate: expired, of another use, or of nobody',
  revocation: 'Revocation: a revoked certificate, or evidence that hides it',
  evidence: 'Evidence in the document: a DSS or document time stamp that is more, less or something else',
  time: 'Clock: a time that was not',
} as const;
export type Family = keyof typeof FAMILIES;

/** A step that failed in the report of signature `at`, counted from 0. */
export type FailedStep = {
  readonly step: string;
  readonly sub: SubIndication;
  readonly at?: number;
  /** TOTAL-FAILED unless told: only what is not known at all is less. */
  readonly indication?: 'INDETERMINATE';
};

export type Finding =
  | FailedStep
  /** The document cannot be read: nobody is told that it is good. */
  | { readonly refused: ProblemCode }
  /** The report says that there is no signature in it. */
  | 'no-signature';

export type Attack = {
  readonly name: string;
  readonly family: Family;
  /** What somebody would believe if it passed. */
  readonly claim: string;
  readonly make: () => Uint8Array | Promise<Uint8Array>;
  readonly found: Finding;
  /** What the report says about later changes. */
  readonly says?: RegExp;
  /** The root of the test PKI for every purpose unless told. */
  readonly trust?: () => TrustStores | Promise<TrustStores>;
  readonly now?: Date;
};

/** The same attack on several kinds of sealed documents; `make` is told which. */
export function onEach<K extends string>(
  kinds: readonly K[],
  attack: Omit<Attack, 'make' | 'found'> & {
    readonly make: (kind: K) => Uint8Array | Promise<Uint8Array>;
    readonly found: Finding | ((kind: K) => Finding);
  },
): readonly Attack[] {
  return kinds.map((kind) => ({
    ...attack,
    name: `${attack.name} (${kind})`,
    make: () => attack.make(kind),
    found: typeof attack.found === 'function' ? attack.found(kind) : attack.found,
  }));
}
