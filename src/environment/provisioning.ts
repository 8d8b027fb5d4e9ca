import { freemem } from 'node:os';
import type { Clock } from '../model/clock.ts';
import { ServiceError } from '../model/service-error.ts';
import type { DeploymentGroup } from './deployment-group.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { ProvisionedEnvironments } from './provisioned-environments.ts';

/** What Lambda says when the function's own initialisation keeps failing. */
const INIT_FAILURE = 'FUNCTION_ERROR_INIT_FAILURE';
/** Less than this and the machine is about to kill processes. */
const SCARCE_MEMORY_BYTES = 256 * 1024 * 1024;

/** What the pool does for its provisioned environments. */
export interface ProvisioningHost {
  readonly clock: Clock;
  /** Asks for the starts the group needs. */
  readonly demand: (group: DeploymentGroup) => void;
  /** Gives the environment to whoever waits longest. */
  readonly serve: (environment: ExecutionEnvironment, group: DeploymentGroup) => void;
  readonly remove: (environment: ExecutionEnvironment, group: DeploymentGroup) => void;
  readonly onWarning: (text: string) => void;
}

/** Keeps as many environments of a deployment initialised as were asked for. */
export class Provisioning {
  readonly #host: ProvisioningHost;

  constructor(host: ProvisioningHost) {
    this.#host = host;
  }

  /** Sets how many there shall be. Those too many go, busy ones after their invocation. */
  aim(group: DeploymentGroup, target: number): void {
    const provisioned = (group.provisioned ??= new ProvisionedEnvironments());
    for (const surplus of provisioned.aim(target)) this.#host.remove(surplus, group);
    this.#host.demand(group);
  }

  /** Whether starts have to wait; whoever operates the platform is told. */
  waitsForMemory(isScarce: () => boolean): boolean {
    if (!isScarce()) return false;
    this.#host.onWarning(
      'Provisioned concurrency and SnapStart wait: the machine has too little free memory for more.',
    );
    return true;
  }

  /** An environment has initialised, or has tried to. */
  onStarted(environment: ExecutionEnvironment, group: DeploymentGroup): void {
    const { provisioned } = group;
    if (provisioned === undefined) return;
    if (environment.state !== 'idle') {
      this.#host.remove(environment, group);
      this.#fail(group, provisioned, INIT_FAILURE);
    } else if (provisioned.add(environment)) {
      group.environments.add(environment);
      provisioned.park(environment);
      this.#serveAll(group, provisioned);
    } else this.#host.remove(environment, group);
  }

  /** The platform could not start one. */
  onFailedStart(group: DeploymentGroup, error: Error): void {
    this.#host.onWarning(`Provisioned concurrency of ${group.key}: ${error.message}`);
    const { provisioned } = group;
    const reason = error instanceof ServiceError ? `${error.code}: ${error.message}` : error.message;
    if (provisioned !== undefined) this.#fail(group, provisioned, reason);
  }

  /** A provisioned environment is done with an invocation. */
  onAvailable(
    environment: ExecutionEnvironment,
    group: DeploymentGroup,
    provisioned: ProvisionedEnvironments,
  ): void {
    if (environment.state === 'idle') provisioned.losses.forget();
    if (environment.isSpent || !provisioned.keeps(environment)) this.#host.remove(environment, group);
    else if (group.waiters.length > 0 && provisioned.state.isOpen) this.#host.serve(environment, group);
    else provisioned.park(environment);
  }

  /**
   * An idle environment has lost its process. It is replaced, but not over and over at once: see `IdleLosses`. An on-demand
   * one is left to its next invocation.
   */
  onIdleLost(environment: ExecutionEnvironment, group: DeploymentGroup): void {
    const { provisioned } = group;
    if (provisioned?.has(environment) !== true) return;
    const { clock, demand, remove } = this.#host;
    provisioned.losses.add(clock, () => {
      if (group.provisioned === provisioned) demand(group);
    });
    remove(environment, group);
  }

  #fail(group: DeploymentGroup, provisioned: ProvisionedEnvironments, reason: string): void {
    for (const environment of provisioned.fail(reason)) this.#host.remove(environment, group);
  }

  /** The last one that was missing opens all of them to those who wait. */
  #serveAll(group: DeploymentGroup, provisioned: ProvisionedEnvironments): void {
    while (group.waiters.length > 0) {
      const environment = provisioned.takeIdle();
      if (environment === undefined) return;
      this.#host.serve(environment, group);
    }
  }
}

/** Only Linux tells what processes could still get. */
export function memoryIsScarce(): boolean {
  return process.platform === 'linux' && freemem() < SCARCE_MEMORY_BYTES;
}
