import type { Execution } from './execution.ts';
import { keepSessionKey } from './session-key.ts';
import type { Site } from './site.ts';

/** Empties every service and ends every environment. */
export function resetOf({
  execution,
  identity,
  state,
}: Site & { readonly execution: Execution }): () => Promise<void> {
  const inMemory = [
    execution.functions,
    identity.directory,
    execution.policies,
    execution.eventInvokeConfigs,
    execution.functionUrls,
    execution.concurrency,
    execution.provisioned,
    execution.tables,
  ];
  const running = [
    execution.eventSources,
    execution.events,
    execution.queues,
    execution.streams,
    execution.messaging.deliveries,
    execution.messaging.topics,
    execution.messaging.buses,
    execution.xray,
  ];
  return async () => {
    for (const directory of inMemory) directory.clear();
    for (const runtime of running) runtime.reset();
    // In this order: an environment's last lines must not bring its log group back.
    await Promise.all([execution.pool.destroyAll(), execution.workers?.reset()]);
    await state.store.reset();
    await execution.messaging.objects.reset();
    await state.segments.reset();
    await keepSessionKey(state.store, identity.sessionKey);
  };
}
