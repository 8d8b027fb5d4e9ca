import { randomInt, randomUUID } from 'node:crypto';
import type { DeliveryQueue, InsertedDeliveries } from '../../delivery/delivery-queue.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import type { Clock } from '../../model/clock.ts';
import type { Store } from '../../store/store.ts';
import { removeSchedule, type Tx } from './schedule-rows.ts';
import { type ScheduledRun, SENDER } from './scheduled-run.ts';
import { nextDueMs, scheduleArn, type StoredSchedule } from './stored-schedule.ts';

interface RunnerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly deliveries: DeliveryQueue;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

const MOST_AT_ONCE = 256;
const FAILURE_PAUSE_MS = 1_000;
/** Of platforms that share a database one may have died over a schedule, in real time. */
const LOOK_AROUND_MS = 60_000;
const MINUTE_MS = 60_000;

/**
 * Sets schedules off. That one was due, and when it is due next, are written together, so each time counts once. What
 * became due while no platform ran is made up for, once.
 */
export class ScheduleRunner {
  readonly #options: RunnerOptions;
  #isStarted = false;
  #running: Promise<void> | undefined;
  #cancel: () => void = () => undefined;
  #lookAround: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    options.store.changes.subscribe('schedule', () => this.#look());
  }

  start(): void {
    this.#isStarted = true;
    if (this.#options.store.engine === 'postgres')
      this.#lookAround = setInterval(() => this.#look(), LOOK_AROUND_MS).unref();
    this.#look();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    clearInterval(this.#lookAround);
    this.#cancel();
    await this.#running;
  }

  #look(): void {
    if (!this.#isStarted) return;
    this.#cancel();
    const work = (this.#running ?? Promise.resolve()).then(async () => await this.#runDue());
    this.#running = work;
    this.#options.clock.during(work);
  }

  async #runDue(): Promise<void> {
    const { clock, store, onNotice } = this.#options;
    if (!this.#isStarted) return;
    let nextMs: number;
    try {
      while (await this.#fireDue());
      const first = await store.db
        .selectFrom('scheduler_schedules')
        .select('next_at_ms')
        .where('next_at_ms', 'is not', null)
        .orderBy('next_at_ms')
        .limit(1)
        .executeTakeFirst();
      nextMs = first?.next_at_ms ?? Infinity;
    } catch (error) {
      onNotice(`Schedules could not be set off: ${String(error)}`);
      nextMs = clock.now() + FAILURE_PAUSE_MS;
    }
    this.#cancel();
    if (nextMs !== Infinity && this.#isStarted)
      this.#cancel = clock.schedule(nextMs - clock.now(), () => this.#look());
  }

  /** @returns whether there may be more */
  async #fireDue(): Promise<boolean> {
    const { store, clock, deliveries } = this.#options;
    const nowMs = clock.now();
    let inserted: InsertedDeliveries | undefined;
    const count = await store.write(async (tx) => {
      const due = await tx
        .selectFrom('scheduler_schedules')
        .selectAll()
        .where('next_at_ms', '<=', nowMs)
        .orderBy('next_at_ms')
        .limit(MOST_AT_ONCE)
        .$if(store.engine === 'postgres', (query) => query.forUpdate().skipLocked())
        .execute();
      const runs: Delivery[] = [];
      for (const row of due) {
        const schedule = JSON.parse(row.definition) as StoredSchedule;
        runs.push(runOf(schedule, row.next_at_ms ?? nowMs, nowMs));
        await this.#moveOn(tx, schedule, nowMs);
      }
      inserted = await deliveries.insert(tx, runs);
      return due.length;
    });
    if (inserted !== undefined) deliveries.begin(inserted);
    return count === MOST_AT_ONCE;
  }

  async #moveOn(tx: Tx, schedule: StoredSchedule, nowMs: number): Promise<void> {
    const next = nextDueMs(schedule, nowMs);
    if (next === undefined && schedule.actionAfterCompletion === 'DELETE') {
      await removeSchedule(tx, schedule);
      return;
    }
    await tx
      .updateTable('scheduler_schedules')
      .set({ next_at_ms: next ?? null })
      .where('account_id', '=', schedule.accountId)
      .where('region', '=', schedule.region)
      .where('group_name', '=', schedule.group)
      .where('name', '=', schedule.name)
      .execute();
  }
}

function runOf(schedule: StoredSchedule, dueMs: number, nowMs: number): Delivery {
  const arn = scheduleArn(schedule);
  const executionId = randomUUID();
  const run: ScheduledRun = {
    arn,
    accountId: schedule.accountId,
    region: schedule.region,
    executionId,
    scheduledAtMs: dueMs,
    target: schedule.target,
  };
  const windowMs = (schedule.window.MaximumWindowInMinutes ?? 0) * MINUTE_MS;
  return {
    id: executionId,
    sender: SENDER,
    lane: arn,
    isOrdered: false,
    content: JSON.stringify(run),
    acceptedAtMs: nowMs,
    dueAtMs: Math.max(nowMs, dueMs + (windowMs === 0 ? 0 : randomInt(windowMs))),
    attempts: 0,
  };
}
