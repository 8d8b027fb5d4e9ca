interface Waiter {
  readonly arrival: number;
  readonly sync: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for a stream's events to be written: readers for the file, PutLogEvents for the disk (fsync). */
export class WrittenWaiters {
  #waiters: Waiter[] = [];

  /** Somebody's events must be on the disk, not just in the file. */
  get needSync(): boolean {
    return this.#waiters.some((waiter) => waiter.sync);
  }

  /** Resolves when everything before `arrival` has been written. */
  wait(arrival: number, sync: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ arrival, sync, resolve, reject });
    });
  }

  release(endArrival: number): void {
    for (const waiter of this.#take(endArrival)) waiter.resolve();
  }

  /** The write failed: who was promised the disk hears of it; a reader sees what there is. */
  fail(endArrival: number, error: unknown): void {
    for (const waiter of this.#take(endArrival)) {
      if (waiter.sync) waiter.reject(error);
      else waiter.resolve();
    }
  }

  #take(endArrival: number): Waiter[] {
    const done = this.#waiters.filter((waiter) => waiter.arrival <= endArrival);
    this.#waiters = this.#waiters.filter((waiter) => waiter.arrival > endArrival);
    return done;
  }
}
