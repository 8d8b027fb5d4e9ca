import { resourceConflict, resourceNotFound } from '../model/lambda-errors.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import {
  type FunctionRecord,
  functionArn,
  functionRecordOf,
  functionVersionOf,
} from '../model/stored-function.ts';
import type { Change } from '../store/change-feed.ts';
import type { Store } from '../store/store.ts';

interface Entry {
  readonly record: FunctionRecord;
  /** What invokes run now; undefined while the function has never been active. */
  readonly version: FunctionVersion | undefined;
  /** The answer for callers who name no qualifier, ready made: the usual case on the hot path. */
  readonly unqualified: Resolution | undefined;
}

/** What one invoke resolved to. */
export interface Resolution {
  readonly version: FunctionVersion;
  readonly invokedFunctionArn: string;
}

/**
 * Every function in memory, so that an invoke never asks the database. Fed by the change feed, which delivers
 * before the write is acknowledged: a function that was just created, updated or deleted is so here at once.
 */
export class FunctionDirectory {
  /** By qualified ARN. */
  readonly #entries = new Map<string, Entry>();
  /** The `$LATEST` entries again, by `<account>/<region>/<name>`. */
  readonly #latest = new Map<string, Entry>();
  readonly #onReplaced: (functionArn: string, keep: ReadonlySet<string>) => void;

  /** @param onReplaced told which deployments of a function may still run whenever that has changed */
  constructor(onReplaced: (functionArn: string, keep: ReadonlySet<string>) => void) {
    this.#onReplaced = onReplaced;
  }

  /** Follows the store and loads what is there. Resolves when the directory is complete. */
  async open(store: Store): Promise<void> {
    store.changes.subscribe('function', (change) => this.#apply(change));
    const rows = await store.db.selectFrom('lambda_functions').selectAll().execute();
    for (const row of rows) {
      const value = functionRecordOf(row);
      const arn = functionArn(row.account_id, row.region, row.name);
      this.#apply({ kind: 'function', key: `${arn}:${row.version}`, value });
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
    this.#latest.clear();
  }

  /** Throws the 404 or 409 that AWS gives when there is nothing to run. */
  resolve(accountId: string, region: string, name: string, qualifier: string | undefined): Resolution {
    if (qualifier === undefined) {
      const found = this.#latest.get(`${accountId}/${region}/${name}`)?.unqualified;
      if (found !== undefined) return found;
    }
    return this.#resolveQualified(accountId, region, name, qualifier);
  }

  #resolveQualified(
    accountId: string,
    region: string,
    name: string,
    qualifier: string | undefined,
  ): Resolution {
    const arn = functionArn(accountId, region, name);
    const wanted = qualifier ?? '$LATEST';
    const entry = this.#entries.get(`${arn}:${wanted}`);
    if (entry === undefined) throw resourceNotFound(`Function not found: ${arn}:${wanted}`);
    if (entry.version === undefined) {
      const state = entry.record.current.state;
      throw resourceConflict(
        `The operation cannot be performed at this time. The function is currently in the following state: ${state}`,
      );
    }
    return { version: entry.version, invokedFunctionArn: `${arn}:${wanted}` };
  }

  #apply(change: Change): void {
    const record = change.value as FunctionRecord | undefined;
    const before = this.#entries.get(change.key);
    if (record === undefined) {
      this.#entries.delete(change.key);
      if (before !== undefined && change.key.endsWith(':$LATEST')) this.#latest.delete(pathOf(before.record));
      if (before?.version !== undefined) this.#onReplaced(before.version.functionArn, new Set());
      return;
    }
    const version = serving(record, before?.version);
    const unqualified = version && { version, invokedFunctionArn: version.functionArn };
    const entry = { record, version, unqualified };
    this.#entries.set(change.key, entry);
    if (change.key.endsWith(':$LATEST')) {
      this.#latest.set(pathOf(record), entry);
    }
    if (version !== undefined && before?.version !== undefined && before.version !== version) {
      this.#onReplaced(version.functionArn, new Set([version.deploymentId]));
    }
  }
}

function pathOf({ current }: FunctionRecord): string {
  return `${current.accountId}/${current.region}/${current.name}`;
}

/** The snapshot invokes run: the old one until an update has succeeded, the same object while nothing that matters changed. */
function serving(record: FunctionRecord, before: FunctionVersion | undefined): FunctionVersion | undefined {
  const stored = record.serving ?? (record.current.state === 'Active' ? record.current : undefined);
  if (stored === undefined) return undefined;
  return before?.deploymentId === stored.deploymentId ? before : functionVersionOf(stored);
}
