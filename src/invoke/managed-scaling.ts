import type { FunctionVersion } from '../model/function-version.ts';
import type { EnvironmentScaling } from '../model/managed-instances.ts';
import type { FunctionRecord } from '../model/stored-function.ts';
import type { ChangeFeed } from '../store/change-feed.ts';
import type { FunctionDirectory } from './function-directory.ts';

/** The part of the environments that versions on managed instances say the number of. */
export interface ScaledPool {
  scale(version: FunctionVersion, scaling: EnvironmentScaling): void;
}

/** Makes the environments on managed instances follow what PutFunctionScalingConfig has stored. */
export class ManagedScaling {
  readonly #directory: Pick<FunctionDirectory, 'targets' | 'withScaling'>;
  readonly #pool: ScaledPool;
  /** What the pool was told. */
  readonly #known = new WeakMap<FunctionVersion, EnvironmentScaling>();
  #hasBegun = false;

  constructor(directory: Pick<FunctionDirectory, 'targets' | 'withScaling'>, pool: ScaledPool) {
    this.#directory = directory;
    this.#pool = pool;
  }

  /** To be called after the directory has followed. */
  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('function', ({ key, value }) => {
      const { current } = (value ?? {}) as Partial<FunctionRecord>;
      if (!this.#hasBegun || current?.managed === undefined) return;
      const at = key.lastIndexOf(':');
      const { main } = this.#directory.targets(key.slice(0, at), key.slice(at + 1));
      if (main !== undefined) this.#apply(main, current.managed.scaling);
    });
  }

  /** Starts environments from now on: they need to know the port that the platform listens on. */
  begin(): void {
    this.#hasBegun = true;
    for (const { version, scaling } of this.#directory.withScaling()) this.#apply(version, scaling);
  }

  #apply(version: FunctionVersion, { minEnvironments, maxEnvironments }: EnvironmentScaling = {}): void {
    const before = this.#known.get(version) ?? {};
    if (before.minEnvironments === minEnvironments && before.maxEnvironments === maxEnvironments) return;
    const scaling = {
      ...(minEnvironments !== undefined && { minEnvironments }),
      ...(maxEnvironments !== undefined && { maxEnvironments }),
    };
    this.#known.set(version, scaling);
    this.#pool.scale(version, scaling);
  }
}
