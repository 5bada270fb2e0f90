// POST /v1/consent-requests and GET /v1/consent-requests/{request_id}: a unit asks, and looks at what became of it.

import { z } from 'zod';
import { type ConsentRequestDocument, consentRequestBody } from '../../common/contract/license-consent.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseParams, readJson } from '../../common/http/body.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { getRequestState, type RequestState, requestConsent } from '../flow/request-consent.ts';
import { CONSENTS_PATH } from '../web/service.ts';

export const requestIdParam = z.strictObject({ request_id: z.string().regex(/^crq_[0-9a-z]{26}$/) });

export type ConsentRequestParts = {
  readonly deps: Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;
  readonly gate: BearerGate;
  /** Public address of the room. */
  readonly url: string;
};

export function makeConsentRequestHandlers(parts: ConsentRequestParts): Readonly<Record<'ask' | 'look', Handler>> {
  const { deps, gate } = parts;
  return {
    ask: async (ctx) => {
      const body = await readJson(ctx, consentRequestBody);
      const state = await requestConsent(deps, gate.actorOf(ctx).clientId, body);
      ctx.status = 201;
      ctx.set('Location', `/v1/consent-requests/${state.request.requestId}`);
      ctx.body = toDocument(parts, state);
    },
    look: async (ctx) => {
      const { request_id: requestId } = parseParams(ctx, requestIdParam);
      ctx.body = toDocument(parts, await getRequestState(deps, gate.actorOf(ctx).clientId, requestId));
    },
  };
}

function toDocument({ deps, url }: ConsentRequestParts, { request, consent }: RequestState): ConsentRequestDocument {
  const isOver = request.state === 'pending' && request.expiresAt <= deps.clock();
  const withdrawn = consent !== null && consent.revokedAt !== null;
  return {
    request_id: request.requestId,
    address: new URL(`${CONSENTS_PATH}/${request.requestId}`, url).href,
    state: isOver ? 'expired' : withdrawn ? 'revoked' : request.state,
    asked_at: request.askedAt.toISOString(),
    expires_at: request.expiresAt.toISOString(),
    consent: consent && {
      consent_id: consent.id,
      licenses: consent.licenses.map(({ licenseId, identifier, fields }) => ({
        license_id: licenseId,
        identifier,
        fields: [...fields],
      })),
      until: consent.until.toISOString(),
      max_uses: consent.maxUses,
      uses: consent.uses,
    },
  };
}
