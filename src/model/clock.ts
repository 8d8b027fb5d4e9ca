import { setTimeout as after } from 'node:timers/promises';

/**
 * The platform's one clock. Everything that reads the time of day or waits for it goes through here, so that
 * a test or a user can move time: a six-hour retry then takes a millisecond.
 *
 * Deadlines of running function code are the one exception: code runs in real time, so they use real timers.
 */
export interface Clock {
  /** Platform time, milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Runs `task` once when platform time has moved on by `delayMs`. Returns a function that cancels it. Time that is
   * being moved waits for what the task returns, as for the work of `during`.
   */
  schedule(delayMs: number, task: () => void | Promise<void>): () => void;
  /**
   * Says that this work belongs to the present moment: time that is being moved goes no further before it has settled.
   * Not for work that itself waits for the clock.
   */
  during(work: Promise<unknown>): void;
}

/** All that tells a clock from the machine's own. */
export interface ClockReading {
  readonly offsetMs: number;
  /** Set while time stands still. */
  readonly frozenAtMs: number | undefined;
}

interface Appointment {
  readonly atMs: number;
  readonly task: () => void | Promise<void>;
  timer: NodeJS.Timeout | undefined;
}

/** Node clamps longer timers to 1 ms, so a far appointment is re-armed in hops. */
const LONGEST_TIMER_MS = 2_000_000_000;

/** In real time, how long the work of one moment may go on with none of it ending before time moves on all the same. */
const PATIENCE_MS = 60_000;

/** The wall clock plus an offset, or one moment for as long as time is frozen. */
export class MovableClock implements Clock {
  #offsetMs = 0;
  #frozenAtMs: number | undefined;
  readonly #appointments = new Set<Appointment>();
  readonly #work = new Set<Promise<unknown>>();
  /** Time is moved by one at a time. */
  #lastMove: Promise<void> = Promise.resolve();

  get isFrozen(): boolean {
    return this.#frozenAtMs !== undefined;
  }

  now(): number {
    return this.#frozenAtMs ?? Date.now() + this.#offsetMs;
  }

  get reading(): ClockReading {
    return { offsetMs: this.#offsetMs, frozenAtMs: this.#frozenAtMs };
  }

  /** Goes as another clock of this machine does, from now on. What that makes due happens at once. */
  follow({ offsetMs, frozenAtMs }: ClockReading): void {
    this.#offsetMs = offsetMs;
    this.#frozenAtMs = frozenAtMs;
    this.#fireDue();
    this.#armAll();
  }

  schedule(delayMs: number, task: () => void | Promise<void>): () => void {
    const appointment: Appointment = { atMs: this.now() + Math.max(0, delayMs), task, timer: undefined };
    this.#appointments.add(appointment);
    this.#arm(appointment);
    return () => this.#drop(appointment);
  }

  during(work: Promise<unknown>): void {
    this.#work.add(work);
    const done = (): void => void this.#work.delete(work);
    work.then(done, done);
  }

  /** Stops time. What is to happen at a later moment waits until time is moved or goes on. */
  freeze(): void {
    this.#frozenAtMs ??= this.now();
    this.#armAll();
  }

  /** Lets time go on from where it stands. */
  resume(): void {
    if (this.#frozenAtMs === undefined) return;
    this.#offsetMs = this.#frozenAtMs - Date.now();
    this.#frozenAtMs = undefined;
    this.#armAll();
  }

  /** Moves time forward at one stroke and runs, in order, everything that has become due. */
  advance(byMs: number): void {
    if (!(byMs >= 0)) throw new RangeError('The clock only moves forward.');
    this.#moveTo(this.now() + byMs);
    this.#fireDue();
    this.#armAll();
  }

  /**
   * Moves time forward from one appointment to the next, so that each finds its own moment, and what it leads to before
   * the end comes in its turn too. Resolves when the work of all of them has settled.
   */
  async pass(byMs: number): Promise<void> {
    if (!(byMs >= 0)) throw new RangeError('The clock only moves forward.');
    const earlier = this.#lastMove;
    this.#lastMove = earlier.then(async () => await this.#passTo(this.now() + byMs));
    await this.#lastMove;
  }

  async #passTo(targetMs: number): Promise<void> {
    for (;;) {
      await this.#settled();
      const nextMs = this.#firstMs();
      if (nextMs > targetMs) break;
      this.#moveTo(nextMs);
      this.#fireDue();
    }
    this.#moveTo(targetMs);
    this.#armAll();
  }

  /** Until the work of this moment is done, and what it has led to. */
  async #settled(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#work.size === 0 || !(await endsSoon(this.#work))) return;
    }
  }

  #firstMs(): number {
    let firstMs = Infinity;
    for (const { atMs } of this.#appointments) firstMs = Math.min(firstMs, atMs);
    return firstMs;
  }

  #moveTo(atMs: number): void {
    const byMs = Math.max(0, atMs - this.now());
    if (this.#frozenAtMs === undefined) this.#offsetMs += byMs;
    else this.#frozenAtMs += byMs;
  }

  #fireDue(): void {
    const nowMs = this.now();
    const due = [...this.#appointments].filter(({ atMs }) => atMs <= nowMs);
    due.sort((a, b) => a.atMs - b.atMs);
    for (const appointment of due) this.#fire(appointment);
  }

  #armAll(): void {
    for (const appointment of this.#appointments) this.#arm(appointment);
  }

  #arm(appointment: Appointment): void {
    clearTimeout(appointment.timer);
    const waitMs = Math.min(Math.max(0, appointment.atMs - this.now()), LONGEST_TIMER_MS);
    if (this.isFrozen && waitMs > 0) return;
    appointment.timer = setTimeout(() => {
      if (appointment.atMs > this.now()) this.#arm(appointment);
      else this.#fire(appointment);
    }, waitMs);
    // An idle expiry an hour away must not keep a stopping process alive.
    appointment.timer.unref();
  }

  #fire(appointment: Appointment): void {
    if (!this.#appointments.has(appointment)) return;
    this.#drop(appointment);
    const work = appointment.task();
    if (work instanceof Promise) this.during(work);
  }

  #drop(appointment: Appointment): void {
    clearTimeout(appointment.timer);
    this.#appointments.delete(appointment);
  }
}

/** Whether any of the work ends before patience does. */
async function endsSoon(work: Iterable<Promise<unknown>>): Promise<boolean> {
  const patience = new AbortController();
  const impatience = after(PATIENCE_MS, false, { signal: patience.signal }).catch(() => false);
  const ends = [...work].map((one) =>
    one.then(
      () => true,
      () => true,
    ),
  );
  const ended = await Promise.race([...ends, impatience]);
  patience.abort();
  return ended;
}
