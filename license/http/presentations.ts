// POST /v1/presentations (the holder, with session and CSRF token) and POST /v1/redemptions (a registered verifier).
import { presentationRequest, redemptionRequest } from '../../common/contract/license.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { readJson } from '../../common/http/body.ts';
import { CSRF_FIELD } from '../../common/http/csrf.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { presentLicense } from '../flow/present-license.ts';
import { redeemPresentation } from '../flow/redeem-presentation.ts';
import { redemptionDocumentOf } from './license-document.ts';
import type { SessionGate } from './session-gate.ts';

/** Header with the token that every page of the session carries in its hidden field `csrf`. */
export const CSRF_HEADER = 'X-CSRF-Token';

export function makePresentHandler(deps: LicenseDeps, sessions: SessionGate): Handler {
  return async (ctx) => {
    const session = sessions.sessionOf(ctx);
    sessions.checkCsrf(ctx, { [CSRF_FIELD]: ctx.get(CSRF_HEADER) });
    const { identifier } = await readJson(ctx, presentationRequest);
    const { code, expiresAt } = await presentLicense(deps, session.holderKey, identifier);
    ctx.status = 201;
    ctx.body = { code, expires_at: expiresAt.toISOString(), identifier };
  };
}

export function makeRedeemHandler(deps: LicenseDeps, gate: BearerGate): Handler {
  return async (ctx) => {
    const idempotencyKey = readIdempotencyKey(ctx);
    const { code } = await readJson(ctx, redemptionRequest);
    const request = { code, idempotencyKey };
    const { redemption, created } = await redeemPresentation(deps, gate.actorOf(ctx).clientId, request);
    ctx.status = created ? 201 : 200;
    ctx.body = redemptionDocumentOf(redemption);
  };
}
