import type { Transaction } from 'kysely';
import type { Clock } from '../model/clock.ts';
import { type Claimed, HeldClaims } from '../store/held-claims.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Delivery, DeliveryHandler, DeliveryStep } from './delivery.ts';
import { claimDueDeliveries, insertDeliveries, putBackDelivery, removeDelivery } from './delivery-rows.ts';

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
  readonly #claims: HeldClaims;
  readonly #handlers = new Map<string, DeliveryHandler>();
  #isRunning = false;
  #isClaiming = false;
  /** Something may be due that the claim under way has not seen. */
  #claimsAgain = false;
  #nextDueMs = Infinity;
  #cancelNext: () => void = () => undefined;
  #lookAround: NodeJS.Timeout | undefined;
  /** Raised by `reset`: what began before it is forgotten. */
  #epoch = 0;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
    this.#claims = new HeldClaims({ ...options, table: 'deliveries' });
  }

  get inHand(): number {
    return this.#claims.size;
  }

  /** Every sender registers before `start`. */
  register(sender: string, handler: DeliveryHandler): void {
    this.#handlers.set(sender, handler);
  }

  /** Takes up what an earlier run has left. Nothing is delivered before. */
  async start(): Promise<void> {
    await this.#claims.takeBack();
    this.#isRunning = true;
    if (this.#isShared) this.#lookAround = setInterval(() => this.#claimDue(), LOOK_AROUND_MS).unref();
    this.#claimDue();
  }

  /** Puts deliveries into the caller's transaction. Call `begin` with the answer once it is on disk. */
  async insert(tx: Transaction<Database>, deliveries: readonly Delivery[]): Promise<InsertedDeliveries> {
    const nowMs = this.#options.clock.now();
    const ready = deliveries.filter(({ isOrdered, dueAtMs }) => !isOrdered && dueAtMs <= nowMs);
    // A claim under way seldom fills all places: what is new need not wait for it.
    const places = this.#options.mostInHand - this.#claims.size;
    const inHand = this.#isRunning && ready.length <= places ? ready : [];
    const others = deliveries.filter((delivery) => !inHand.includes(delivery));
    await insertDeliveries(tx, inHand, this.#claims.newClaim(), this.#isShared);
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
    this.#claims.clear();
    this.#isClaiming = false;
    this.#cancelNext();
    this.#nextDueMs = Infinity;
  }

  /** Starts nothing more and waits for what is in hand. What is on disk stays for the next start. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearInterval(this.#lookAround);
    this.#cancelNext();
    await this.#claims.empty();
  }

  get #isShared(): boolean {
    return this.#options.store.engine === 'postgres';
  }

  #start(delivery: Delivery): void {
    this.#claims.hold(delivery.id);
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
    this.#claims.release(delivery.id);
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
    else if (this.#claims.free > 0) this.#options.clock.during(this.#claim());
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
      const { rows, nextDueMs } = await this.#takeDue();
      if (epoch !== this.#epoch) return;
      for (const delivery of rows) this.#start(delivery);
      this.#arm(nextDueMs);
    } while (this.#claimsAgain && this.#claims.free > 0 && this.#isRunning);
    this.#isClaiming = false;
  }

  async #takeDue(): Promise<Claimed<Delivery>> {
    const { clock, onNotice } = this.#options;
    const most = this.#claims.free;
    try {
      return await this.#claims.claim(
        most,
        async (tx, claim) => await claimDueDeliveries(tx, most, clock.now(), claim, this.#isShared),
      );
    } catch (error) {
      onNotice(`Deliveries could not be claimed: ${String(error)}`);
      return { rows: [], nextDueMs: clock.now() + FAILURE_PAUSE_MS };
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
}
