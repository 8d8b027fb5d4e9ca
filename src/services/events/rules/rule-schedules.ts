import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../model/clock.ts';
import { nextInstant } from '../../../model/schedule/schedule.ts';
import type { EventsDirectory } from '../events-directory.ts';
import type { EventRouter } from '../publishing/event-router.ts';
import { eventTime } from '../publishing/platform-event.ts';
import type { LiveRule } from './stored-rule.ts';

interface SchedulesOptions {
  readonly clock: Clock;
  readonly directory: EventsDirectory;
  readonly router: EventRouter;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** Sets off the rules with schedules, each at its instants. One appointment with the clock, for the first of them. */
export class RuleSchedules {
  readonly #options: SchedulesOptions;
  #isStarted = false;
  /** All that was due until then has been set off. */
  #doneUntilMs = 0;
  #cancel: () => void = () => undefined;

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  /** What would have been due while no platform ran is not made up for. */
  start(): void {
    this.#isStarted = true;
    this.#doneUntilMs = this.#options.clock.now();
    this.arm();
  }

  stop(): void {
    this.#isStarted = false;
    this.#cancel();
  }

  /** After every change of a rule. */
  arm(): void {
    if (!this.#isStarted) return;
    this.#cancel();
    const { clock, directory } = this.#options;
    let firstMs = Infinity;
    for (const rule of directory.scheduled()) {
      firstMs = Math.min(firstMs, nextOf(rule, this.#doneUntilMs) ?? Infinity);
    }
    if (firstMs === Infinity) return;
    this.#cancel = clock.schedule(firstMs - clock.now(), async () => await this.#fireDue());
  }

  async #fireDue(): Promise<void> {
    const { clock, directory } = this.#options;
    const sinceMs = this.#doneUntilMs;
    const nowMs = clock.now();
    this.#doneUntilMs = nowMs;
    const due: [LiveRule, number][] = [];
    for (const rule of directory.scheduled()) {
      const atMs = nextOf(rule, sinceMs);
      if (atMs !== undefined && atMs <= nowMs) due.push([rule, atMs]);
    }
    this.arm();
    await Promise.all(due.map(async ([rule, atMs]) => await this.#fire(rule, atMs)));
  }

  async #fire(rule: LiveRule, atMs: number): Promise<void> {
    const { router, onNotice } = this.#options;
    try {
      await router.fire(rule, {
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: rule.bus.accountId,
        time: eventTime(atMs),
        region: rule.bus.region,
        resources: [rule.arn],
        detail: {},
      });
    } catch (error) {
      onNotice(`The rule ${rule.arn} could not be set off: ${String(error)}`);
    }
  }
}

/** Rules follow the clock of UTC. */
function nextOf({ schedule, createdAtMs }: LiveRule, afterMs: number): number | undefined {
  if (schedule === undefined) return undefined;
  return nextInstant(schedule, afterMs, { timeZone: 'UTC', anchorMs: createdAtMs });
}
