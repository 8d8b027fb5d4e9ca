import type { Clock } from '../../model/clock.ts';
import type { DividedPool, Division } from '../concurrency/division.ts';
import {
  type Answer,
  hasLapsed,
  isAnswered,
  LEASE_MS,
  LONG_DEAD_MS,
  MARGIN_MS,
  type Report,
  type View,
} from './book.ts';
import type { Ledger } from './ledger.ts';
import { type AskGroup, PoolAsks } from './pool-asks.ts';
import { ShareReports } from './share-reports.ts';

/** Between looks at what others want, in real time. */
const LOOK_MS = 200;
/** While somebody waits. */
const BUSY_LOOK_MS = 20;
/** After the database has failed. */
const RETRY_MS = 1_000;
/** A platform says at least as often that it is alive. */
const RENEWAL_MS = 1_000;
/** Others are waited for no longer. */
const PETITION_MS = 1_000;
/** Who has been in touch for so long, without a gap, can tell that others are not. */
const IN_TOUCH_MS = 5_000;
const GAP_MS = 3_000;
/** A process of this platform that does not answer for so long keeps what it has. */
const CALL_BACK_MS = 300;
/** Nobody starts before the others know of it, unless they are dead. */
const LONGEST_JOIN_MS = LEASE_MS + 5_000;

export interface PlatformSharesParts {
  readonly ledger: Ledger;
  readonly division: Division;
  readonly clock: Pick<Clock, 'now'>;
  /** Has what other processes of this platform do not use given back. */
  readonly callBack: (scopes: readonly string[]) => Promise<void>;
  readonly onNotice: (message: string) => void;
}

/**
 * This platform's share of every limit that holds for all platforms on one database together. An invocation takes its unit
 * from the share, in memory. Who would be refused asks the others, through the accounts in the database, for what they do
 * not use, and is refused when all have answered. A platform that is alone has no accounts, and no share: it uses all.
 */
export class PlatformShares {
  readonly #parts: PlatformSharesParts;
  readonly #asks = new PoolAsks();
  readonly #reports: ShareReports;
  #view: View | undefined;
  #joins = true;
  #isOut = false;
  #isStopped = false;
  #startedAtMs = performance.now();
  #reportedAtMs = -Infinity;
  #inTouchSinceMs = performance.now();
  #touchedAtMs = performance.now();
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isWoken = false;

  constructor(parts: PlatformSharesParts) {
    this.#parts = parts;
    this.#reports = new ShareReports(parts.division, parts.clock, this.#asks);
    parts.division.onUnsettled = () => this.#hurry();
  }

  /** Resolves when all others know that this platform is there. */
  async start(): Promise<void> {
    this.#parts.division.unsettle();
    this.#startedAtMs = performance.now();
    // An error of the first one is the start's.
    await this.#turn();
    this.#running = this.#run();
    while (this.#isBlocked && !this.#isStopped && performance.now() - this.#startedAtMs < LONGEST_JOIN_MS)
      await after(BUSY_LOOK_MS);
  }

  /** All that this platform had goes back. To be called when nothing runs any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake?.();
    this.#asks.finishAll();
    await this.#running;
    // A database that is gone finds out by itself.
    if (this.#running !== undefined && !this.#isOut) await this.#parts.ledger.leave().catch(() => undefined);
  }

  /** Whether others may have what is short here. */
  canAsk(pool: DividedPool | undefined): pool is DividedPool {
    return (
      pool !== undefined && !this.#isOut && !this.#isStopped && pool.limit > 0 && pool.share < pool.limit
    );
  }

  /** @param onAnswer there are `count` more of it here, or there is nothing to be had */
  ask(pool: DividedPool, count: number, onAnswer: () => void): void {
    this.#asks.add(pool.name, { count, onAnswer });
    // Those who come too late for a petition are no reason to look more often.
    if (this.#asks.find(pool.name)?.isClosed === false) this.#hurry();
  }

  get #isBlocked(): boolean {
    return this.#view === undefined || this.#view.others.some(({ isAlone }) => isAlone);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#pause();
      if (this.#isStopped) return;
      try {
        await this.#turn();
        this.#touch();
      } catch (error) {
        this.#lose(error);
      }
    }
  }

  async #turn(): Promise<void> {
    await this.#hearPetitions();
    const entries = this.#reports.entries((pool, group) => this.#isLast(pool, group));
    const isDue = performance.now() - this.#reportedAtMs >= RENEWAL_MS;
    const isReport = this.#joins || isDue || entries.length > 0 || this.#reports.hasAnswered;
    this.#view = isReport ? await this.#report(entries) : await this.#parts.ledger.look();
    if (!this.#view.isMember) this.#rejoin();
    else if (!this.#parts.division.isDivided && this.#view.others.length > 0) this.#divide();
  }

  /** What others want is given back, as far as it is not in use anywhere on this platform. */
  async #hearPetitions(): Promise<void> {
    const petitions = this.#reports.unanswered(this.#view);
    const scopes = petitions.flatMap(({ pool }) => this.#parts.division.find(pool)?.scope ?? []);
    if (scopes.length > 0)
      await Promise.race([this.#parts.callBack([...new Set(scopes)]), after(CALL_BACK_MS)]);
    this.#reports.giveBack(petitions);
  }

  /**
   * One whose lease has run out while the database did not answer anybody is heard again soon. Only who was in touch all
   * the time can tell it from one that is dead.
   */
  async #report(entries: Report['entries']): Promise<Answer> {
    const nowMs = performance.now();
    const isAlone = !this.#parts.division.isDivided || this.#view?.others.length === 0;
    const isCertain =
      this.#view !== undefined && hasLapsed(this.#view) && nowMs - this.#inTouchSinceMs >= IN_TOUCH_MS;
    const deadAfterMs = isCertain ? MARGIN_MS : LONG_DEAD_MS;
    try {
      const { ledger } = this.#parts;
      const { answered } = this.#reports;
      const answer = await ledger.report({ joins: this.#joins, isAlone, answered, deadAfterMs, entries });
      this.#reportedAtMs = nowMs;
      if (answer.isMember) this.#settled(answer, entries);
      return answer;
    } catch (error) {
      this.#reports.lost(entries);
      throw error;
    }
  }

  #settled(answer: Answer, entries: Report['entries']): void {
    const { division, clock } = this.#parts;
    this.#joins = false;
    if (!answer.isAlone) return this.#reports.settled(answer, entries);
    this.#reports.forget();
    if (division.isDivided) division.unite(clock.now());
    this.#asks.finishAll();
  }

  /** The others have taken it for dead. What runs here goes on and is counted; what was idle is theirs. */
  #rejoin(): void {
    if (!this.#joins)
      this.#parts.onNotice(
        'This platform was out of touch with the database, and others have taken over its share of concurrency.',
      );
    this.#joins = true;
    this.#reports.forget();
    this.#parts.division.unsettle();
    this.#hurry();
  }

  #divide(): void {
    this.#parts.division.divide(this.#parts.clock.now());
    this.#hurry();
  }

  #isLast(petition: number | undefined, group: AskGroup): boolean {
    if (petition === undefined || this.#view === undefined) return false;
    return isAnswered(this.#view, petition) || performance.now() - group.sinceMs > PETITION_MS;
  }

  #touch(): void {
    const nowMs = performance.now();
    if (this.#isOut || nowMs - this.#touchedAtMs > GAP_MS) this.#inTouchSinceMs = nowMs;
    this.#touchedAtMs = nowMs;
    this.#isOut = false;
  }

  /** It goes on with what it holds: nobody else can know any better. */
  #lose(error: unknown): void {
    if (!this.#isOut && !this.#isStopped)
      this.#parts.onNotice(
        `Concurrency is not shared with other platforms until the database answers again: ${String(error)}`,
      );
    this.#isOut = true;
    this.#asks.finishAll();
  }

  #hurry(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  async #pause(): Promise<void> {
    if ((this.#isWoken || this.#asks.hasNew) && !this.#isOut) {
      this.#isWoken = false;
      // Those who come with the same turn of the event loop are asked for together.
      await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    const isBusy = this.#asks.size > 0 || this.#isBlocked || this.#view?.petitions.length !== 0;
    const delayMs = this.#isOut ? RETRY_MS : isBusy ? BUSY_LOOK_MS : LOOK_MS;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs).unref();
      this.#wake = () => {
        if (this.#isOut && !this.#isStopped) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
    this.#isWoken = false;
  }
}

async function after(delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, delayMs).unref());
}
