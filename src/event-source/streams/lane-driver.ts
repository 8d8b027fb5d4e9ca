import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import type { RunOutcome } from '../function-door.ts';
import type { ReportResult } from '../poller.ts';
import type { Batch, BatchEnd, BatchStep, SourceDriver } from '../source-driver.ts';
import type { GivenUp } from './failure-record.ts';
import type { LaneWindow } from './lane-window.ts';
import type { ShardLane } from './shard-lane.ts';
import type { ShardRecord } from './shard-record.ts';
import { countExpired, type FailureRules, nextStreamStep } from './stream-decision.ts';
import { waitForWake } from './wait-for-wake.ts';

type RecordBatch = Batch<ShardRecord>;
type Step = BatchStep<ShardRecord>;

export interface LaneDriverOptions {
  readonly clock: Clock;
  readonly lane: ShardLane;
  readonly window: LaneWindow;
  readonly rules: FailureRules;
  /** Has on disk how far the lanes of the shard are. */
  readonly save: () => Promise<void>;
  /** Resolves when the destination has it, if there is one. */
  readonly giveUp: (givenUp: GivenUp) => Promise<void>;
  readonly report: ReportResult;
  /** How old the last record of a batch is when the function gets it. */
  readonly onAge: (ageMs: number) => void;
}

/** Receives the records of one lane of a shard and settles them with the shard's checkpoint. */
export class LaneDriver implements SourceDriver<ShardRecord> {
  readonly isOrdered = true;
  readonly #options: LaneDriverOptions;

  constructor(options: LaneDriverOptions) {
    this.#options = options;
  }

  room(running: number): number {
    return 1 - running;
  }

  async receive(most: number, waitMs: number, signal: AbortSignal): Promise<readonly ShardRecord[]> {
    const { lane, window, clock } = this.#options;
    const isDue = window.isDue();
    if (!lane.hasWaiting && !isDue) {
      await waitForWake(clock, Math.min(waitMs, window.untilDueMs()), signal, (wake) => lane.whenWoken(wake));
    }
    return signal.aborted ? [] : lane.take(most);
  }

  async skip(records: readonly ShardRecord[]): Promise<void> {
    if (this.#options.lane.finish(records)) await this.#options.save();
  }

  due(): RecordBatch | undefined {
    const { window, lane } = this.#options;
    return !lane.hasWaiting && window.isDue() ? this.#closing(false) : undefined;
  }

  async before(batch: RecordBatch): Promise<Step | undefined> {
    if (batch.closing !== undefined) return undefined;
    const { clock, rules, lane, window } = this.#options;
    const expired = countExpired(batch.records, rules, clock.now());
    if (expired > 0) {
      const records = batch.records.slice(0, expired);
      const { tries } = batch;
      const condition = 'RecordAgeExceeded';
      await this.#options.giveUp({ records, condition, tries, outcome: undefined, requestId: randomUUID() });
      lane.finish(records);
      await this.#options.save();
      return again(0, part(batch, expired));
    }
    if (window.isOverBefore(batch.records)) return again(0, this.#closing(false), batch);
    const count = window.open(batch.records);
    if (count < batch.records.length) return again(0, part(batch, 0, count), part(batch, count));
    this.#options.onAge(clock.now() - (batch.records.at(-1)?.arrivedAtMs ?? clock.now()));
    return undefined;
  }

  event(batch: RecordBatch): string {
    const texts = batch.records.map(({ text }) => text);
    return this.#options.window.event(texts, batch.closing) ?? `{"Records":[${texts.join(',')}]}`;
  }

  traceId(): undefined {
    // Records of streams carry no trace.
  }

  async settle(batch: RecordBatch, { outcome, result }: BatchEnd): Promise<Step> {
    const { lane, rules, window, save } = this.#options;
    const state = window.isOpen && outcome.kind === 'answered' ? window.stateOf(outcome.answer) : '';
    const judged = state === undefined ? ({ kind: 'failed' } as const) : result;
    this.#report(outcome, judged === undefined || judged.kind === 'failed');
    const ids = batch.records.map(({ id }) => id);
    const step = nextStreamStep(ids, batch.tries, { outcome, result: judged }, rules);
    const isProgress = step.kind === 'done' || (judged?.kind === 'partial' && step.done > 0);
    if (state !== undefined && isProgress) window.keep(state);
    if (step.kind === 'done' || step.kind === 'discard') {
      if (step.kind === 'discard') await this.#discard(batch, step.done, step.tries, outcome);
      lane.finish(batch.records);
      if (batch.closing !== undefined) window.close();
      await save();
      return window.isTooLarge() ? again(0, this.#closing(true)) : { kind: 'done' };
    }
    if (step.done > 0) {
      lane.finish(batch.records.slice(0, step.done));
      await save();
    }
    const { tries, afterMs } = step;
    if (step.kind === 'retry') return again(afterMs, { ...part(batch, step.done), tries });
    const halves = [part(batch, step.done, step.at), part(batch, step.at)];
    return again(afterMs, ...halves.map((half) => ({ ...half, tries })));
  }

  async giveBack(records: readonly ShardRecord[]): Promise<void> {
    this.#options.lane.putBack(records);
  }

  #closing(isEarly: boolean): RecordBatch {
    return { records: [], tries: 0, takenAtMs: this.#options.clock.now(), closing: { isEarly } };
  }

  async #discard(batch: RecordBatch, done: number, tries: number, outcome: RunOutcome): Promise<void> {
    const records = batch.records.slice(done);
    const { requestId } = outcome;
    await this.#options.giveUp({ records, condition: 'RetryAttemptsExhausted', tries, outcome, requestId });
  }

  #report(outcome: RunOutcome, hasFailed: boolean): void {
    if (!hasFailed) this.#options.report('OK');
    else if (outcome.kind === 'answered') this.#options.report('PROBLEM: Function call failed');
    else if (outcome.kind === 'throttled') this.#options.report('PROBLEM: Function call was throttled');
    else this.#options.report(`PROBLEM: ${outcome.problem}`);
  }
}

function again(afterMs: number, ...batches: readonly RecordBatch[]): Step {
  const left = batches.filter(({ records, closing }) => records.length > 0 || closing !== undefined);
  return left.length === 0 ? { kind: 'done' } : { kind: 'again', batches: left, afterMs };
}

function part(batch: RecordBatch, from: number, to?: number): RecordBatch {
  return { ...batch, records: batch.records.slice(from, to) };
}
