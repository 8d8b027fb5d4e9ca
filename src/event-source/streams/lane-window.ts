import type { Clock } from '../../model/clock.ts';
import type { FunctionAnswer } from '../batch-result.ts';
import type { WindowClosing } from '../source-driver.ts';
import {
  countInWindow,
  isTooLarge,
  type OpenWindow,
  stateIn,
  windowAt,
  windowedEvent,
} from './tumbling-windows.ts';

interface LaneWindowOptions {
  readonly clock: Clock;
  /** 0: there are none, but one that is open is still closed. */
  readonly lengthMs: number;
  readonly shardId: string;
  readonly eventSourceArn: string;
  /** Whether everything there is has been read, and what has been read is handed out. */
  readonly isCaughtUp: () => boolean;
  readonly hasEnded: () => boolean;
}

interface Arrived {
  readonly arrivedAtMs: number;
}

/** Records take a moment from their arrival until they can be read. */
const GRACE_MS = 2_000;
/** To look again whether the shard has been read up to the window's end. */
const LOOK_MS = 1_000;

/** The tumbling window of one lane, of which one at most is open. */
export class LaneWindow {
  readonly #options: LaneWindowOptions;
  #open: OpenWindow | undefined;
  #closedUntilMs: number;

  /** @param closedUntilMs what comes late to a window that ended before counts for the next one */
  constructor(options: LaneWindowOptions, open: OpenWindow | undefined, closedUntilMs = 0) {
    this.#options = options;
    this.#open = open;
    this.#closedUntilMs = closedUntilMs;
  }

  get closedUntilMs(): number {
    return this.#closedUntilMs;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** As it is to be remembered. */
  get stored(): OpenWindow | null {
    return this.#open ?? null;
  }

  /** Whether the window that is open ends before the first of these. */
  isOverBefore([first]: readonly Arrived[]): boolean {
    if (this.#open === undefined || first === undefined) return false;
    return first.arrivedAtMs >= this.#open.endMs || !this.#isOfThisLength(this.#open);
  }

  /** Opens a window for the first of these unless one is open. @returns how many of them belong to it */
  open(records: readonly Arrived[]): number {
    const { lengthMs } = this.#options;
    const [first] = records;
    if (lengthMs === 0 || first === undefined) return records.length;
    this.#open ??= windowAt(Math.max(first.arrivedAtMs, this.#closedUntilMs), lengthMs);
    return countInWindow(records, this.#open.endMs);
  }

  /** Whether it is time to close, with no record to come. */
  isDue(): boolean {
    return this.#open !== undefined && this.untilDueMs() === 0;
  }

  /** How long to wait before it can be due; Infinity: nothing is open. */
  untilDueMs(): number {
    const { clock, isCaughtUp, hasEnded } = this.#options;
    if (this.#open === undefined) return Infinity;
    if (hasEnded() || !this.#isOfThisLength(this.#open)) return 0;
    const leftMs = this.#open.endMs + GRACE_MS - clock.now();
    if (leftMs > 0) return leftMs;
    return isCaughtUp() ? 0 : LOOK_MS;
  }

  /** Undefined: no window has to do with it. */
  event(records: readonly string[], closing: WindowClosing | undefined): string | undefined {
    if (this.#open === undefined) return undefined;
    const { shardId, eventSourceArn } = this.#options;
    return windowedEvent({
      records,
      window: this.#open,
      shardId,
      eventSourceArn,
      isFinal: closing !== undefined,
      isTerminatedEarly: closing?.isEarly === true,
    });
  }

  /** The state a function has answered with; undefined: none, or it failed. */
  stateOf(answer: FunctionAnswer): string | undefined {
    return answer.functionError === undefined ? stateIn(answer.payload) : undefined;
  }

  keep(state: string): void {
    if (this.#open !== undefined) this.#open = { ...this.#open, state };
  }

  isTooLarge(): boolean {
    return this.#open !== undefined && isTooLarge(this.#open.state);
  }

  close(): void {
    // What comes late to a window that was closed in its time counts for the next one.
    if (this.#open !== undefined && this.#options.clock.now() >= this.#open.endMs)
      this.#closedUntilMs = this.#open.endMs;
    this.#open = undefined;
  }

  #isOfThisLength({ startMs, endMs }: OpenWindow): boolean {
    return endMs - startMs === this.#options.lengthMs;
  }
}
