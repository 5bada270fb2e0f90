// The three addresses for machines that operate the house. /healthz: the process lives. /readyz: it can work now (its
// database answers, it is not stopping). /metrics: prom-client's text form.
import type Koa from 'koa';
import type { Metrics } from './metrics.ts';
import type { Route } from './routes.ts';
import { isStopping } from './server.ts';

export type HealthDeps = {
  readonly metrics: Metrics;
  /** Each resolves when its part works; a rejection makes /readyz 503. Names are shown, reasons only logged. */
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>;
};

const CHECK_LIMIT_MS = 3_000;

/** Rows for the room's route table. */
export function healthRoutes({ metrics, checks }: HealthDeps): readonly Route[] {
  return [
    { method: 'GET', path: '/healthz', scope: 'public', handler: (ctx) => answer(ctx, 200, { status: 'ok' }) },
    { method: 'GET', path: '/readyz', scope: 'public', handler: (ctx) => answerReady(ctx, checks) },
    { method: 'GET', path: '/metrics', scope: 'public', handler: (ctx) => answerMetrics(ctx, metrics) },
  ];
}

async function answerReady(ctx: Koa.Context, checks: HealthDeps['checks']): Promise<void> {
  const rows = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, (await passes(check)) ? 'ok' : 'failed'] as const),
  );
  const stopping = isStopping(ctx.app);
  const ready = !stopping && rows.every(([, state]) => state === 'ok');
  answer(ctx, ready ? 200 : 503, {
    status: stopping ? 'stopping' : ready ? 'ready' : 'not_ready',
    checks: Object.fromEntries(rows),
  });
}

async function passes(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_LIMIT_MS);
  });
  try {
    return await Promise.race([
      check().then(
        () => true,
        () => false,
      ),
      limit,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function answerMetrics(ctx: Koa.Context, { registry }: Metrics): Promise<void> {
  ctx.type = registry.contentType;
  ctx.body = await registry.metrics();
}

function answer(ctx: Koa.Context, status: number, body: Record<string, unknown>): void {
  ctx.status = status;
  ctx.body = body;
}
