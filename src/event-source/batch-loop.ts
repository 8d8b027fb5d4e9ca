import { BatchGatherer, type GathererOptions } from './batch-gatherer.ts';
import { type BatchResult, batchResult } from './batch-result.ts';
import type { FunctionDoor } from './function-door.ts';
import type { Batch, BatchEnd, BatchStep, PolledRecord, SourceDriver } from './source-driver.ts';

export interface BatchLoopOptions extends GathererOptions {
  readonly door: FunctionDoor;
  readonly reportsFailures: boolean;
  /** What keeps the loop from working, for people; undefined: nothing any more. */
  readonly onProblem: (problem: string | undefined) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/** Receive, filter, invoke, settle: the one loop of all sources. */
export class BatchLoop<R extends PolledRecord> {
  readonly #options: BatchLoopOptions;
  readonly #driver: SourceDriver<R>;
  readonly #gatherer: BatchGatherer<R>;
  readonly #stopping = new AbortController();
  #running = 0;
  #wake: () => void = () => undefined;
  #failures = 0;
  #ended: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: BatchLoopOptions, driver: SourceDriver<R>) {
    this.#options = options;
    this.#driver = driver;
    this.#gatherer = new BatchGatherer(options, driver, this.#stopping.signal);
  }

  start(): void {
    this.#ended ??= this.#run();
  }

  /** Receives no more and resolves when the batches under way have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // Several may ask for it, and only one can be woken.
    this.#stopped ??= this.#drain();
    await this.#stopped;
  }

  async #drain(): Promise<void> {
    await this.#ended;
    while (this.#running > 0) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const room = this.#driver.room(this.#running);
      if (room > 0) await this.#fill(room);
      else await this.#pause(FIRST_PAUSE_MS, (wake) => (this.#wake = wake));
    }
  }

  async #fill(room: number): Promise<void> {
    try {
      const problem = await this.#options.door.problem();
      // Records that nobody can take would only grow old in our hands.
      if (problem !== undefined) return await this.#fail(problem);
      const records = await this.#gatherer.gather(room);
      const due = records.length === 0 && !this.#isStopping ? this.#driver.due() : undefined;
      if (due !== undefined) void this.#process([due]);
      if (records.length === 0) return;
      // It may have come up while nothing was there.
      const newProblem = await this.#options.door.problem();
      if (newProblem !== undefined) {
        await this.#driver.giveBack(records);
        return await this.#fail(newProblem);
      }
      if (this.#failures > 0) this.#options.onProblem(undefined);
      this.#failures = 0;
      this.#begin(records, this.#driver.isOrdered ? 1 : room);
    } catch (error) {
      await this.#fail(messageOf(error));
    }
  }

  async #fail(problem: string): Promise<void> {
    if (this.#isStopping) return;
    this.#options.onProblem(problem);
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    await this.#pause(pauseMs);
  }

  /** Never more batches at once than there is room for, whatever the size of their records. */
  #begin(records: readonly R[], room: number): void {
    const takenAtMs = this.#options.clock.now();
    const batches = this.#gatherer.split(records).map((own) => ({ records: own, tries: 0, takenAtMs }));
    for (let lane = 0; lane < Math.min(room, batches.length); lane += 1) {
      void this.#process(batches.filter((_, index) => index % room === lane));
    }
  }

  async #process(batches: readonly Batch<R>[]): Promise<void> {
    this.#running += 1;
    try {
      await this.#work(batches);
    } catch (error) {
      this.#options.onProblem(messageOf(error));
    } finally {
      this.#running -= 1;
      this.#wake();
    }
  }

  /** One after the other, with what each leaves to be done before the next. */
  async #work(batches: readonly Batch<R>[]): Promise<void> {
    let waiting = batches;
    for (let batch = waiting[0]; batch !== undefined; batch = waiting[0]) {
      const behind = waiting.slice(1);
      if (this.#isStopping && waiting !== batches) return await this.#giveBack(waiting);
      const step = await this.#step(batch);
      waiting = step.kind === 'again' ? [...step.batches, ...behind] : behind;
      if (step.kind === 'left' && this.#driver.isOrdered) return await this.#giveBack(behind);
      if (step.kind === 'again' && step.afterMs > 0) await this.#pause(step.afterMs);
    }
  }

  async #giveBack(batches: readonly Batch<R>[]): Promise<void> {
    const records = batches.flatMap((batch) => batch.records);
    if (records.length > 0) await this.#driver.giveBack(records);
  }

  async #step(batch: Batch<R>): Promise<BatchStep<R>> {
    const before = this.#driver.before(batch);
    this.#options.clock.during(before);
    return (await before) ?? (await this.#once(batch));
  }

  async #once(batch: Batch<R>): Promise<BatchStep<R>> {
    const { clock, door, reportsFailures, meter } = this.#options;
    // Time that is being moved waits for the run, and for what becomes of the batch.
    const run = door.run(this.#driver.event(batch), this.#driver.traceId(batch));
    clock.during(run);
    const outcome = await run;
    meter.add('invokedEventCount', batch.records.length);
    const ids = batch.records.map(({ id }) => id);
    const result =
      outcome.kind === 'answered' ? batchResult(outcome.answer, ids, reportsFailures) : undefined;
    meter.add('failedInvokeEventCount', failedCount(result, ids.length));
    return await this.#settle(batch, { outcome, result });
  }

  /** What the function has done is not forgotten while the store is out of reach. */
  async #settle(batch: Batch<R>, end: BatchEnd): Promise<BatchStep<R>> {
    for (;;) {
      const settled = this.#driver.settle(batch, end);
      this.#options.clock.during(settled);
      try {
        return await settled;
      } catch (error) {
        this.#options.onProblem(messageOf(error));
        if (this.#isStopping) return { kind: 'left' };
        await this.#pause(FIRST_PAUSE_MS);
      }
    }
  }

  /** By platform time; ends early when the loop is to stop. */
  async #pause(delayMs: number, alsoEnds: (end: () => void) => void = () => undefined): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.schedule(delayMs, end);
      function end(): void {
        signal.removeEventListener('abort', end);
        cancel();
        resolve();
      }
      signal.addEventListener('abort', end);
      alsoEnds(end);
    });
  }
}

/** What did not run has failed as a whole. */
function failedCount(result: BatchResult | undefined, count: number): number {
  if (result?.kind === 'complete') return 0;
  return result?.kind === 'partial' ? result.failed.size : count;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
