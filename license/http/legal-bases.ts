// /v1/legal-bases and /v1/sharing-clients, for the administrator of licenses: on what law a unit reads, how it is answered.
import { z } from 'zod';
import { fromHex, toHex } from '../../common/bytes.ts';
import { type LegalBasisDocument, legalBasisBody, sharingClientBody } from '../../common/contract/license-consent.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseParams, parseQuery, readJson } from '../../common/http/body.ts';
import type { Handler } from '../../common/http/routes.ts';
import { changeClientAnswers, getClient } from '../flow/clients.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { closeLegalBasis, enterLegalBasis, listBases } from '../flow/legal-bases.ts';
import type { LicenseClient } from '../store/clients.ts';
import type { LegalBasis } from '../store/legal-bases.ts';

export const basisIdParam = z.strictObject({ basis_id: z.string().regex(/^lgb_[0-9a-z]{26}$/) });
export const clientIdParam = z.strictObject({ client_id: z.string().min(1).max(200) });
export const basisQuery = z.strictObject({ client_id: z.string().min(1).max(200).optional() });

type AdminHandlers = Readonly<Record<'enter' | 'end' | 'list' | 'showClient' | 'putClient', Handler>>;

export function makeLegalBasisHandlers(
  deps: Pick<LicenseDeps, 'db' | 'clock' | 'catalog'>,
  gate: BearerGate,
): AdminHandlers {
  return {
    enter: async (ctx) => {
      const body = await readJson(ctx, legalBasisBody);
      const basis = await enterLegalBasis(deps, gate.actorOf(ctx).subject, body);
      ctx.status = 201;
      ctx.body = toDocument(basis);
    },
    end: async (ctx) => {
      const { basis_id: basisId } = parseParams(ctx, basisIdParam);
      ctx.body = toDocument(await closeLegalBasis(deps, gate.actorOf(ctx).subject, basisId));
    },
    list: async (ctx) => {
      const { client_id: clientId = null } = parseQuery(ctx, basisQuery);
      ctx.body = { legal_bases: (await listBases(deps, clientId)).map(toDocument) };
    },
    showClient: async (ctx) => {
      const { client_id: clientId } = parseParams(ctx, clientIdParam);
      ctx.body = clientDocument(await getClient(deps, clientId));
    },
    putClient: async (ctx) => {
      const { client_id: clientId } = parseParams(ctx, clientIdParam);
      const body = await readJson(ctx, sharingClientBody);
      const sm2PublicKey = body.sm2_public_key === null ? null : fromHex(body.sm2_public_key);
      const wanted = { clientId, returnAddresses: body.return_addresses, sm2PublicKey };
      ctx.body = clientDocument(await changeClientAnswers(deps, gate.actorOf(ctx).subject, wanted));
    },
  };
}

function toDocument(basis: LegalBasis): LegalBasisDocument {
  return {
    basis_id: basis.id,
    client_id: basis.clientId,
    law: basis.law,
    matter: { code: basis.matterCode, name: basis.matterName },
    licenses: basis.licenseTypes.map(({ licenseType, fields }) => ({ license_type: licenseType, fields: [...fields] })),
    regions: [...basis.regions],
    daily_quota: basis.dailyQuota,
    uses_today: basis.usesToday,
    from: basis.validFrom.toISOString(),
    to: basis.validTo.toISOString(),
    entered_at: basis.enteredAt.toISOString(),
    entered_by: basis.enteredBy,
    ended_at: basis.endedAt?.toISOString() ?? null,
  };
}

function clientDocument(client: LicenseClient) {
  return {
    client_id: client.clientId,
    organisation: client.organisation,
    organisation_name: client.organisationName,
    return_addresses: client.returnAddresses,
    sm2_public_key: client.sm2PublicKey === null ? null : toHex(client.sm2PublicKey),
  };
}
