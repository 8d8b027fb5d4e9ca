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

/** When a rule is due next, by the schedule it had when that was worked out. */
interface NextTime {
  readonly expression: string | undefined;
  readonly atMs: number;
}

/** Sets off the rules with schedules, each at its instants. One appointment with the clock, for the first of them. */
export class RuleSchedules {
  readonly #options: SchedulesOptions;
  #isStarted = false;
  /** By the ARN of each rule that is switched on. */
  #next = new Map<string, NextTime>();
  #cancel: () => void = () => undefined;

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  /** What would have been due while no platform ran is not made up for. */
  start(): void {
    this.#isStarted = true;
    this.#next.clear();
    this.arm();
  }

  stop(): void {
    this.#isStarted = false;
    this.#cancel();
  }

  /** After every change of a rule. What is new, switched on or has another schedule is due from now on. */
  arm(): void {
    if (!this.#isStarted) return;
    this.#cancel();
    const { clock, directory } = this.#options;
    const nowMs = clock.now();
    const before = this.#next;
    this.#next = new Map();
    let firstMs = Infinity;
    for (const rule of directory.scheduled()) {
      const known = before.get(rule.arn);
      const isKnown = known !== undefined && known.expression === rule.scheduleExpression;
      const next = isKnown ? known : { expression: rule.scheduleExpression, atMs: nextOf(rule, nowMs) };
      this.#next.set(rule.arn, next);
      firstMs = Math.min(firstMs, next.atMs);
    }
    if (firstMs === Infinity) return;
    this.#cancel = clock.schedule(firstMs - nowMs, async () => await this.#fireDue());
  }

  async #fireDue(): Promise<void> {
    const { clock, directory } = this.#options;
    const nowMs = clock.now();
    const due: [LiveRule, number][] = [];
    for (const rule of directory.scheduled()) {
      const next = this.#next.get(rule.arn);
      if (next === undefined || next.atMs > nowMs) continue;
      due.push([rule, next.atMs]);
      this.#next.set(rule.arn, { ...next, atMs: nextOf(rule, nowMs) });
    }
    this.arm();
    await Promise.all(due.map(async ([rule, atMs]) => await this.#fire(rule, atMs)));
  }

  async #fire(rule: LiveRule, atMs: number): Promise<void> {
    const { router, onNotice } = this.#options;
    try {
      await router.fire(
        rule,
        {
          version: '0',
          id: randomUUID(),
          'detail-type': 'Scheduled Event',
          source: 'aws.events',
          account: rule.bus.accountId,
          time: eventTime(atMs),
          region: rule.bus.region,
          resources: [rule.arn],
          detail: {},
        },
        atMs,
      );
    } catch (error) {
      onNotice(`The rule ${rule.arn} could not be set off: ${String(error)}`);
    }
  }
}

/** Rules follow the clock of UTC. Infinity: it is not due again. */
function nextOf({ schedule, createdAtMs }: LiveRule, afterMs: number): number {
  if (schedule === undefined) return Infinity;
  return nextInstant(schedule, afterMs, { timeZone: 'UTC', anchorMs: createdAtMs }) ?? Infinity;
}
