// Things that an account can prove itself with besides its password.

export const FACTOR_KINDS = ['totp', 'recovery', 'passkey', 'certificate'] as const;
export type FactorKind = (typeof FACTOR_KINDS)[number];

export type Factor = {
  readonly id: number;
  readonly accountId: number;
  readonly kind: FactorKind;
  /** The name that the person gave it. */
  readonly label: string;
  /** By which it is found: the id of a passkey, the digest of a certificate, the keyed digest of a recovery code. */
  readonly lookup: Uint8Array | null;
  /** A sealed box with what must stay secret. */
  readonly box: Uint8Array | null;
  /** What need not. */
  readonly public: Readonly<Record<string, unknown>>;
  /** Grows with every change. */
  readonly version: number;
  readonly addedAt: Date;
  readonly lastUsedAt: Date | null;
};

/** Names the place of a factor's secret, so that boxes cannot be exchanged. */
export function factorContext(accountSub: string, kind: FactorKind): string {
  return `identity.factors/${accountSub}/${kind}`;
}
