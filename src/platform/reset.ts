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
    execution.scalableTargets,
    execution.concurrency,
    execution.lender,
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
  const { objects } = execution.messaging;
  const forget = async (): Promise<void> => {
    for (const directory of inMemory) directory.clear();
    for (const runtime of running) runtime.reset();
    // In this order: an environment's last lines must not bring its log group back.
    await Promise.all([execution.pool.destroyAll(), execution.workers?.reset()]);
  };
  let forgotten: Promise<void> = Promise.resolve();
  state.store.changes.subscribe(RESET_CHANGE, ({ isElsewhere }) => {
    // With the commit: what was written while environments ended is gone with it, and what is written after it stays.
    forgotten = forget();
    forgotten.catch(() => undefined);
    if (isElsewhere !== true) return;
    const onError = (error: unknown): void => log.error(`What was reset is not forgotten: ${String(error)}`);
    forgotten.then(async () => await state.segments.reset()).catch(onError);
  });
  return async () => {
    await forget();
    await state.store.reset(async (tx) => await objects.discardAll(tx));
    await forgotten;
    await objects.clearAway();
    await state.segments.reset();
  };
}
