// An administrator's word that a client may ask for a scope which needs it, with the reason; and its withdrawal. It counts
// at the next request: running instances notice by the version of the client's row.
import { TrustError } from '../../common/errors.ts';
import { APPROVAL_SCOPES } from '../domain/claims.ts';
import { parseReason } from '../domain/reason.ts';
import { insertClaimApproval, withdrawClaimApproval } from '../store/claim-approvals.ts';
import { findClient, touchClient } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';
import type { ClientDeps } from './rotate-client-secret.ts';

export type ClaimsDecision = {
  readonly clientId: string;
  readonly scope: string;
  /** Who decides: the account of an administrator, or the person at the command line. */
  readonly by: string;
};

/** Repeating it changes nothing. Errors: not-found, client-invalid (not registered for the scope, or none that needs it), invalid-request. */
export async function approveClaims(
  { db, clock }: ClientDeps,
  { clientId, scope, by, reason }: ClaimsDecision & { readonly reason: string },
): Promise<void> {
  if (!APPROVAL_SCOPES.some((known) => known === scope))
    throw new TrustError('client-invalid', `${scope} needs no approval; these do: ${APPROVAL_SCOPES.join(' ')}`);
  const why = parseReason(reason);
  await db.transaction(async (trx) => {
    if (!(await touchClient(trx, clientId))) throw new TrustError('not-found', `There is no client ${clientId}.`);
    const client = await findClient(trx, clientId);
    if (!client?.scopes.includes(scope))
      throw new TrustError('client-invalid', `${clientId} is not registered for ${scope}`);
    const now = clock();
    const approval = { clientId, scope, reason: why, approvedBy: by, approvedAt: now };
    if (await insertClaimApproval(trx, approval))
      await insertEvent(trx, {
        at: now,
        kind: 'client.claims-approved',
        clientId,
        detail: { scope, by, reason: approval.reason },
      });
  });
}

/** Errors: not-found when no approval stands. */
export async function withdrawClaims(
  { db, clock }: ClientDeps,
  { clientId, scope, by, reason }: ClaimsDecision & { readonly reason?: string },
): Promise<void> {
  await db.transaction(async (trx) => {
    await touchClient(trx, clientId);
    const now = clock();
    if (!(await withdrawClaimApproval(trx, clientId, scope, now)))
      throw new TrustError('not-found', `${clientId} has no approval for ${scope}.`);
    const why = reason === undefined ? {} : { reason: parseReason(reason) };
    await insertEvent(trx, { at: now, kind: 'client.claims-withdrawn', clientId, detail: { scope, by, ...why } });
  });
}
