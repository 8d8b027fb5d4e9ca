import type { Execution } from './execution.ts';
import type { Site } from './site.ts';
import { VERSION } from './version.ts';

/** What `GET /_lambent/health` answers. */
export function healthOf(
  site: Site & { readonly execution: Execution },
): () => Promise<Readonly<Record<string, unknown>>> {
  const { config, warnings, address, state } = site;
  const { isolation, pool, functions, invoker, events, deliveries } = site.execution;
  const startedAt = performance.now();
  return async () => ({
    status: 'running',
    version: VERSION,
    uptimeMs: Math.round(performance.now() - startedAt),
    isolation: isolation.driver.isolation,
    isolationReason: isolation.reason,
    limits: isolation.driver.limitsInForce,
    store: state.name,
    endpoint: address.shown(),
    region: config.region,
    accountId: config.accountId,
    functions: functions.size,
    environments: pool.counts(),
    prepared: pool.factory.prepared.counts(),
    invocations: invoker.accepted,
    events: events.counts(),
    deliveries: deliveries.inHand,
    warnings: warnings.all(),
  });
}
