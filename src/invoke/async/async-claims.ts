import type { AsyncEvent } from '../../model/async-event.ts';
import type { Clock } from '../../model/clock.ts';
import type { Store } from '../../store/store.ts';
import {
  type Claim,
  claimDueEvents,
  type EventTarget,
  renewClaims,
  takeBackClaims,
} from './async-event-rows.ts';

interface ClaimsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly owner: string;
  readonly mostInHand: number;
  readonly onNotice: (message: string) => void;
}

/** How long others keep off an event whose platform no longer says that it has it in hand. */
const LEASE_MS = 60_000;
const RENEWAL_MS = 20_000;

/**
 * The events this platform has in hand. Each is claimed on disk, for a minute at a time: platforms that share a
 * database never run one event at once, and what a machine had in hand that is gone comes free by itself.
 */
export class AsyncClaims {
  readonly #options: ClaimsOptions;
  #inHand = new Set<string>();
  /** Places kept for claims under way. */
  #reserved = 0;
  #isRenewing = false;
  #cancelRenewal: () => void = () => undefined;
  #whenEmpty: (() => void)[] = [];

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#inHand.size;
  }

  get free(): number {
    return this.#options.mostInHand - this.#inHand.size - this.#reserved;
  }

  /** Takes a new event in hand. @returns the claim to write with it */
  take(event: AsyncEvent): Claim {
    this.#hold(event);
    return this.#newClaim();
  }

  /** Claims what is due for a function, on disk and in hand. */
  async claim(
    target: EventTarget,
    most: number,
  ): Promise<{ events: readonly AsyncEvent[]; nextDueMs: number }> {
    const { store, clock } = this.#options;
    const inHand = this.#inHand;
    this.#reserved += most;
    try {
      const claimed = await store.write(
        async (tx) =>
          await claimDueEvents(
            tx,
            target,
            most,
            clock.now(),
            this.#newClaim(),
            // SQLite has one writer and no row locks.
            store.engine === 'postgres',
          ),
      );
      // After a leap of the clock, claims can lapse before they are renewed.
      const events = claimed.events.filter((event) => !inHand.has(event.id));
      if (inHand === this.#inHand) for (const event of events) this.#hold(event);
      return { events, nextDueMs: claimed.nextDueMs };
    } finally {
      if (inHand === this.#inHand) this.#reserved -= most;
      this.#tellIfEmpty();
    }
  }

  /** Settled, or put back for another time. */
  release(event: AsyncEvent): void {
    this.#inHand.delete(event.id);
    this.#tellIfEmpty();
  }

  /** What an earlier run of this platform had in hand is due again. */
  async takeBack(): Promise<void> {
    const { store, clock, owner } = this.#options;
    const left = await store.db
      .selectFrom('lambda_async_events')
      .select('id')
      .where('claimed_by', '=', owner)
      .limit(1)
      .executeTakeFirst();
    if (left !== undefined) await store.write(async (tx) => await takeBackClaims(tx, owner, clock.now()));
  }

  /** Resolves when nothing is in hand. */
  async empty(): Promise<void> {
    if (this.#isEmpty()) return;
    await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  clear(): void {
    this.#inHand = new Set();
    this.#reserved = 0;
    this.#tellIfEmpty();
  }

  #isEmpty(): boolean {
    return this.#inHand.size === 0 && this.#reserved === 0;
  }

  #tellIfEmpty(): void {
    if (!this.#isEmpty()) return;
    this.#cancelRenewal();
    this.#isRenewing = false;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }

  #hold(event: AsyncEvent): void {
    this.#inHand.add(event.id);
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    this.#renewLater();
  }

  #newClaim(): Claim {
    return { owner: this.#options.owner, untilMs: this.#options.clock.now() + LEASE_MS };
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#options.clock.schedule(RENEWAL_MS, async () => await this.#renew());
  }

  async #renew(): Promise<void> {
    const ids = [...this.#inHand];
    try {
      await this.#options.store.write(async (tx) => await renewClaims(tx, ids, this.#newClaim()));
    } catch (error) {
      this.#options.onNotice(`Claims on events could not be renewed: ${String(error)}`);
    }
    if (this.#inHand.size > 0) this.#renewLater();
    else this.#isRenewing = false;
  }
}
