import type { FunctionVersion } from '../model/function-version.ts';
import { DeploymentGroup } from './deployment-group.ts';
import { deploymentKey } from './deployment-key.ts';

/** The environments of a pool by deployment, and by tenant where a function's environments are never shared between them. */
export class DeploymentGroups {
  readonly #groups = new Map<string, DeploymentGroup>();
  /** The same, found without building a key. */
  readonly #ofVersion = new WeakMap<FunctionVersion, DeploymentGroup>();
  readonly #tenantLimit: number;
  #tenants = 0;

  /** @param tenantLimit of tenants that have environments at once */
  constructor(tenantLimit: number) {
    this.#tenantLimit = tenantLimit;
  }

  values(): Iterable<DeploymentGroup> {
    return this.#groups.values();
  }

  /** The last there was, or a new one: it may have been removed. */
  of(version: FunctionVersion): DeploymentGroup {
    return this.#ofVersion.get(version) ?? this.living(version);
  }

  known(version: FunctionVersion): DeploymentGroup | undefined {
    return this.#ofVersion.get(version);
  }

  /** Of one tenant; undefined when too many others have environments. */
  ofTenant(version: FunctionVersion, tenantId: string): DeploymentGroup | undefined {
    const found = this.#groups.get(deploymentKey(version, tenantId));
    if (found !== undefined) return found;
    return this.#tenants < this.#tenantLimit ? this.living({ ...version, tenantId }) : undefined;
  }

  /** One that has not been removed. */
  living(version: FunctionVersion): DeploymentGroup {
    const key = deploymentKey(version);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new DeploymentGroup(key, version);
      this.#groups.set(key, group);
      if (version.tenantId !== undefined) this.#tenants += 1;
    }
    this.#ofVersion.set(version, group);
    return group;
  }

  dropIfEmpty(group: DeploymentGroup): void {
    if (!group.isEmpty() || this.#groups.get(group.key) !== group) return;
    group.isRemoved = true;
    this.#groups.delete(group.key);
    if (group.version.tenantId !== undefined) this.#tenants -= 1;
  }

  /** @returns those there were */
  takeAll(): DeploymentGroup[] {
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    this.#tenants = 0;
    return groups;
  }
}
