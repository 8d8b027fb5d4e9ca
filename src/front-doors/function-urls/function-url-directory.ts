import { functionArn } from '../../model/stored-function.ts';
import type { StoredFunctionUrl } from '../../model/stored-function-url.ts';
import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';

/** Every function URL in memory, found by its id or by what it calls. Fed by the change feed. */
export class FunctionUrlDirectory {
  readonly #byId = new Map<string, StoredFunctionUrl>();
  /** By the qualified ARN; the function's own URL is `$LATEST`'s. */
  readonly #ids = new Map<string, string>();

  async open(store: Store): Promise<void> {
    store.changes.subscribe('function-url', (change) => this.#apply(change));
    const rows = await store.db.selectFrom('lambda_function_urls').selectAll().execute();
    for (const row of rows) {
      const key = `${functionArn(row.account_id, row.region, row.function_name)}:${row.qualifier}`;
      this.#apply({ kind: 'function-url', key, value: JSON.parse(row.configuration) as StoredFunctionUrl });
    }
  }

  find(urlId: string): StoredFunctionUrl | undefined {
    return this.#byId.get(urlId);
  }

  /** Of the URL that calls a version, `$LATEST` or an alias; undefined when it has none. */
  authTypeOf(qualifiedArn: string): StoredFunctionUrl['authType'] | undefined {
    return this.find(this.#ids.get(qualifiedArn) ?? '')?.authType;
  }

  clear(): void {
    this.#byId.clear();
    this.#ids.clear();
  }

  #apply({ key, value }: Change): void {
    const before = this.#ids.get(key);
    if (before !== undefined) this.#byId.delete(before);
    this.#ids.delete(key);
    if (value === undefined) return;
    const url = value as StoredFunctionUrl;
    this.#byId.set(url.urlId, url);
    this.#ids.set(key, url.urlId);
  }
}
