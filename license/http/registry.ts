// /v1/issuing-authorities, /v1/registered-clients, /v1/issuing-clients and /v1/registry-acts, for the administrator of licenses.
import type Koa from 'koa';
import { z } from 'zod';
import {
  issuingAuthorityBody,
  issuingAuthorityEnding,
  issuingClientBody,
  issuingClientEnding,
  registeredClientBody,
  registeredClientEnding,
} from '../../common/contract/license-registry.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseQuery, readJson } from '../../common/http/body.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Handler } from '../../common/http/routes.ts';
import {
  allowIssuing,
  endAuthority,
  endIssuing,
  endReadingClient,
  registerAuthority,
  registerReadingClient,
} from '../flow/registry.ts';
import type { Registrar, RegistryDeps, RegistryOutcome } from '../flow/registry-act.ts';
import { type ListedClient, listClients } from '../store/clients.ts';
import { type ListedRight, listAllRights } from '../store/issuing-rights.ts';
import { listRegistryActs } from '../store/registry-acts.ts';

const text = z.string().min(1).max(200).optional();
export const authorityQuery = z.strictObject({ authority_code: text });
export const clientQuery = z.strictObject({ client_id: text });
export const actsQuery = z.strictObject({
  of: text.meta({ description: 'A client, or the code of an authority or organisation' }),
});

type Act<Body> = (deps: RegistryDeps, by: Registrar, body: Body) => Promise<RegistryOutcome>;

export function makeRegistryHandlers(deps: RegistryDeps, gate: BearerGate) {
  const act =
    <Schema extends z.ZodType>(schema: Schema, run: Act<z.infer<Schema>>): Handler =>
    async (ctx: Koa.Context) => {
      const by = { account: gate.actorOf(ctx).subject, idempotencyKey: readIdempotencyKey(ctx) };
      const outcome = await run(deps, by, await readJson(ctx, schema));
      ctx.status = outcome.created ? 201 : 200;
      ctx.body = outcome.act;
    };
  return {
    registerAuthority: act(issuingAuthorityBody, registerAuthority),
    endAuthority: act(issuingAuthorityEnding, endAuthority),
    registerClient: act(registeredClientBody, registerReadingClient),
    endClient: act(registeredClientEnding, endReadingClient),
    allowIssuing: act(issuingClientBody, allowIssuing),
    endIssuing: act(issuingClientEnding, endIssuing),
    listAuthorities: async (ctx: Koa.Context) => {
      const { authority_code: code = null } = parseQuery(ctx, authorityQuery);
      ctx.body = { issuing_authorities: (await listAllRights(deps.db, code)).map(rightDocument) };
    },
    listClients: async (ctx: Koa.Context) => {
      const { client_id: clientId = null } = parseQuery(ctx, clientQuery);
      ctx.body = { registered_clients: (await listClients(deps.db, clientId)).map(clientDocument) };
    },
    listActs: async (ctx: Koa.Context) => {
      ctx.body = { acts: await listRegistryActs(deps.db, parseQuery(ctx, actsQuery).of ?? null) };
    },
  };
}

function rightDocument(right: ListedRight) {
  return {
    authority_code: right.authorityCode,
    authority_name: right.authorityName,
    region: right.region,
    seal_esid: right.sealEsID,
    license_type: right.licenseType,
    granted_at: right.grantedAt.toISOString(),
    ended_at: right.endedAt?.toISOString() ?? null,
  };
}

function clientDocument(client: ListedClient) {
  return {
    client_id: client.clientId,
    organisation: client.organisation,
    organisation_name: client.organisationName,
    may_redeem: client.mayRedeem,
    registered_at: client.registeredAt.toISOString(),
    ended_at: client.endedAt?.toISOString() ?? null,
    issues: client.issues.map((one) => ({
      authority_code: one.authority_code,
      license_type: one.license_type,
      granted_at: new Date(one.granted_at).toISOString(),
      ended_at: one.ended_at === null ? null : new Date(one.ended_at).toISOString(),
    })),
  };
}
