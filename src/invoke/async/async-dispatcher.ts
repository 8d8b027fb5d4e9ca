import type { AsyncEvent } from '../../model/async-event.ts';
import { type Claimed, HeldClaims } from '../../store/held-claims.ts';
import type { Store } from '../../store/store.ts';
import { AsyncAgenda } from './async-agenda.ts';
import { type AttemptDependencies, attemptEvent } from './async-attempt.ts';
import { claimDueEvents, type EventTarget, waitingTargets } from './async-event-rows.ts';
import { acceptedEvent, type AsyncInvoker, type AsyncRequest } from './async-invoker.ts';
import { AsyncJournal, STORE_RETRY_MS } from './async-journal.ts';
import { AsyncLane } from './async-lane.ts';
import { type MessageOptions, sendMessages } from './async-messages.ts';
import { putBack, type Settlement, settlementOf, withProblems } from './async-settlement.ts';

export interface AsyncDispatcherOptions extends AttemptDependencies, MessageOptions {
  readonly store: Store;
  /** Names this platform among those that share the database; the same after a restart. */
  readonly owner: string;
  /** Events in hand at once: running, about to run, or being settled. */
  readonly mostInHand: number;
}

/** Platforms that share a database look for what another one has left behind; machines die in real time. */
const LOOK_AROUND_MS = 60_000;

/**
 * Accepts events and runs them until they are done with. On disk is everything that is not settled; in memory are the
 * events in hand and one lane for each function that has events. Nothing is polled for: a lane knows when its first
 * event on disk is due.
 */
export class AsyncDispatcher implements AsyncInvoker {
  readonly #options: AsyncDispatcherOptions;
  readonly #journal: AsyncJournal;
  readonly #claims: HeldClaims;
  readonly #agenda: AsyncAgenda;
  readonly #lanes = new Map<string, AsyncLane>();
  readonly #counts = { succeeded: 0, failed: 0, dropped: 0, undelivered: 0 };
  /** Raised by `reset`: what began before it is forgotten. */
  #epoch = 0;
  #isStarted = false;
  #isStopped = false;
  #looks: NodeJS.Timeout | undefined;

  constructor(options: AsyncDispatcherOptions) {
    this.#options = options;
    this.#journal = new AsyncJournal(options);
    this.#claims = new HeldClaims({ ...options, table: 'lambda_async_events' });
    this.#agenda = new AsyncAgenda(options.clock, () => this.#claimDue());
  }

  /** Takes up what an earlier run has left. Nothing runs before. */
  async start(): Promise<void> {
    await this.#claims.takeBack();
    this.#isStarted = true;
    await this.#lookAround();
    if (this.#options.store.engine === 'postgres')
      this.#looks = setInterval(() => this.#lookAgain(), LOOK_AROUND_MS).unref();
  }

  /** Events in hand, and what has become of others since the start. */
  counts(): Readonly<Record<string, number>> {
    return { inHand: this.#claims.size, ...this.#counts };
  }

  async accept(request: AsyncRequest): Promise<string> {
    const { invoker, clock } = this.#options;
    const checked = invoker.check(request);
    if (checked instanceof Promise) await checked;
    const nowMs = clock.now();
    const event = acceptedEvent(request, this.#options.queuedTrace, nowMs);
    const lane = this.#laneOf(event);
    if (this.#mayRun() && this.#claims.free > 0 && lane.isClear(nowMs)) await this.#acceptInHand(lane, event);
    else await this.#acceptForLater(event);
    return event.traceHeader;
  }

  /** Forgets everything; the caller empties the store. */
  reset(): void {
    this.#epoch += 1;
    this.#lanes.clear();
    this.#claims.clear();
    this.#agenda.clear();
  }

  /** Starts nothing more and waits for what runs. What is on disk stays for the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#looks);
    this.#agenda.clear();
    for (const lane of this.#lanes.values()) this.#putBackReady(lane);
    await this.#claims.empty();
  }

  /** Written as claimed, so that the one write is all that comes before its run. */
  async #acceptInHand(lane: AsyncLane, event: AsyncEvent): Promise<void> {
    const epoch = this.#epoch;
    lane.running += 1;
    const claim = this.#claims.newClaim();
    this.#claims.hold(event.id);
    try {
      await this.#journal.add({ kind: 'insert', event, claim });
    } catch (error) {
      if (epoch === this.#epoch) {
        lane.running -= 1;
        this.#letGo(event);
      }
      throw error;
    }
    // Emptied meanwhile: the row came after that and belongs to nobody.
    if (epoch !== this.#epoch)
      return await this.#journal.add({ kind: 'settle', id: event.id, followers: [] });
    this.#start(lane, event);
  }

  async #acceptForLater(event: AsyncEvent): Promise<void> {
    await this.#journal.add({ kind: 'insert', event, claim: undefined });
    this.#hearOf(event, event.dueAtMs);
  }

  #mayRun(): boolean {
    return this.#isStarted && !this.#isStopped;
  }

  #laneOf(target: EventTarget): AsyncLane {
    const { accountId, region, name } = target;
    const key = `${accountId}/${region}/${name}`;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const own = { accountId, region, name };
    const lane = new AsyncLane(key, own, () => this.#options.reservedConcurrency(own));
    this.#lanes.set(key, lane);
    return lane;
  }

  #hearOf(target: EventTarget, dueAtMs: number): void {
    const lane = this.#laneOf(target);
    lane.hearOf(dueAtMs);
    this.#consider(lane);
  }

  async #lookAround(): Promise<void> {
    for (const target of await waitingTargets(this.#options.store.db)) this.#hearOf(target, target.dueAtMs);
  }

  #lookAgain(): void {
    const tell = (error: unknown): void =>
      this.#options.onNotice(`Waiting events could not be looked for: ${String(error)}`);
    this.#lookAround().catch(tell);
  }

  /** Starts what the lane can start, and sees to its next events. */
  #consider(lane: AsyncLane): void {
    if (!this.#mayRun()) return;
    const nowMs = this.#options.clock.now();
    while (lane.room(nowMs) > 0) {
      const event = lane.ready.shift();
      if (event === undefined) break;
      lane.running += 1;
      this.#start(lane, event);
    }
    // Throttled with nothing running: others may need the places its events hold.
    if (lane.running === 0) this.#putBackReady(lane);
    this.#schedule(lane, nowMs);
    if (lane.isIdle && this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
    this.#claimDue();
  }

  /** Claims for every lane that is due, as far as there are free places; each place that comes free asks again. */
  #claimDue(): void {
    if (!this.#mayRun()) return;
    while (this.#claims.free > 0) {
      const lane = this.#agenda.takeDue();
      if (lane === undefined) return this.#agenda.arm();
      if (this.#lanes.get(lane.key) !== lane) continue;
      const nowMs = this.#options.clock.now();
      const most = Math.min(this.#claims.free, lane.wants(nowMs));
      // It stood there since before it was throttled.
      if (most === 0) this.#schedule(lane, nowMs);
      else this.#options.clock.during(this.#claim(lane, most));
    }
    this.#agenda.disarm();
  }

  #schedule(lane: AsyncLane, nowMs: number): void {
    const atMs = lane.claimsAtMs(nowMs);
    if (atMs !== undefined) this.#agenda.put(lane, atMs);
  }

  async #claim(lane: AsyncLane, most: number): Promise<void> {
    const epoch = this.#epoch;
    lane.beginClaim(this.#options.clock.now());
    const { store, clock, onNotice } = this.#options;
    const isShared = store.engine === 'postgres';
    let found: Claimed<AsyncEvent>;
    try {
      found = await this.#claims.claim(
        most,
        async (tx, claim) => await claimDueEvents(tx, lane.target, most, clock.now(), claim, isShared),
      );
    } catch (error) {
      onNotice(`Events could not be claimed: ${String(error)}`);
      found = { rows: [], nextDueMs: clock.now() + STORE_RETRY_MS };
    }
    if (epoch !== this.#epoch) return;
    lane.endClaim(found.rows, found.nextDueMs);
    if (this.#isStopped) this.#putBackReady(lane);
    this.#consider(lane);
  }

  /** Time that is being moved waits for the run, and for what becomes of the event. */
  #start(lane: AsyncLane, event: AsyncEvent): void {
    this.#options.clock.during(this.#run(lane, event));
  }

  async #run(lane: AsyncLane, event: AsyncEvent): Promise<void> {
    const epoch = this.#epoch;
    const attempt = await attemptEvent(this.#options, event);
    if (epoch !== this.#epoch) return;
    lane.finish(attempt.outcome === 'throttled', this.#options.clock.now());
    this.#consider(lane);
    const { messages, ...settlement } = await settlementOf(this.#options, event, attempt);
    const isOver = (): boolean => this.#isStopped || epoch !== this.#epoch;
    const problems = await sendMessages(this.#options, messages, isOver);
    if (epoch !== this.#epoch) return;
    // Stopped before everything was sent: the next start finds the event as it was.
    if (problems === undefined) return this.#claims.release(event.id);
    await this.#settle(event, withProblems(event, settlement, problems));
  }

  async #settle(event: AsyncEvent, settlement: Omit<Settlement, 'messages'>): Promise<void> {
    const { entry, waiting, counts, undelivered, notices } = settlement;
    if (counts !== undefined) this.#counts[counts] += 1;
    this.#counts.undelivered += undelivered;
    for (const notice of notices) this.#options.onNotice(notice);
    const epoch = this.#epoch;
    // When the platform stops, the next start finds what was not written.
    await this.#journal.insist(entry, () => this.#isStopped || epoch !== this.#epoch);
    if (epoch !== this.#epoch) return;
    this.#letGo(event);
    for (const next of waiting) this.#hearOf(next, next.dueAtMs);
  }

  #putBackReady(lane: AsyncLane): void {
    for (const event of lane.ready.splice(0)) this.#options.clock.during(this.#settle(event, putBack(event)));
  }

  #letGo(event: AsyncEvent): void {
    this.#claims.release(event.id);
    this.#claimDue();
  }
}
