// /v1/licenses: a department issues, reads and revokes. The client comes from the token, never from the body.
import type Koa from 'koa';
import { issueRequest, revocationRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { readJson } from '../../common/http/body.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { License, StoredLicense } from '../domain/license-record.ts';
import { openLicense } from '../domain/open-license.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { issueLicense } from '../flow/issue-license.ts';
import { getIssuedLicense } from '../flow/read-license.ts';
import { revokeLicense } from '../flow/revoke-license.ts';
import { licenseDocumentOf } from './license-document.ts';

export type LicenseHandlers = Readonly<Record<'issue' | 'read' | 'readFile' | 'revoke', Handler>>;

export function makeLicenseHandlers(deps: LicenseDeps, gate: BearerGate): LicenseHandlers {
  const find = (ctx: Koa.Context): Promise<StoredLicense> =>
    getIssuedLicense(deps, gate.actorOf(ctx).clientId, identifierOf(ctx));
  return {
    issue: async (ctx) => {
      const request = await readJson(ctx, issueRequest);
      const { license, created } = await issueLicense(deps, gate.actorOf(ctx).clientId, request);
      if (created) ctx.set('Location', `/v1/licenses/${license.identifier}`);
      answer(ctx, license, created ? 201 : 200);
    },
    read: async (ctx) => answer(ctx, openLicense(deps.keys.holderBox, await find(ctx), deps.clock()), 200),
    readFile: async (ctx) => sendLicenseFile(deps, ctx, await find(ctx)),
    revoke: async (ctx) => {
      const idempotencyKey = readIdempotencyKey(ctx);
      const request = await readJson(ctx, revocationRequest);
      const act = { ...request, idempotencyKey, identifier: identifierOf(ctx) };
      const { license, created } = await revokeLicense(deps, gate.actorOf(ctx).clientId, act);
      answer(ctx, license, created ? 201 : 200);
    },
  };
}

/** The path parameter `identifier`. */
export function identifierOf(ctx: Koa.Context): string {
  return String((ctx['params'] as Record<string, string>)['identifier']);
}

/** The registered PDF, named by its identifier. */
export async function sendLicenseFile(deps: LicenseDeps, ctx: Koa.Context, license: StoredLicense): Promise<void> {
  const pdf = await deps.files.get(license.file.sm3);
  if (!pdf) throw new TrustError('internal', `the file ${license.file.sm3} of a license is missing`);
  ctx.type = 'application/pdf';
  ctx.set('Content-Disposition', `attachment; filename="${license.identifier}.pdf"`);
  ctx.body = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
}

function answer(ctx: Koa.Context, license: License, status: number): void {
  ctx.status = status;
  ctx.body = licenseDocumentOf(license);
}
