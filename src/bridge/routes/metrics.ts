import type { Route } from '../exchange.ts';
import { safeHeaders } from '../http.ts';
import type { CallMetrics } from '../metrics/callMetrics.ts';
import { expositionType } from '../metrics/exposition.ts';

/** Counters of this window since it began, for Prometheus. */
export const metricsRoute = (metrics: CallMetrics): Route => ({
  method: 'GET',
  pattern: '/metrics',
  scope: 'usage',
  async answer() {
    return {
      status: 200,
      headers: { ...safeHeaders, 'content-type': expositionType },
      body: metrics.text(),
    };
  },
});
