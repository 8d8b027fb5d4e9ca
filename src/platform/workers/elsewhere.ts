import { parseAnyReference } from '../../model/function-reference.ts';
import type { ChangeFeed } from '../../store/change-feed.ts';

/** Any will do: only the name is asked for. */
const ANYBODY = { accountId: '000000000000', region: 'us-east-1' };
const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Functions whose environments are all in the main process: those with provisioned concurrency, as an environment that is
 * kept ready for everybody cannot stand in one of several processes.
 */
export class Elsewhere {
  /** Qualified ARNs with something provisioned, by the function's bare name. */
  readonly #provisioned = new Map<string, Set<string>>();

  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('provisioned-concurrency', ({ key, value }) => {
      const name = key.split(':')[6] ?? '';
      const arns = this.#provisioned.get(name) ?? new Set();
      if (value === undefined) arns.delete(key);
      else arns.add(key);
      if (arns.size === 0) this.#provisioned.delete(name);
      else this.#provisioned.set(name, arns);
    });
  }

  /** @param path of an Invoke, as sent. Names one of them, in whatever account */
  has(path: string): boolean {
    if (this.#provisioned.size === 0) return false;
    try {
      const named = decodeURIComponent(PATH.exec(path)?.[1] ?? '');
      return this.#provisioned.has(parseAnyReference(named, undefined, ANYBODY).name);
    } catch {
      // Not for here to judge.
      return true;
    }
  }

  clear(): void {
    this.#provisioned.clear();
  }
}
