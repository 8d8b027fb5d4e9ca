/**
 * The platform's one clock. Everything that reads the time of day or waits for it goes through here, so that
 * a test or a user can move time: a six-hour retry then takes a millisecond.
 *
 * Deadlines of running function code are the one exception: code runs in real time, so they use real timers.
 */
export interface Clock {
  /** Platform time, milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once when platform time has moved on by `delayMs`. Returns a function that cancels it. */
  schedule(delayMs: number, task: () => void): () => void;
}

interface Appointment {
  readonly atMs: number;
  readonly task: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** Node clamps longer timers to 1 ms, so a far appointment is re-armed in hops. */
const LONGEST_TIMER_MS = 2_000_000_000;

/** The wall clock plus an offset that only ever grows. */
export class MovableClock implements Clock {
  #offsetMs = 0;
  readonly #appointments = new Set<Appointment>();

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  schedule(delayMs: number, task: () => void): () => void {
    const appointment: Appointment = { atMs: this.now() + Math.max(0, delayMs), task, timer: undefined };
    this.#appointments.add(appointment);
    this.#arm(appointment);
    return () => this.#drop(appointment);
  }

  /** Moves time forward and runs, in order, everything that has become due. */
  advance(byMs: number): void {
    if (!(byMs >= 0)) throw new RangeError('The clock only moves forward.');
    this.#offsetMs += byMs;
    const due = [...this.#appointments].filter((appointment) => appointment.atMs <= this.now());
    due.sort((a, b) => a.atMs - b.atMs);
    for (const appointment of due) this.#fire(appointment);
    for (const appointment of this.#appointments) this.#arm(appointment);
  }

  #arm(appointment: Appointment): void {
    clearTimeout(appointment.timer);
    const waitMs = Math.min(Math.max(0, appointment.atMs - this.now()), LONGEST_TIMER_MS);
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
    appointment.task();
  }

  #drop(appointment: Appointment): void {
    clearTimeout(appointment.timer);
    this.#appointments.delete(appointment);
  }
}
