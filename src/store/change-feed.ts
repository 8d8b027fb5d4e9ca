/** Something that was written: what kind of thing, and which one. Listeners read the new state from the store. */
export interface Change {
  /** e.g. `function`, `log-group` */
  readonly kind: string;
  /** Names the thing within its kind; for AWS resources their ARN. */
  readonly key: string;
  /** The new state as the writer knows it, so that a listener need not read it back; absent when it was deleted. */
  readonly value?: unknown;
  /**
   * What platforms that share the database are told instead of the value, where that is no plain JSON; null: they read it
   * themselves when they need it.
   */
  readonly shared?: unknown;
  /** Another platform wrote it. Work that it asks for is that platform's. */
  readonly isElsewhere?: true;
}

/** The kind of the one change that a reset is: nothing is as it was. */
export const RESET_CHANGE = 'store-reset';

export type ChangeListener = (change: Change) => void;

/** Tells listeners of committed changes, in commit order, in this process; others' changes when they are heard of. */
export class ChangeFeed {
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  readonly #onListenerError: (error: unknown) => void;
  readonly #followers = new Set<() => Promise<void>>();

  /** @param onListenerError hears of a listener that threw; the others are still told */
  constructor(onListenerError: (error: unknown) => void = () => {}) {
    this.#onListenerError = onListenerError;
  }

  /** Listens to one kind of change. Returns a function that stops it. A listener must not throw and not block. */
  subscribe(kind: string, listener: ChangeListener): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /**
   * Somebody follows in a process of its own and needs a moment: what was published is acknowledged to its writer only
   * when this resolves. It must not reject.
   */
  waitFor(follower: () => Promise<void>): void {
    this.#followers.add(follower);
  }

  /** Resolves when all that was published so far has arrived everywhere. */
  async arrived(): Promise<void> {
    for (const follower of this.#followers) await follower();
  }

  /** For the store only: called after a commit. */
  publish(changes: readonly Change[]): void {
    for (const change of changes) {
      for (const listener of this.#listeners.get(change.kind) ?? []) this.#tell(listener, change);
    }
  }

  #tell(listener: ChangeListener, change: Change): void {
    try {
      listener(change);
    } catch (error) {
      this.#onListenerError(error);
    }
  }
}
