import type { FunctionVersion } from '../model/function-version.ts';
import type { SnapshotOutcome } from '../model/snapshot-outcome.ts';
import type { ChangeFeed } from '../store/change-feed.ts';
import type { FunctionDirectory } from './function-directory.ts';

/** The part of the environment pool that has environments wait to be restored. */
export interface SnapshotPool {
  publish(version: FunctionVersion): Promise<SnapshotOutcome>;
  keepSnapshot(version: FunctionVersion): void;
}

/**
 * Initialises versions with SnapStart: when they are published, and after a start of the platform, whose environments
 * went with the one before.
 */
export class SnapStart {
  readonly #directory: Pick<FunctionDirectory, 'has' | 'withSnapStart'>;
  readonly #pool: SnapshotPool;
  readonly #begun = Promise.withResolvers<void>();
  #hasBegun = false;

  constructor(directory: Pick<FunctionDirectory, 'has' | 'withSnapStart'>, pool: SnapshotPool) {
    this.#directory = directory;
    this.#pool = pool;
  }

  /** Keeps one waiting of what other platforms publish, too. To be called after the directory has followed. */
  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('function', ({ key, isElsewhere }) => {
      if (!isElsewhere || !this.#hasBegun) return;
      for (const version of this.#directory.withSnapStart())
        if (`${version.functionArn}:${version.version}` === key) this.#pool.keepSnapshot(version);
    });
  }

  /** Starts environments from now on: they need to know the port that the platform listens on. */
  begin(): void {
    for (const version of this.#directory.withSnapStart()) this.#pool.keepSnapshot(version);
    this.#hasBegun = true;
    this.#begun.resolve();
  }

  /** The pool is closed: nobody waits for a beginning any more. */
  close(): void {
    this.#begun.resolve();
  }

  async publish(version: FunctionVersion): Promise<SnapshotOutcome> {
    await this.#begun.promise;
    // Deleted while its code was unpacked: nobody would ever end what waited for it.
    if (!this.#directory.has(version)) return 'abandoned';
    return await this.#pool.publish(version);
  }
}
