import { RESET_CHANGE } from '../store/change-feed.ts';
import type { Execution } from './execution.ts';
import type { Site } from './site.ts';

/** Empties every service and ends every environment; does so here, too, when another platform on the database has. */
export function resetOf({
  execution,
  identity,
  state,
  log,
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
  const forget = async (): Promise<void> => {
    for (const directory of inMemory) directory.clear();
    for (const runtime of running) runtime.reset();
    // In this order: an environment's last lines must not bring its log group back.
    await Promise.all([execution.pool.destroyAll(), execution.workers?.reset()]);
  };
  state.store.changes.subscribe(RESET_CHANGE, ({ isElsewhere }) => {
    if (!isElsewhere) return;
    const onError = (error: unknown): void => log.error(`What was reset is not forgotten: ${String(error)}`);
    forget()
      .then(async () => await state.segments.reset(), onError)
      .catch(onError);
  });
  return async () => {
    await forget();
    await state.store.reset();
    await execution.messaging.objects.reset();
    await state.segments.reset();
  };
}
