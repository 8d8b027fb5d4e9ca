import { sumCounts } from '../environment/environment-counts.ts';
import type { EventSources } from '../event-source/event-sources.ts';
import type { Execution } from './execution.ts';
import type { Site } from './site.ts';
import { VERSION } from './version.ts';
import { mostWorkers } from './workers/most-workers.ts';

/** What `GET /_lambent/health` answers. */
export function healthOf(
  site: Site & { readonly execution: Execution },
): () => Promise<Readonly<Record<string, unknown>>> {
  const { config, warnings, address, state } = site;
  const { isolation, pool, functions, invoker, events, eventSources, messaging, workers } = site.execution;
  const startedAt = performance.now();
  return async () => {
    const { states, accepted } = (await workers?.facts()) ?? { states: [], accepted: 0 };
    return {
      status: 'running',
      version: VERSION,
      uptimeMs: Math.round(performance.now() - startedAt),
      isolation: isolation.driver.isolation,
      isolationReason: isolation.reason,
      limits: isolation.driver.limitsInForce,
      networkReach: isolation.driver.networkReach,
      store: state.name,
      endpoint: address.shown(),
      region: config.region,
      accountId: config.accountId,
      functions: functions.size,
      environments: sumCounts([pool.counts(), ...states.map(({ counts }) => counts)]),
      prepared: pool.factory.prepared.counts(),
      spareSandboxes: isolation.driver.spares(),
      invocations: invoker.accepted + accepted,
      events: events.counts(),
      eventSourceMappings: mappingsOf(eventSources),
      deliveries: messaging.deliveries.inHand,
      workersAtMost: mostWorkers(config),
      workers: states.map(({ counts, ...worker }) => ({ ...worker, environments: counts })),
      warnings: warnings.all(),
    };
  };
}

/** How many this platform polls, and how far the one is behind that is behind most; null where none reads a stream. */
function mappingsOf(sources: EventSources): Readonly<Record<string, number | null>> {
  const polled = sources.reports().filter(({ isPolling }) => isPolling);
  const ages = polled.flatMap(({ iteratorAgeMs }) => iteratorAgeMs ?? []);
  return { polled: polled.length, iteratorAgeMs: ages.length === 0 ? null : Math.max(...ages) };
}
