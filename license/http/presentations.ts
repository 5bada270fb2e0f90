// POST /v1/presentations and its codes (the holder, with session and CSRF token) and POST /v1/redemptions (a client that is
// registered to redeem).
import type Koa from 'koa';
import {
  type PresentationDocument,
  presentationParams,
  presentationRequest,
  type RedemptionDocument,
  redemptionRequest,
  type ShownLicenseDocument,
} from '../../common/contract/presentation.ts';
import { TrustError } from '../../common/errors.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseParams, readJson } from '../../common/http/body.ts';
import { CSRF_FIELD } from '../../common/http/csrf.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Handler } from '../../common/http/routes.ts';
import { hashPresentationCode, parsePresentationCode } from '../domain/presentation-code.ts';
import type { ShownLicense } from '../domain/shown-parts.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { type MadePresentation, presentLicenses, renewCode } from '../flow/present-licenses.ts';
import { type Redemption, redeemPresentation, type Verifier } from '../flow/redeem-presentation.ts';
import { findClient } from '../store/clients.ts';
import type { SessionGate } from './session-gate.ts';
import { presenterOf } from './wallet.ts';

/** Header with the token that every page of the session carries in its hidden field `csrf`. */
export const CSRF_HEADER = 'X-CSRF-Token';

export type PresentationHandlers = Readonly<Record<'present' | 'renew' | 'redeem', Handler>>;

export function makePresentationHandlers(
  deps: LicenseDeps,
  sessions: SessionGate,
  gate: BearerGate,
): PresentationHandlers {
  const checkForm = (ctx: Koa.Context): void => sessions.checkCsrf(ctx, { [CSRF_FIELD]: ctx.get(CSRF_HEADER) });
  return {
    present: async (ctx) => {
      checkForm(ctx);
      const { licenses } = await readJson(ctx, presentationRequest);
      ctx.status = 201;
      ctx.body = documentOf(await presentLicenses(deps, presenterOf(sessions.sessionOf(ctx)), licenses));
    },
    renew: async (ctx) => {
      checkForm(ctx);
      const { id } = parseParams(ctx, presentationParams);
      ctx.status = 201;
      ctx.body = documentOf(await renewCode(deps, sessions.sessionOf(ctx).holderKey, id));
    },
    redeem: async (ctx) => {
      const idempotencyKey = readIdempotencyKey(ctx);
      const { code } = await readJson(ctx, redemptionRequest);
      const verifier = await findVerifier(deps, gate.actorOf(ctx).clientId);
      const codeHash = hashPresentationCode(parsePresentationCode(code));
      const { redemption, created } = await redeemPresentation(deps, verifier, { codeHash, idempotencyKey });
      ctx.status = created ? 201 : 200;
      ctx.body = redemptionDocumentOf(redemption);
    },
  };
}

/** Throws verifier-not-registered. */
async function findVerifier({ db }: LicenseDeps, clientId: string): Promise<Verifier> {
  const client = await findClient(db, clientId);
  if (!client?.mayRedeem) throw new TrustError('verifier-not-registered', 'this client is not registered to redeem');
  return { id: clientId, organisation: client.organisation, organisationName: client.organisationName };
}

function documentOf({ presentationId, code, digits, expiresAt, endsAt }: MadePresentation): PresentationDocument {
  return {
    presentation_id: presentationId,
    code,
    digits,
    expires_at: expiresAt.toISOString(),
    ends_at: endsAt.toISOString(),
  };
}

function redemptionDocumentOf({ redemptionId, redeemedAt, organisation, licenses }: Redemption): RedemptionDocument {
  return {
    redemption_id: redemptionId,
    redeemed_at: redeemedAt.toISOString(),
    organisation: { ...organisation },
    licenses: licenses.map(shownDocumentOf),
  };
}

/** What was not shown is not there; JSON leaves out what is undefined. */
function shownDocumentOf(license: ShownLicense): ShownLicenseDocument {
  const { photo, holders } = license;
  return {
    license_type: license.licenseType,
    type_version: license.typeVersion,
    name: license.name,
    issuing_authority: { ...license.issuingAuthority },
    state: license.state,
    state_since: license.stateSince.toISOString(),
    license_number: license.licenseNumber,
    valid_from: license.validFrom,
    valid_to: license.validTo,
    issued_on: license.issuedOn,
    identifier: license.identifier,
    holders: holders?.map(({ name, codeType, code }) => ({ name, code_type: codeType, code })),
    photo: photo && { media_type: photo.mediaType, base64: photo.base64 },
    fields: license.fields && { ...license.fields },
  };
}
