import { type CompiledPolicy, compilePolicy } from '../model/policy/evaluate-policy.ts';
import type { PolicyDocument } from '../model/policy/policy-document.ts';
import type { Change, ChangeFeed } from '../store/change-feed.ts';
import type { Store } from '../store/store.ts';
import { storedPolicies } from './stored-changes.ts';

/**
 * Every resource policy in memory, ready to be asked, so that no request reads the database for a permission. Fed by
 * the change feed, which delivers before the write is acknowledged: a permission given or taken away counts at once.
 */
export class PolicyDirectory {
  /** By the ARN of the resource, with its qualifier. */
  readonly #policies = new Map<string, CompiledPolicy>();
  #denying = 0;
  #generation = 0;

  /** Follows the store and loads what is there. Resolves when the directory is complete. */
  async open(store: Store): Promise<void> {
    this.follow(store.changes);
    for (const change of await storedPolicies(store)) this.#apply(change);
  }

  /** Takes over every change from now on. */
  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('resource-policy', (change) => this.#apply(change));
  }

  /** Whether any policy denies anything to anyone. */
  get hasDeny(): boolean {
    return this.#denying > 0;
  }

  /** Another number after each change of any policy. */
  get generation(): number {
    return this.#generation;
  }

  clear(): void {
    this.#generation += 1;
    this.#policies.clear();
    this.#denying = 0;
  }

  find(resourceArn: string): CompiledPolicy | undefined {
    return this.#policies.get(resourceArn);
  }

  #apply({ key, value }: Change): void {
    this.#generation += 1;
    if (this.#policies.get(key)?.hasDeny === true) this.#denying -= 1;
    this.#policies.delete(key);
    if (value === undefined) return;
    const policy = compilePolicy(value as PolicyDocument);
    this.#policies.set(key, policy);
    if (policy.hasDeny) this.#denying += 1;
  }
}
