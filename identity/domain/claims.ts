// What a system may learn of a person: one table of scope and claim. A scope is asked for by who is registered for it; where
// `approval` stands, an administrator has said for what reason besides (claim-approvals), and the person is shown the values
// and asked each session. Claims leave at userinfo only; an ID token carries none of them.

export const CLAIM_TABLE = [
  { scope: 'profile', claim: 'name', approval: false },
  { scope: 'phone', claim: 'phone_number', approval: false },
  { scope: 'email', claim: 'email', approval: false },
  // 实名等级 of the account, L2 to L5; the level of this login is `acr`.
  { scope: 'level', claim: 'level', approval: false },
  { scope: 'identity_document', claim: 'holder_code', approval: true },
  { scope: 'identity_document', claim: 'holder_code_type', approval: true },
] as const;

export type ClaimName = (typeof CLAIM_TABLE)[number]['claim'];
export type ClaimScope = (typeof CLAIM_TABLE)[number]['scope'];

/** Scopes that release claims, each once. */
export const ABOUT_PERSON: readonly ClaimScope[] = [...new Set(CLAIM_TABLE.map(({ scope }) => scope))];

/** Scopes that an administrator approves client by client. */
export const APPROVAL_SCOPES: readonly ClaimScope[] = [
  ...new Set(CLAIM_TABLE.filter(({ approval }) => approval).map(({ scope }) => scope)),
];

/** The claims of a scope. */
export function claimsOf(scope: string): readonly ClaimName[] {
  return CLAIM_TABLE.filter((row) => row.scope === scope).map(({ claim }) => claim);
}

/** The scope that releases a claim; null for one that is not about the person (`acr`, `auth_time` …) or not known. */
export function scopeOf(claim: string): ClaimScope | null {
  return CLAIM_TABLE.find((row) => row.claim === claim)?.scope ?? null;
}
