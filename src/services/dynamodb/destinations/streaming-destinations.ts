import { type CourierOptions, DestinationCourier } from './destination-courier.ts';
import { DestinationHolds } from './destination-holds.ts';
import { liveDestinations } from './destination-rows.ts';

interface DestinationsOptions extends Omit<CourierOptions, 'holds'> {
  /** Names this platform among those that share the database. */
  readonly owner: string;
}

/** Platforms that share a database look for what another one has switched on. */
const LOOK_AROUND_MS = 1_000;

/** Sees to it that each destination has somebody who delivers to it. */
export class StreamingDestinations {
  readonly #options: CourierOptions;
  readonly #couriers = new Map<string, DestinationCourier>();
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor({ owner, ...options }: DestinationsOptions) {
    this.#options = { ...options, holds: new DestinationHolds(options.store, owner) };
  }

  /** Takes up what an earlier run has left. */
  start(): void {
    this.#isRunning = true;
    this.#looking = this.#lookAround();
    if (this.#options.store.engine !== 'postgres') return;
    this.#timer = setInterval(() => {
      this.#looking = this.#lookAround();
    }, LOOK_AROUND_MS).unref();
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([...this.#couriers.values()].map(async (courier) => await courier.stop()));
    await this.#options.holds.releaseAll().catch((error: unknown) => this.#options.onNotice(String(error)));
  }

  /** It has records. */
  wake(id: string): void {
    if (this.#isRunning) (this.#couriers.get(id) ?? this.#begin(id)).wake();
  }

  /** It is new, or was switched off. */
  look(id: string): void {
    if (this.#isRunning) (this.#couriers.get(id) ?? this.#begin(id)).look();
  }

  /** Forgets everything; the caller empties the store. What is under way ends by itself. */
  clear(): void {
    const before = [...this.#couriers.values()];
    this.#couriers.clear();
    for (const courier of before) void courier.stop();
  }

  #begin(id: string): DestinationCourier {
    const courier = new DestinationCourier(id, this.#options);
    this.#couriers.set(id, courier);
    void this.#forget(id, courier);
    return courier;
  }

  async #forget(id: string, courier: DestinationCourier): Promise<void> {
    await courier.ended;
    this.#options.holds.forget(id);
    if (this.#couriers.get(id) === courier) this.#couriers.delete(id);
  }

  async #lookAround(): Promise<void> {
    try {
      for (const id of await liveDestinations(this.#options.store.db)) {
        if (this.#isRunning && !this.#couriers.has(id)) this.#begin(id);
      }
    } catch (error) {
      this.#options.onNotice(`Streaming destinations could not be looked after: ${String(error)}`);
    }
  }
}
