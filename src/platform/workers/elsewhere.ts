import { parseAnyReference } from '../../model/function-reference.ts';
import { type FunctionRecord, hasSnapStart } from '../../model/stored-function.ts';
import type { ChangeFeed } from '../../store/change-feed.ts';

/** Any will do: only the name is asked for. */
const ANYBODY = { accountId: '000000000000', region: 'us-east-1' };
const TARGET = /^\/2015-03-31\/functions\/([^/]+)\/invocations(?:\?|$)/;

/**
 * Functions whose environments are all in the main process: those with provisioned concurrency, as an environment that is
 * kept ready for everybody cannot stand in one of several processes, and, for the same reason, those with versions that
 * are restored and those whose environments take several invocations at once. With tenants, of whom only so many may have
 * environments, they are all where they are counted.
 */
export class Elsewhere {
  /** What says so, by the function's bare name. */
  readonly #reasons = new Map<string, Set<string>>();

  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('provisioned-concurrency', ({ kind, key, value }) => {
      this.#note(kind, key, value !== undefined);
    });
    changes.subscribe('function', ({ kind, key, value }) => {
      const { current, serving } = (value ?? {}) as Partial<FunctionRecord>;
      const isManaged = (current?.managed ?? serving?.managed) !== undefined;
      const isPerTenant = current?.tenancy !== undefined;
      this.#note(kind, key, isManaged || isPerTenant || (current !== undefined && hasSnapStart(current)));
    });
  }

  /** @param url of an Invoke, as sent. Names one of them, in whatever account */
  has(url: string): boolean {
    if (this.#reasons.size === 0) return false;
    try {
      const named = decodeURIComponent(TARGET.exec(url)?.[1] ?? '');
      return this.#reasons.has(parseAnyReference(named, undefined, ANYBODY).name);
    } catch {
      // Not for here to judge.
      return true;
    }
  }

  clear(): void {
    this.#reasons.clear();
  }

  /** @param arn qualified */
  #note(kind: string, arn: string, holds: boolean): void {
    const name = arn.split(':')[6] ?? '';
    const reasons = this.#reasons.get(name) ?? new Set();
    if (holds) reasons.add(`${kind} ${arn}`);
    else reasons.delete(`${kind} ${arn}`);
    if (reasons.size === 0) this.#reasons.delete(name);
    else this.#reasons.set(name, reasons);
  }
}
