// What staff reads of the life of seals, in pages. Applicants and keepers see the seals of their organisations; approvers,
// makers and auditors see all. What somebody may not see is not there for him.
import type Koa from 'koa';
import { listRowsAbout, type RowPlace } from '../../common/audit/store/entries.ts';
import { ROLE_SCOPES } from '../../common/contract/roles.ts';
import {
  applicationParams,
  applicationQuery,
  grantQuery,
  pageQuery,
  sealParams,
  usageQuery,
} from '../../common/contract/seal-life.ts';
import { TrustError } from '../../common/errors.ts';
import type { Actor } from '../../common/http/bearer.ts';
import { parseParams, parseQuery } from '../../common/http/body.ts';
import type { Handler } from '../../common/http/routes.ts';
import { pkcs10Pem } from '../../common/pki/pkcs10.ts';
import type { SealVersion } from '../domain/seal-version.ts';
import { describeStep, describeVersion } from '../domain/version-document.ts';
import { describeGrant } from '../flow/give-grant.ts';
import { getVersion } from '../flow/take-step.ts';
import { listGrants } from '../store/seal-grants.ts';
import { findCertificate } from '../store/seal-keys.ts';
import { listNotices, type NoticeReader } from '../store/seal-notices.ts';
import { listSteps } from '../store/seal-steps.ts';
import { filterVersions, listVersions } from '../store/seal-versions.ts';
import { type LifeRouteDeps, PEM_TYPE } from './life-acts.ts';

const OVER_ALL = ['seal:approve', 'seal:make', 'seal:file', 'seal:audit'] as const;

/** Codes of the organisations whose seals somebody sees; null: all. */
function visibleTo({ scopes, roles }: Actor): readonly string[] | null {
  const borne = (scope: string): boolean => scopes.includes(scope);
  if (
    roles.some(({ role }) => ROLE_SCOPES[role].some((scope) => borne(scope) && OVER_ALL.some((one) => one === scope)))
  )
    return null;
  return [...new Set(roles.filter(({ role }) => ROLE_SCOPES[role].some(borne)).map(({ org }) => org))];
}

const sees = (actor: Actor, { ownerCode }: SealVersion): boolean => visibleTo(actor)?.includes(ownerCode) ?? true;

export function makeApplicationsHandler({ life, gate }: LifeRouteDeps): Handler {
  return async (ctx) => {
    const { state, owner_code: ownerCode, cursor: before, limit } = parseQuery(ctx, applicationQuery);
    const ownerCodes = visibleTo(gate.actorOf(ctx));
    const found = await filterVersions(life.db, { state, ownerCode, ownerCodes, before, limit: limit + 1 });
    const now = life.clock();
    const page = found.slice(0, limit);
    send(ctx, {
      applications: page.map((version) => describeVersion(version, now)),
      next: nextOf(found, limit, ({ seq }) => seq),
    });
  };
}

export function makeApplicationHandler(deps: LifeRouteDeps): Handler {
  return async (ctx) => send(ctx, describeVersion(await readVersion(deps, ctx), deps.life.clock()));
}

/** The PKCS#10 request for the key of a version, PEM. */
export function makeRequestHandler(deps: LifeRouteDeps): Handler {
  return async (ctx) => {
    const { applicationId, esID, state } = await readVersion(deps, ctx);
    const row = await findCertificate(deps.life.db, applicationId);
    if (!row)
      throw new TrustError('seal-state-forbids', `Application ${applicationId} is ${state}; its key is not made yet`);
    ctx.type = PEM_TYPE;
    ctx.set('Content-Disposition', `attachment; filename="${esID}.csr.pem"`);
    ctx.body = pkcs10Pem(new Uint8Array(row.pkcs10));
  };
}

export function makeHistoryHandler(deps: LifeRouteDeps): Handler {
  return async (ctx) => {
    const { cursor, limit } = parseQuery(ctx, pageQuery);
    const versions = await readVersions(deps, ctx);
    const found = await listSteps(deps.life.db, versions[0]!.esID, { after: cursor ?? '0', limit: limit + 1 });
    const numberOf = new Map(versions.map(({ applicationId, number }) => [applicationId, number]));
    const steps = found.slice(0, limit).map((step) => describeStep(step, numberOf.get(step.applicationId)!));
    send(ctx, { steps, next: nextOf(found, limit, ({ seq }) => seq) });
  };
}

export function makeGrantsHandler(deps: LifeRouteDeps): Handler {
  return async (ctx) => {
    const { cursor, limit } = parseQuery(ctx, grantQuery);
    const [{ esID } = { esID: '' }] = await readVersions(deps, ctx);
    const found = await listGrants(deps.life.db, esID, { after: cursor ?? '', limit: limit + 1 });
    send(ctx, {
      grants: found.slice(0, limit).map(describeGrant),
      next: nextOf(found, limit, ({ grantId }) => grantId),
    });
  };
}

/** The rows of the usage log about a seal. */
export function makeUsageHandler(deps: LifeRouteDeps): Handler {
  return async (ctx) => {
    const { cursor, limit } = parseQuery(ctx, usageQuery);
    const [{ esID } = { esID: '' }] = await readVersions(deps, ctx);
    const before = cursor === undefined ? null : placeOf(cursor);
    const found = await listRowsAbout(deps.life.db, 'seal', { subject: esID, before, limit: limit + 1 });
    const entries = found.slice(0, limit).map(({ at, kind, actor, requestId, detail, chain, number }) => ({
      at: at.toISOString(),
      kind,
      actor,
      request_id: requestId,
      detail: JSON.parse(detail),
      chain,
      number,
    }));
    send(ctx, { entries, next: nextOf(found, limit, ({ at, chain, number }) => `${at.getTime()}-${chain}-${number}`) });
  };
}

function placeOf(cursor: string): RowPlace {
  const [at, chain, number] = cursor.split('-').map(Number) as [number, number, number];
  return { at: new Date(at), chain, number };
}

export function makeNoticesHandler({ life, gate }: LifeRouteDeps): Handler {
  return async (ctx) => {
    const { cursor, limit } = parseQuery(ctx, pageQuery);
    const { roles, scopes } = gate.actorOf(ctx);
    const readers = roles.flatMap(({ role, org: organisation }): readonly NoticeReader[] => {
      if (role === 'seal-applicant' && scopes.includes('seal:apply')) return [{ organisation, duty: 'applicant' }];
      if (role === 'seal-keeper' && scopes.includes('seal:keep')) return [{ organisation, duty: 'keeper' }];
      return [];
    });
    const found = await listNotices(life.db, readers, { after: cursor ?? '0', limit: limit + 1 });
    const notices = found.slice(0, limit).map(({ noticeId, esID, applicationId, kind, duty, at, detail }) => ({
      notice_id: String(noticeId),
      esID,
      application_id: applicationId,
      kind,
      duty,
      at: at.toISOString(),
      detail,
    }));
    send(ctx, { notices, next: nextOf(found, limit, ({ noticeId }) => noticeId) });
  };
}

async function readVersion({ life, gate }: LifeRouteDeps, ctx: Koa.Context): Promise<SealVersion> {
  const { id } = parseParams(ctx, applicationParams);
  const version = await getVersion(life.db, id);
  if (sees(gate.actorOf(ctx), version)) return version;
  throw new TrustError('seal-application-not-found', `There is no application ${id}`);
}

async function readVersions({ life, gate }: LifeRouteDeps, ctx: Koa.Context): Promise<readonly SealVersion[]> {
  const { esID } = parseParams(ctx, sealParams);
  const versions = await listVersions(life.db, esID);
  if (versions[0] && sees(gate.actorOf(ctx), versions[0])) return versions;
  throw new TrustError('seal-not-found', `There is no seal ${esID}`);
}

function send(ctx: Koa.Context, body: object): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.body = body;
}

/** One row more than the page was asked for: there is a next one, behind the last of the page. */
function nextOf<T>(found: readonly T[], limit: number, cursorOf: (row: T) => string | number): string | null {
  return found.length > limit ? String(cursorOf(found[limit - 1]!)) : null;
}
