// What the house does when the library has answered a request, by the route that it took: one layer around the library, since
// each layer costs every request.
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';

export type Afterwards = {
  /** As the library names them. */
  readonly routes: readonly string[];
  /** `begun`: when the request came. */
  readonly run: (ctx: KoaContextWithOIDC, begun: Date) => Promise<void> | void;
};

/** In the order of `steps`. What fails is answered as a failure of the request. */
export function runAfterwards(provider: Provider, clock: Clock, steps: readonly Afterwards[]): void {
  const routes = new Set(steps.flatMap((step) => step.routes));
  const byRoute = new Map([...routes].map((route) => [route, steps.filter((step) => step.routes.includes(route))]));
  provider.use(async (context, next) => {
    const begun = clock();
    await next();
    const ctx = context as KoaContextWithOIDC;
    for (const { run } of byRoute.get(ctx.oidc?.route ?? '') ?? []) await run(ctx, begun);
  });
}
