import { snapStartFailed } from '../model/lambda-errors.ts';
import type { DeploymentGroup } from './deployment-group.ts';
import type { EnvironmentFactory } from './environment-factory.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import type { FunctionFailure } from './function-failure.ts';
import type { InitializationType } from './initialization-type.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { Provisioning } from './provisioning.ts';
import type { Removals } from './removals.ts';
import type { RoomForStarts } from './room-for-starts.ts';
import type { Snapshots } from './snap-start/snapshots.ts';

export interface EnvironmentStartsHost {
  readonly factory: () => EnvironmentFactory;
  readonly room: RoomForStarts;
  readonly lifetimes: Lifetimes;
  readonly removals: Removals;
  readonly provisioning: Provisioning;
  readonly snapshots: Snapshots;
  readonly onAvailable: (
    environment: ExecutionEnvironment,
    group: DeploymentGroup,
    tookMs: number | undefined,
  ) => void;
  /** Nobody gets an environment of an on-demand start. */
  readonly onFailed: (group: DeploymentGroup, error: Error) => void;
}

/** Starts environments, each for what it is meant for; what was started before all are ended does not come into use after. */
export class EnvironmentStarts {
  readonly #host: EnvironmentStartsHost;
  /** Those that are not in use for the first time yet. */
  readonly #starting = new Set<ExecutionEnvironment>();
  /** Raised by `abandon`. */
  #epoch = 0;

  constructor(host: EnvironmentStartsHost) {
    this.#host = host;
  }

  /** Ends those that are starting. */
  abandon(): void {
    this.#epoch += 1;
    for (const environment of this.#starting) void this.#host.removals.remove(environment);
  }

  /** @param type what it is for, which with SnapStart is not how it comes to be */
  async start(group: DeploymentGroup, type: InitializationType): Promise<void> {
    const { removals } = this.#host;
    const epoch = this.#epoch;
    let environment = type === 'on-demand' ? group.snapshots?.take() : undefined;
    const isNew = environment === undefined;
    try {
      environment ??= await this.#create(group, type);
      this.#starting.add(environment);
      const failure = isNew && epoch === this.#epoch ? await environment.start() : undefined;
      if (isNew) this.#host.lifetimes.begin(environment);
      const isToRestore = type === 'on-demand' && group.snapshots !== undefined;
      if (isToRestore && epoch === this.#epoch) {
        if (failure !== undefined) throw snapStartFailed('The initialization');
        await environment.restore();
        group.snapshots.restored();
      }
      this.#starting.delete(environment);
      if (epoch !== this.#epoch) await removals.remove(environment);
      else this.#begin(environment, group, type, failure);
    } catch (error) {
      if (environment !== undefined) {
        this.#starting.delete(environment);
        group.environments.delete(environment);
      }
      if (epoch === this.#epoch) this.#fail(group, type, error as Error);
      // Nobody waits for its extensions' last work.
      void removals.remove(environment);
    }
  }

  async #create(group: DeploymentGroup, type: InitializationType): Promise<ExecutionEnvironment> {
    const { factory, onAvailable, provisioning, room, snapshots } = this.#host;
    await room.make();
    const { version, isTroubled } = group;
    const comesToBe = group.snapshots === undefined ? type : 'snap-start';
    return await factory().create(version, comesToBe, isTroubled, {
      onAvailable: (free, tookMs) => onAvailable(free, group, tookMs),
      onIdleLost: (lost) => {
        if (group.snapshots === undefined) provisioning.onIdleLost(lost, group);
        else snapshots.onIdleLost(lost, group);
      },
    });
  }

  #begin(
    environment: ExecutionEnvironment,
    group: DeploymentGroup,
    type: InitializationType,
    failure: FunctionFailure | undefined,
  ): void {
    const { onAvailable, provisioning, snapshots } = this.#host;
    if (type === 'snap-start') snapshots.onStarted(environment, group, failure);
    else if (type === 'on-demand') {
      group.environments.add(environment);
      onAvailable(environment, group, undefined);
    } else provisioning.onStarted(environment, group);
  }

  #fail(group: DeploymentGroup, type: InitializationType, error: Error): void {
    const { onFailed, provisioning, snapshots } = this.#host;
    if (type === 'snap-start') snapshots.onFailedStart(group, error);
    else if (type === 'on-demand') onFailed(group, error);
    else provisioning.onFailedStart(group, error);
  }
}
