import { momentsShown, wallClock } from '../support/calendar.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import { queueArn } from './sinks.ts';
import type { World } from './world.ts';

/** When something is due, from its creation up to an end. */
type Moments = (fromMs: number, untilMs: number) => number[];

interface LiveSchedule {
  readonly name: string;
  readonly place: 'scheduled' | 'ticks' | 'accepted by billing';
  readonly createdAtMs: number;
  readonly windowMs: number;
  readonly moments: Moments;
}

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const;
const HOUR_MS = 3_600_000;

/** Schedules of Scheduler and rules of EventBridge that come and go, and when each of them should have been due. */
export class Schedules {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #ledger: Ledger;
  /** When what is due then is accepted by a function that is sometimes out of reach. */
  readonly #reached: (dueMs: number) => number;
  #live: LiveSchedule[] = [];
  #count = 0;

  constructor(world: World, chance: Chance, ledger: Ledger, reached: (dueMs: number) => number) {
    this.#world = world;
    this.#chance = chance;
    this.#ledger = ledger;
    this.#reached = reached;
  }

  async step(): Promise<void> {
    const isFull = this.#live.length >= 6;
    if (isFull || (this.#live.length > 0 && this.#chance.is(0.2))) await this.#remove();
    else if (this.#chance.is(0.3)) await this.#createRule();
    else await this.#createSchedule();
  }

  async close(): Promise<void> {
    while (this.#live.length > 0) await this.#remove();
  }

  async #createSchedule(): Promise<void> {
    const name = `schedule-${(this.#count += 1)}`;
    const createdAtMs = this.#world.clock.now();
    const timeZone = this.#chance.pick(ZONES);
    const { expression, moments } = this.#anyExpression(createdAtMs, timeZone);
    const minutes = this.#chance.is(0.3) ? 1 + this.#chance.below(30) : 0;
    const isForFunction = minutes === 0 && this.#chance.is(0.3);
    await this.#world.call('scheduler', 'CreateSchedule', {
      Name: name,
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: timeZone,
      FlexibleTimeWindow:
        minutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: minutes },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: isForFunction ? 'arn:aws:lambda:us-east-1:000000000000:function:billing' : queueArn('scheduled'),
        RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
        Input: `{"token":"${name} <aws.scheduler.scheduled-time>"}`,
      },
    });
    const place = isForFunction ? 'accepted by billing' : 'scheduled';
    this.#live.push({ name, place, createdAtMs, windowMs: minutes * 60_000, moments });
  }

  async #createRule(): Promise<void> {
    const name = `rule-${(this.#count += 1)}`;
    const createdAtMs = this.#world.clock.now();
    const { expression, moments } = this.#chance.is(0.5)
      ? this.#rate(createdAtMs)
      : this.#daily(this.#quarter(), 'UTC');
    await this.#world.call('events', 'PutRule', { Name: name, ScheduleExpression: expression });
    const InputTransformer = {
      InputPathsMap: { time: '$.time' },
      InputTemplate: `{"token":"${name} <time>"}`,
    };
    const Targets = [{ Id: 'queue', Arn: queueArn('ticks'), InputTransformer }];
    await this.#world.call('events', 'PutTargets', { Rule: name, Targets });
    this.#live.push({ name, place: 'ticks', createdAtMs, windowMs: 0, moments });
  }

  /** From now on nothing of it may be due; what was is written down. */
  async #remove(): Promise<void> {
    const index = this.#chance.below(this.#live.length);
    const [gone] = this.#live.splice(index, 1);
    if (gone === undefined) return;
    const { name, place, createdAtMs, windowMs, moments } = gone;
    const nowMs = this.#world.clock.now();
    const due = moments(createdAtMs, nowMs);
    if (place === 'ticks') {
      await this.#world.call('events', 'RemoveTargets', { Rule: name, Ids: ['queue'] });
      await this.#world.call('events', 'DeleteRule', { Name: name });
    } else await this.#removeSchedule(name, due, moments);
    for (const dueMs of due) {
      const what = `${name} ${new Date(dueMs).toISOString().slice(0, 19)}Z`;
      const fromMs = place === 'accepted by billing' ? this.#reached(dueMs) : dueMs;
      this.#ledger.expect(place, what, fromMs, fromMs + windowMs);
    }
  }

  /** One that was due for the last time is gone by itself. */
  async #removeSchedule(name: string, due: readonly number[], moments: Moments): Promise<void> {
    const isOver = due.length > 0 && moments(due.at(-1) ?? 0, Infinity).length === 0;
    const { Schedules: found } = await this.#world.call<{ Schedules: { Name: string }[] }>(
      'scheduler',
      'ListSchedules',
      { NamePrefix: name },
    );
    const isThere = found.some(({ Name }) => Name === name);
    if (isThere === isOver) throw new Error(`${name} is ${isThere ? 'still there' : 'gone'}`);
    if (isThere) await this.#world.call('scheduler', 'DeleteSchedule', { Name: name });
  }

  #anyExpression(createdAtMs: number, timeZone: string): { expression: string; moments: Moments } {
    const kind = this.#chance.pick(['rate', 'daily', 'daily', 'once']);
    if (kind === 'rate') return this.#rate(createdAtMs);
    return kind === 'daily' ? this.#daily(this.#quarter(), timeZone) : this.#once(createdAtMs, timeZone);
  }

  #rate(createdAtMs: number): { expression: string; moments: Moments } {
    const hours = 2 + this.#chance.below(40);
    const moments: Moments = (fromMs, untilMs) => {
      if (untilMs === Infinity) return [Infinity];
      const all: number[] = [];
      for (let atMs = createdAtMs + hours * HOUR_MS; atMs <= untilMs; atMs += hours * HOUR_MS)
        if (atMs > fromMs) all.push(atMs);
      return all;
    };
    return { expression: `rate(${hours} hours)`, moments };
  }

  #daily(time: string, timeZone: string): { expression: string; moments: Moments } {
    const [hour, minute] = time.split(':').map(Number);
    const moments: Moments = (fromMs, untilMs) =>
      untilMs === Infinity
        ? [Infinity]
        : momentsShown((shown) => shown.endsWith(`T${time}`), timeZone, fromMs, untilMs);
    return { expression: `cron(${minute} ${hour} * * ? *)`, moments };
  }

  #once(createdAtMs: number, timeZone: string): { expression: string; moments: Moments } {
    const aheadMs = (4 + this.#chance.below(100)) * HOUR_MS;
    const atMs = Math.floor((createdAtMs + aheadMs) / 900_000) * 900_000;
    const wanted = wallClock(atMs, timeZone);
    const all = momentsShown((shown) => shown === wanted, timeZone, createdAtMs, atMs);
    const moments: Moments = (fromMs, untilMs) => all.filter((each) => each > fromMs && each <= untilMs);
    return { expression: `at(${wanted}:00)`, moments };
  }

  #quarter(): string {
    // Clocks are set at night: that is when it matters.
    const hour = this.#chance.is(0.5) ? 1 + this.#chance.below(3) : this.#chance.below(24);
    return `${String(hour).padStart(2, '0')}:${this.#chance.pick(['00', '15', '30', '45'])}`;
  }
}
