// Counters of one room: requests and their duration by method, route and status. Routes, never paths, so that the number
// of series stays bounded. Rooms may register their own metrics in `registry`.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export type Metrics = {
  readonly registry: Registry;
  /** `seconds` is wall time from the first header byte to the end of the answer. */
  observeRequest(labels: { method: string; route: string; status: number }, seconds: number): void;
};

/** How often the delay of the event loop is looked at: each time wakes a process that may have nothing else to do. */
const EVENT_LOOP_MS = 100;

/** Fewer are counted when the metrics are asked for. */
const COUNTED_TOGETHER = 256;

/** A registry of its own per room; `processMetrics` adds those of Node (memory, event loop). */
export function makeMetrics(room: string, { processMetrics = false } = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ room });
  if (processMetrics) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_MS });
  const labelNames = ['method', 'route', 'status'] as const;
  // Counted many at a time: a request that has just been answered need not find its series by itself.
  const seen: { readonly labels: { method: string; route: string; status: string }; readonly seconds: number }[] = [];
  const collect = (): void => {
    for (const { labels, seconds } of seen.splice(0)) {
      requests.inc(labels);
      duration.observe(labels, seconds);
    }
  };
  const requests = new Counter({
    name: 'xinji_http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
    collect,
  });
  const duration = new Histogram({
    name: 'xinji_http_request_duration_seconds',
    help: 'Wall time of a request',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
    collect,
  });
  return {
    registry,
    observeRequest: ({ method, route, status }, seconds) => {
      seen.push({ labels: { method, route, status: String(status) }, seconds });
      if (seen.length >= COUNTED_TOGETHER) collect();
    },
  };
}
