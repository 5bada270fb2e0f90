// The rows of the verification page: /verify, a result under its own address, and what hangs on it.
import type { RateLimit } from '../../common/http/rate-limit.ts';
import type { Route } from '../../common/http/routes.ts';
import { makePageImageHandler, type PageImageDeps } from './page-images.ts';
import { makeReportHandler, type ReportDownloadDeps } from './report-download.ts';
import { makeVerifyPages, type VerifyPagesDeps } from './verify-pages.ts';

export type VerifyRoutesDeps = Omit<VerifyPagesDeps, 'hasReport'> &
  PageImageDeps &
  ReportDownloadDeps & {
    /** For what is judged. */
    readonly judging: RateLimit['guard'];
    /** For what is sealed. */
    readonly sealing: RateLimit['guard'];
    /** For what is only shown. */
    readonly showing: RateLimit['guard'];
  };

export function verifyRoutes(deps: VerifyRoutesDeps): readonly Route[] {
  const { judging, showing, sealing } = deps;
  const pages = makeVerifyPages({ ...deps, hasReport: deps.reportSeal !== null });
  const report = makeReportHandler(deps);
  const image = makePageImageHandler(deps);
  return [
    { method: 'GET', path: '/verify', scope: 'public', handler: pages.show },
    { method: 'POST', path: '/verify', scope: 'public', handler: judging(pages.check) },
    { method: 'GET', path: '/verify/:id', scope: 'public', handler: showing(pages.result) },
    { method: 'POST', path: '/verify/:id', scope: 'public', handler: judging(pages.unlock) },
    { method: 'GET', path: '/verify/:id/report.json', scope: 'public', handler: showing(pages.json) },
    { method: 'POST', path: '/verify/:id/report', scope: 'public', handler: sealing(report) },
    { method: 'GET', path: '/verify/:id/pages/:page', scope: 'public', handler: showing(image) },
    { method: 'POST', path: '/verify/:id/forget', scope: 'public', handler: showing(pages.forget) },
  ];
}
