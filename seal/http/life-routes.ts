// The life of seals over HTTP: one row a route, aligned with the table of lawful steps (domain/seal-life.ts). Acts need a
// person's token with the scope of the duty; who reads sees what belongs to his organisation, or everything where his duty
// is over all of them.
import type { Handler, Route } from '../../common/http/routes.ts';
import type { LifeRouteDeps } from './life-acts.ts';
import * as act from './life-acts.ts';
import * as operation from './life-operations.ts';
import * as read from './life-reads.ts';

const ALL = ['seal:apply', 'seal:approve', 'seal:make', 'seal:file', 'seal:keep', 'seal:audit'] as const;
const USERS = ['seal:audit', 'seal:keep'] as const;
const TOLD = ['seal:apply', 'seal:keep'] as const;
const APPLICATIONS = '/v1/seal-applications';

export function lifeRoutes(deps: LifeRouteDeps): readonly Route[] {
  const post = (path: string, scope: Route['scope'], handler: Handler, about: Route['operation']): Route => ({
    method: 'POST',
    path,
    scope,
    handler,
    operation: about!,
  });
  const get = (path: string, scope: Route['scope'], handler: Handler, about: Route['operation']): Route => ({
    method: 'GET',
    path,
    scope,
    handler,
    operation: about!,
  });
  return [
    post(APPLICATIONS, 'seal:apply', act.makeApplyHandler(deps), operation.apply),
    get(APPLICATIONS, ALL, read.makeApplicationsHandler(deps), operation.listApplications),
    get(`${APPLICATIONS}/:id`, ALL, read.makeApplicationHandler(deps), operation.readApplication),
    post(`${APPLICATIONS}/:id/approval`, 'seal:approve', act.makeDecisionHandler(deps, 'approve'), operation.approve),
    post(`${APPLICATIONS}/:id/rejection`, 'seal:approve', act.makeDecisionHandler(deps, 'reject'), operation.reject),
    post(`${APPLICATIONS}/:id/making`, 'seal:make', act.makeMakingHandler(deps), operation.make),
    get(`${APPLICATIONS}/:id/certificate-request`, 'seal:make', read.makeRequestHandler(deps), operation.readRequest),
    post(`${APPLICATIONS}/:id/certificate`, 'seal:make', act.makeCertificateHandler(deps), operation.giveCertificate),
    post(`${APPLICATIONS}/:id/filing`, 'seal:file', act.makeFilingHandler(deps), operation.file),
    post(`${APPLICATIONS}/:id/activation`, 'seal:keep', act.makeActivationHandler(deps), operation.activate),
    post('/v1/seals/:esID/suspension', 'seal:keep', act.makeSealHandler(deps, 'suspend'), operation.suspend),
    post('/v1/seals/:esID/resumption', 'seal:keep', act.makeSealHandler(deps, 'resume'), operation.resume),
    post('/v1/seals/:esID/re-making', 'seal:keep', act.makeRemakingHandler(deps), operation.remake),
    post('/v1/seals/:esID/cancellation', 'seal:keep', act.makeCancellationHandler(deps), operation.cancel),
    get('/v1/seals/:esID/history', ALL, read.makeHistoryHandler(deps), operation.readHistory),
    get('/v1/seals/:esID/usage', USERS, read.makeUsageHandler(deps), operation.readUsage),
    get('/v1/seals/:esID/grants', ALL, read.makeGrantsHandler(deps), operation.listGrants),
    post('/v1/seals/:esID/grants', 'seal:keep', act.makeGrantHandler(deps), operation.grant),
    post(
      '/v1/seals/:esID/grants/:grantId/withdrawal',
      'seal:keep',
      act.makeWithdrawalHandler(deps),
      operation.withdraw,
    ),
    get('/v1/seal-notices', TOLD, read.makeNoticesHandler(deps), operation.listNotices),
  ];
}
