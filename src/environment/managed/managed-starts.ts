import { serviceException } from '../../model/lambda-errors.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { EnvironmentFactory } from '../environment-factory.ts';
import type { FunctionFailure } from '../function-failure.ts';
import type { Removals } from '../removals.ts';
import type { RoomForStarts } from '../room-for-starts.ts';
import type { ManagedGroup } from './managed-group.ts';
import type { SharedEnvironment } from './shared-environment.ts';

type Told = (group: ManagedGroup, environment: SharedEnvironment) => void;

export interface ManagedStartsHost {
  readonly factory: EnvironmentFactory;
  readonly room: Pick<RoomForStarts, 'make'>;
  readonly removals: Removals;
  /** It has initialised. */
  readonly onBegun: Told;
  /** It is done with an invocation. */
  readonly onAvailable: Told;
  /** It has ended while it had nothing to do. */
  readonly onIdleLost: Told;
  /** One could not begin. */
  readonly onFailed: (group: ManagedGroup) => void;
}

/** Starts environments; what was started before all are ended does not come into use after. */
export class ManagedStarts {
  readonly #host: ManagedStartsHost;
  readonly #initialising = new Set<SharedEnvironment>();
  readonly #underWay = new Set<Promise<void>>();
  /** Raised by `abandon`. */
  #epoch = 0;

  constructor(host: ManagedStartsHost) {
    this.#host = host;
  }

  /** Ends those that are starting. Resolves when they have ended. */
  async abandon(): Promise<void> {
    this.#epoch += 1;
    for (const environment of this.#initialising) void this.#host.removals.remove(environment);
    await Promise.all(this.#underWay);
  }

  /** Never rejects: those who wait for it hear what went wrong. */
  async start(group: ManagedGroup): Promise<void> {
    const starting = this.#start(group, group.places);
    this.#underWay.add(starting);
    await starting;
    this.#underWay.delete(starting);
  }

  async #start(group: ManagedGroup, places: number): Promise<void> {
    const { onBegun, onFailed, removals } = this.#host;
    const epoch = this.#epoch;
    let environment: SharedEnvironment | undefined;
    try {
      environment = await this.#create(group, places);
      const failure = epoch === this.#epoch ? await this.#initialise(environment) : undefined;
      if (epoch !== this.#epoch) await removals.remove(environment);
      else if (failure === undefined) onBegun(group, environment);
      else {
        onFailed(group);
        for (const { invocation, resolve } of group.waiters.splice(0, places))
          resolve({ payload: failure.payload(invocation.requestId), functionError: 'Unhandled' });
        // Nobody waits for its extensions' last work.
        void removals.remove(environment);
      }
    } catch (error) {
      if (epoch === this.#epoch) onFailed(group);
      void removals.remove(environment);
      const shown = error instanceof ServiceError ? error : serviceException((error as Error).message);
      for (const { reject } of group.waiters.splice(0, places)) reject(shown);
    }
  }

  async #create(group: ManagedGroup, places: number): Promise<SharedEnvironment> {
    const { factory, onAvailable, onIdleLost, room } = this.#host;
    await room.make();
    return await factory.createShared(group.version, places, {
      onAvailable: (free) => onAvailable(group, free),
      onIdleLost: (lost) => onIdleLost(group, lost),
    });
  }

  async #initialise(environment: SharedEnvironment): Promise<FunctionFailure | undefined> {
    this.#initialising.add(environment);
    try {
      return await environment.start();
    } finally {
      this.#initialising.delete(environment);
    }
  }
}
