import type { StoredEventInvokeConfig } from '../../model/event-invoke-config.ts';
import { functionArn } from '../../model/stored-function.ts';
import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import type { EventTarget } from './async-event-rows.ts';

/** Every event invoke configuration in memory, by qualified ARN. Fed by the change feed. */
export class EventInvokeConfigs {
  readonly #configs = new Map<string, StoredEventInvokeConfig>();

  async open(store: Store): Promise<void> {
    store.changes.subscribe('event-invoke-config', (change) => this.#apply(change));
    const rows = await store.db.selectFrom('lambda_event_invoke_configs').selectAll().execute();
    for (const row of rows) {
      const key = `${functionArn(row.account_id, row.region, row.function_name)}:${row.qualifier}`;
      this.#configs.set(key, JSON.parse(row.configuration) as StoredEventInvokeConfig);
    }
  }

  /** An alias has one of its own: nothing is inherited from the version or from the function. */
  find({ accountId, region, name }: EventTarget, qualifier = '$LATEST'): StoredEventInvokeConfig | undefined {
    return this.#configs.get(`${functionArn(accountId, region, name)}:${qualifier}`);
  }

  clear(): void {
    this.#configs.clear();
  }

  #apply({ key, value }: Change): void {
    if (value === undefined) this.#configs.delete(key);
    else this.#configs.set(key, value as StoredEventInvokeConfig);
  }
}
