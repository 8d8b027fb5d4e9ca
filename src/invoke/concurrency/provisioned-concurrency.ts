import type { ProvisionedState } from '../../environment/provisioned-environments.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import {
  type ProvisionedStatus,
  secondShare,
  type StoredProvisionedConcurrency,
} from '../../model/provisioned-concurrency.ts';
import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import type { AccountConcurrency } from './account-concurrency.ts';
import { utilizationOf } from './unit-usage.ts';
import type { FunctionDirectory } from '../function-directory.ts';
import { storedProvisions } from '../stored-changes.ts';

/** The part of the environment pool that keeps environments ready. */
export interface ProvisioningPool {
  provision(version: FunctionVersion, target: number): void;
  provisionedState(version: FunctionVersion): ProvisionedState | undefined;
}

export interface ProvisionedConcurrencyParts {
  readonly directory: Pick<FunctionDirectory, 'targets'>;
  readonly concurrency: Pick<AccountConcurrency, 'provision' | 'takeUsage'>;
  readonly pool: ProvisioningPool;
}

/** Environments of one version, out of what a version or alias has provisioned. */
interface Share {
  readonly version: FunctionVersion;
  readonly units: number;
}

/** What one function has provisioned. */
interface Entry {
  readonly arn: string;
  /** By qualifier. */
  readonly configs: Map<string, StoredProvisionedConcurrency>;
  readonly shares: Map<string, readonly Share[]>;
  /** What the pool was last asked for. */
  targets: ReadonlyMap<FunctionVersion, number>;
}

/**
 * Makes the environments follow what is stored: whenever provisioned concurrency, an alias or a version changes, the
 * pool is told how many environments of which version to keep, and admission how many units that gives it.
 */
export class ProvisionedConcurrency {
  readonly #parts: ProvisionedConcurrencyParts;
  /** By function ARN. */
  readonly #entries = new Map<string, Entry>();
  #hasBegun = false;

  constructor(parts: ProvisionedConcurrencyParts) {
    this.#parts = parts;
  }

  /** Follows the store and loads what is there. To be called after the directory has done so. */
  async open(store: Store): Promise<void> {
    store.changes.subscribe('provisioned-concurrency', (change) => this.#apply(change));
    for (const kind of ['alias', 'function']) {
      store.changes.subscribe(kind, ({ key }) => {
        const entry = this.#entries.get(takenApart(key).arn);
        if (entry !== undefined) this.#converge(entry, false);
      });
    }
    for (const change of await storedProvisions(store)) this.#apply(change);
  }

  /** Starts environments from now on: they need to know the port that the platform listens on. */
  begin(): void {
    this.#hasBegun = true;
    for (const entry of this.#entries.values()) this.#converge(entry, true);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Undefined when nothing is provisioned for the version or alias. */
  status(qualifiedArn: string): ProvisionedStatus | undefined {
    const { arn, qualifier } = takenApart(qualifiedArn);
    const entry = this.#entries.get(arn);
    const config = entry?.configs.get(qualifier);
    if (config === undefined) return undefined;
    const shares = entry?.shares.get(qualifier) ?? [];
    return statusOf(config.requested, shares, (version) => this.#parts.pool.provisionedState(version));
  }

  /**
   * Share of the provisioned units in use since this was last asked, 0 to 1: the average over invocations, or what it is
   * now when none came. Undefined when nothing runs and nothing came.
   */
  takeUtilization(qualifiedArn: string): number | undefined {
    const { arn, qualifier } = takenApart(qualifiedArn);
    const shares = this.#entries.get(arn)?.shares.get(qualifier) ?? [];
    const usages = shares.flatMap(
      ({ version }) => this.#parts.concurrency.takeUsage(arn, version.version) ?? [],
    );
    return utilizationOf(usages);
  }

  #apply({ key, value }: Change): void {
    const { arn, qualifier } = takenApart(key);
    const entry = this.#entries.get(arn) ?? {
      arn,
      configs: new Map(),
      shares: new Map(),
      targets: new Map(),
    };
    this.#entries.set(arn, entry);
    if (value === undefined) entry.configs.delete(qualifier);
    else entry.configs.set(qualifier, value as StoredProvisionedConcurrency);
    this.#converge(entry, value !== undefined);
    if (entry.configs.size === 0) this.#entries.delete(arn);
  }

  /** @param afresh also tries again what has failed */
  #converge(entry: Entry, afresh: boolean): void {
    const targets = new Map<FunctionVersion, number>();
    let total = 0;
    entry.shares.clear();
    for (const [qualifier, { requested }] of entry.configs) {
      const shares = this.#divide(entry.arn, qualifier, requested);
      entry.shares.set(qualifier, shares);
      for (const { version, units } of shares) targets.set(version, (targets.get(version) ?? 0) + units);
      total += requested;
    }
    const units = new Map([...targets].map(([version, target]) => [version.version, target]));
    this.#parts.concurrency.provision(entry.arn, total, units);
    if (!this.#hasBegun) return;
    for (const version of entry.targets.keys()) {
      if (!targets.has(version)) this.#parts.pool.provision(version, 0);
    }
    for (const [version, target] of targets) {
      if (afresh || entry.targets.get(version) !== target) this.#parts.pool.provision(version, target);
    }
    entry.targets = targets;
  }

  /** A version that cannot be invoked yet gets its share when it can. */
  #divide(arn: string, qualifier: string, requested: number): Share[] {
    const { main, second, secondWeight } = this.#parts.directory.targets(arn, qualifier);
    const ofSecond = secondShare(requested, secondWeight);
    const shares: Share[] = [];
    if (main !== undefined && requested > ofSecond)
      shares.push({ version: main, units: requested - ofSecond });
    if (second !== undefined && ofSecond > 0) shares.push({ version: second, units: ofSecond });
    return shares;
  }
}

function statusOf(
  requested: number,
  shares: readonly Share[],
  stateOf: (version: FunctionVersion) => ProvisionedState | undefined,
): ProvisionedStatus {
  let missing = requested;
  let allocated = 0;
  let available = 0;
  let reason: string | undefined;
  for (const { version, units } of shares) {
    const state = stateOf(version);
    const ready = Math.min(units, state?.ready ?? 0);
    // One that died and is being replaced is still allocated; one that cannot be replaced is not.
    const isHeld = state?.isComplete === true && state.failure === undefined;
    allocated += isHeld ? units : ready;
    if (state?.isOpen === true) available += ready;
    if (state?.isComplete === true) missing -= units;
    reason ??= state?.failure;
  }
  const progress = missing === 0 ? 'READY' : 'IN_PROGRESS';
  return { allocated, available, status: reason === undefined ? progress : 'FAILED', reason };
}

function takenApart(qualifiedArn: string): { arn: string; qualifier: string } {
  const end = qualifiedArn.lastIndexOf(':');
  return { arn: qualifiedArn.slice(0, end), qualifier: qualifiedArn.slice(end + 1) };
}
