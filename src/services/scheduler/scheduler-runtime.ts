import type { DeliveryQueue } from '../../delivery/delivery-queue.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../model/clock.ts';
import type { ServiceRoles } from '../../model/service-roles.ts';
import { RunHandler, type RunPorts } from './run-handler.ts';
import { ScheduleRunner } from './schedule-runner.ts';
import { SENDER } from './scheduled-run.ts';
import type { SchedulerDependencies } from './scheduler-dependencies.ts';

interface SchedulerOptions extends RunPorts {
  readonly store: Store;
  readonly deliveries: DeliveryQueue;
}

/** What Scheduler runs by itself, and its side of the deliveries. */
export class SchedulerRuntime implements SchedulerDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly roles: ServiceRoles;
  readonly #runner: ScheduleRunner;

  constructor(options: SchedulerOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.roles = options.roles;
    this.#runner = new ScheduleRunner(options);
    options.deliveries.register(SENDER, new RunHandler(options));
  }

  start(): void {
    this.#runner.start();
  }

  async stop(): Promise<void> {
    await this.#runner.stop();
  }
}
