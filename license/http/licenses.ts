// /v1/licenses and /v1/issues: a department issues, reads and acts. The client comes from the token, never from the body.
import type Koa from 'koa';
import { actRequest, issueRequest, versionRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { readJson } from '../../common/http/body.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Handler } from '../../common/http/routes.ts';
import { parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License } from '../domain/license-record.ts';
import { isEnding } from '../domain/license-states.ts';
import { listVersionsAsAuthority, readFileAsAuthority, recordReadings } from '../flow/authority-readings.ts';
import type { IssueOptions, IssueOutcome } from '../flow/await-issue.ts';
import { actOnLicense } from '../flow/change-state.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { issueLicense } from '../flow/issue-license.ts';
import { issueVersion } from '../flow/issue-version.ts';
import { authorityClient, issuerOfClient } from '../flow/issuer.ts';
import { getIssuedLicense } from '../flow/read-license.ts';
import { findIssueById } from '../store/issues.ts';
import { hrefOf, issueDocumentOf, licenseDocumentOf, versionListOf } from './license-document.ts';

export type LicenseHandlers = Readonly<
  Record<'issue' | 'addVersion' | 'readIssue' | 'read' | 'listVersions' | 'readFile' | 'act', Handler>
>;
const POLL_SECONDS = 2;

export function makeLicenseHandlers(deps: LicenseDeps, gate: BearerGate, options: IssueOptions = {}): LicenseHandlers {
  const authorityOf = (ctx: Koa.Context) => authorityClient(deps, gate.actorOf(ctx).clientId);
  const find = async (ctx: Koa.Context) => {
    const reader = await authorityOf(ctx);
    return { reader, license: await getIssuedLicense(deps, reader, identifierOf(ctx)) };
  };
  return {
    issue: async (ctx) => {
      const request = await readJson(ctx, issueRequest);
      const { clientId } = gate.actorOf(ctx);
      const issuer = await issuerOfClient(deps, clientId, request.license_type, request.authority_code);
      answerIssue(ctx, await issueLicense(deps, issuer, request, options));
    },
    addVersion: async (ctx) => {
      const identifier = identifierOf(ctx);
      const request = await readJson(ctx, versionRequest);
      // Who does not work for the authority is told that there is no such license.
      await find(ctx);
      const { licenseType, issuingAuthority } = parseLicenseIdentifier(identifier);
      const issuer = await issuerOfClient(deps, gate.actorOf(ctx).clientId, licenseType, issuingAuthority);
      answerIssue(ctx, await issueVersion(deps, issuer, identifier, request, options));
    },
    readIssue: (ctx) => readIssue(deps, gate, ctx),
    read: async (ctx) => {
      const { reader, license } = await find(ctx);
      await recordReadings(deps, reader, 'license', [license]);
      ctx.body = licenseDocumentOf(license);
    },
    listVersions: async (ctx) => {
      ctx.body = versionListOf(await listVersionsAsAuthority(deps, await authorityOf(ctx), identifierOf(ctx)));
    },
    readFile: async (ctx) => {
      const { reader, license } = await find(ctx);
      sendPdf(ctx, license, await readFileAsAuthority(deps, reader, license));
    },
    act: async (ctx) => {
      const idempotencyKey = readIdempotencyKey(ctx);
      const request = await readJson(ctx, actRequest);
      await gate.require(ctx, isEnding(request.act) ? 'license:revoke' : 'license:change');
      const act = { ...request, idempotencyKey, identifier: identifierOf(ctx) };
      const { answer, created } = await actOnLicense(deps, await authorityOf(ctx), act);
      ctx.status = created ? 201 : 200;
      ctx.body = answer;
    },
  };
}

/** Told to the organisation that asked for the license, and to nobody else. */
async function readIssue(deps: LicenseDeps, gate: BearerGate, ctx: Koa.Context): Promise<void> {
  const { organisation } = await authorityClient(deps, gate.actorOf(ctx).clientId);
  const issue = await findIssueById(deps.db, String((ctx['params'] as Record<string, string>)['issue_id']));
  if (issue?.organisation !== organisation)
    throw new TrustError('issue-not-found', 'no such issue of this organisation');
  if (issue.state === 'intended') ctx.set('Retry-After', String(POLL_SECONDS));
  ctx.body = issueDocumentOf(issue);
}

function answerIssue(ctx: Koa.Context, outcome: IssueOutcome): void {
  if (outcome.kind === 'pending') {
    ctx.status = 202;
    ctx.set('Location', `/v1/issues/${outcome.issue.issueId}`);
    ctx.set('Retry-After', String(POLL_SECONDS));
    ctx.body = issueDocumentOf(outcome.issue);
    return;
  }
  const { license, created } = outcome;
  ctx.status = created ? 201 : 200;
  if (created) ctx.set('Location', hrefOf(license.content.identifier));
  ctx.body = licenseDocumentOf(license);
}

/** The path parameter `identifier`. */
export function identifierOf(ctx: Koa.Context): string {
  return String((ctx['params'] as Record<string, string>)['identifier']);
}

/** The PDF of a version, named by its identifier. */
export function sendPdf(ctx: Koa.Context, { content }: License, pdf: Uint8Array): void {
  ctx.type = 'application/pdf';
  ctx.set('Content-Disposition', `attachment; filename="${content.identifier}.pdf"`);
  ctx.body = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
}
