import type { Transaction } from 'kysely';
import type { Clock } from '../model/clock.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Delivery, DeliveryHandler, DeliveryStep } from './delivery.ts';
import {
  type Claim,
  claimDueDeliveries,
  insertDeliveries,
  putBackDelivery,
  removeDelivery,
  renewClaims,
  takeBackClaims,
} from './delivery-rows.ts';

export interface DeliveryQueueOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  /** Deliveries under way at once. */
  readonly mostInHand: number;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** Deliveries that stand in an open transaction. */
export interface InsertedDeliveries {
  readonly inHand: readonly Delivery[];
  readonly waitsForClaim: boolean;
}

/** How long others keep off a delivery whose platform no longer says that it has it in hand. */
const LEASE_MS = 60_000;
const RENEWAL_MS = 20_000;
/** After the store has failed, or a handler in a way it should not. */
const FAILURE_PAUSE_MS = 1_000;
/** Platforms that share a database look for what another one has left behind; machines die in real time. */
const LOOK_AROUND_MS = 60_000;

/**
 * Hands what services have accepted to its targets, again and again until it is done with. On disk is everything that is
 * not; in memory is what is in hand, and one appointment with the clock for the next delivery that is due.
 */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #handlers = new Map<string, DeliveryHandler>();
  #inHand = new Map<string, Delivery>();
  #isRunning = false;
  #isClaiming = false;
  /** Something may be due that the claim under way has not seen. */
  #claimsAgain = false;
  #nextDueMs = Infinity;
  #cancelNext: () => void = () => undefined;
  #cancelRenewal: (() => void) | undefined;
  #lookAround: NodeJS.Timeout | undefined;
  /** Raised by `reset`: what began before it is forgotten. */
  #epoch = 0;
  #whenEmpty: (() => void)[] = [];

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  get inHand(): number {
    return this.#inHand.size;
  }

  /** Every sender registers before `start`. */
  register(sender: string, handler: DeliveryHandler): void {
    this.#handlers.set(sender, handler);
  }

  /** Takes up what an earlier run has left. Nothing is delivered before. */
  async start(): Promise<void> {
    const { store, clock, owner } = this.#options;
    await store.write(async (tx) => await takeBackClaims(tx, owner, clock.now()));
    this.#isRunning = true;
    if (this.#isShared) this.#lookAround = setInterval(() => this.#claimDue(), LOOK_AROUND_MS).unref();
    this.#claimDue();
  }

  /** Puts deliveries into the caller's transaction. Call `begin` with the answer once it is on disk. */
  async insert(tx: Transaction<Database>, deliveries: readonly Delivery[]): Promise<InsertedDeliveries> {
    const nowMs = this.#options.clock.now();
    const ready = deliveries.filter(({ isOrdered, dueAtMs }) => !isOrdered && dueAtMs <= nowMs);
    const inHand = this.#isRunning && ready.length <= this.#free ? ready : [];
    const others = deliveries.filter((delivery) => !inHand.includes(delivery));
    await insertDeliveries(tx, inHand, this.#newClaim(), this.#isShared);
    await insertDeliveries(tx, others, undefined, this.#isShared);
    return { inHand, waitsForClaim: others.length > 0 };
  }

  /** Starts what has been inserted. */
  begin({ inHand, waitsForClaim }: InsertedDeliveries): void {
    for (const delivery of inHand) this.#start(delivery);
    if (waitsForClaim) this.#claimDue();
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    this.#epoch += 1;
    this.#inHand = new Map();
    this.#isClaiming = false;
    this.#cancelNext();
    this.#nextDueMs = Infinity;
    this.#tellIfEmpty();
  }

  /** Starts nothing more and waits for what is in hand. What is on disk stays for the next start. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearInterval(this.#lookAround);
    this.#cancelNext();
    if (this.#inHand.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
    this.#cancelRenewal?.();
  }

  get #free(): number {
    return this.#options.mostInHand - this.#inHand.size;
  }

  get #isShared(): boolean {
    return this.#options.store.engine === 'postgres';
  }

  #newClaim(): Claim {
    return { owner: this.#options.owner, untilMs: this.#options.clock.now() + LEASE_MS };
  }

  #start(delivery: Delivery): void {
    this.#inHand.set(delivery.id, delivery);
    this.#cancelRenewal ??= this.#options.clock.schedule(RENEWAL_MS, async () => await this.#renew());
    this.#options.clock.during(this.#run(delivery));
  }

  async #run(delivery: Delivery): Promise<void> {
    const epoch = this.#epoch;
    const step = await this.#attempt(delivery);
    let goesOn = false;
    while (epoch === this.#epoch) {
      try {
        goesOn = await this.#settle(delivery, step);
        break;
      } catch (error) {
        this.#options.onNotice(`A delivery could not be written: ${String(error)}`);
        if (!this.#isRunning) break;
        await new Promise<void>((resolve) => this.#options.clock.schedule(FAILURE_PAUSE_MS, resolve));
      }
    }
    if (epoch !== this.#epoch) return;
    this.#inHand.delete(delivery.id);
    this.#tellIfEmpty();
    if (goesOn || this.#nextDueMs <= this.#options.clock.now()) this.#claimDue();
  }

  async #attempt(delivery: Delivery): Promise<DeliveryStep> {
    try {
      const handler = this.#handlers.get(delivery.sender);
      if (handler === undefined) throw new Error(`nobody answers for ${delivery.sender}`);
      return await handler.attempt(delivery);
    } catch (error) {
      this.#options.onNotice(`The delivery ${delivery.id} to ${delivery.lane} failed: ${String(error)}`);
      return { kind: 'retry', afterMs: FAILURE_PAUSE_MS };
    }
  }

  /** @returns whether there is something to claim now */
  async #settle(delivery: Delivery, step: DeliveryStep): Promise<boolean> {
    const { store, clock, owner } = this.#options;
    if (step.kind === 'done') {
      return await store.write(
        async (tx) => await removeDelivery(tx, delivery, owner, clock.now(), this.#isShared),
      );
    }
    const dueAtMs = clock.now() + step.afterMs;
    const later = { ...delivery, dueAtMs, attempts: delivery.attempts + 1 };
    await store.write(async (tx) => await putBackDelivery(tx, later, owner));
    this.#arm(dueAtMs);
    return false;
  }

  #claimDue(): void {
    if (!this.#isRunning) return;
    if (this.#isClaiming) this.#claimsAgain = true;
    else if (this.#free > 0) this.#options.clock.during(this.#claim());
    // Else the next place that comes free asks again.
    else this.#nextDueMs = Math.min(this.#nextDueMs, this.#options.clock.now());
  }

  async #claim(): Promise<void> {
    const epoch = this.#epoch;
    this.#isClaiming = true;
    do {
      this.#claimsAgain = false;
      this.#cancelNext();
      this.#nextDueMs = Infinity;
      const { deliveries, nextDueMs } = await this.#takeDue();
      if (epoch !== this.#epoch) return;
      // After a leap of the clock, claims can lapse before they are renewed.
      for (const delivery of deliveries) if (!this.#inHand.has(delivery.id)) this.#start(delivery);
      this.#arm(nextDueMs);
    } while (this.#claimsAgain && this.#free > 0 && this.#isRunning);
    this.#isClaiming = false;
  }

  async #takeDue(): Promise<{ deliveries: readonly Delivery[]; nextDueMs: number }> {
    const { store, clock, onNotice } = this.#options;
    try {
      return await store.write(
        async (tx) => await claimDueDeliveries(tx, this.#free, clock.now(), this.#newClaim(), this.#isShared),
      );
    } catch (error) {
      onNotice(`Deliveries could not be claimed: ${String(error)}`);
      return { deliveries: [], nextDueMs: clock.now() + FAILURE_PAUSE_MS };
    }
  }

  /** Sees to it that what is due then is claimed. */
  #arm(dueAtMs: number): void {
    if (dueAtMs >= this.#nextDueMs || !this.#isRunning) return;
    this.#cancelNext();
    this.#nextDueMs = dueAtMs;
    this.#cancelNext = this.#options.clock.schedule(dueAtMs - this.#options.clock.now(), () =>
      this.#claimDue(),
    );
  }

  async #renew(): Promise<void> {
    this.#cancelRenewal = undefined;
    const ids = [...this.#inHand.keys()];
    if (ids.length === 0) return;
    try {
      await this.#options.store.write(async (tx) => await renewClaims(tx, ids, this.#newClaim()));
    } catch (error) {
      this.#options.onNotice(`Claims on deliveries could not be renewed: ${String(error)}`);
    }
    this.#cancelRenewal ??= this.#options.clock.schedule(RENEWAL_MS, async () => await this.#renew());
  }

  #tellIfEmpty(): void {
    if (this.#inHand.size > 0) return;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }
}
