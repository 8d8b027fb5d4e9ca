import { FUNCTION_CHANGES } from '../../invoke/function-directory.ts';
import { storedFunctions, storedPolicies, storedProvisions } from '../../invoke/stored-changes.ts';
import { storedIdentities } from '../../services/iam/directory/identity-directory.ts';
import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';

/** What invokes depend on. */
const KINDS = [...FUNCTION_CHANGES, 'resource-policy', 'provisioned-concurrency', 'iam-entity'];

/** Everything stored that workers have to know, kept at hand for the next one that starts. */
export class Replica {
  /** By kind, then by key. */
  readonly #values = new Map<string, Map<string, Change>>();
  readonly #onChange: (change: Change) => void;

  /** @param onChange told of every change from now on */
  constructor(onChange: (change: Change) => void) {
    this.#onChange = onChange;
  }

  async open(store: Store): Promise<void> {
    /** What has changed while the rest was being read is newer than what was read. */
    const changed = new Set<string>();
    let isOpening = true;
    const follow = (change: Change): void => {
      if (isOpening) changed.add(nameOf(change));
      this.#apply(change, true);
    };
    const stops = KINDS.map((kind) => store.changes.subscribe(kind, follow));
    try {
      for (const stored of [storedFunctions, storedPolicies, storedProvisions, storedIdentities])
        for (const change of await stored(store))
          if (!changed.has(nameOf(change))) this.#apply(change, false);
    } catch (error) {
      for (const stop of stops) stop();
      throw error;
    } finally {
      isOpening = false;
      changed.clear();
    }
  }

  /** As the changes that would make it. */
  all(): Change[] {
    return [...this.#values.values()].flatMap((values) => [...values.values()]);
  }

  clear(): void {
    this.#values.clear();
  }

  #apply(change: Change, isNew: boolean): void {
    const { kind, key, value } = change;
    const values = this.#values.get(kind) ?? new Map<string, Change>();
    this.#values.set(kind, values);
    if (value === undefined) values.delete(key);
    else values.set(key, change);
    if (isNew) this.#onChange(change);
  }
}

function nameOf({ kind, key }: Change): string {
  return `${kind} ${key}`;
}
