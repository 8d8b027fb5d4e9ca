import { Worker } from 'node:worker_threads';
import type { SqliteMessage, SqliteOutcome, SqliteRequest, SqliteWorkerOptions } from './sqlite-messages.ts';
import { reasonOf, StoreUnavailable } from './store-unavailable.ts';

type Answered = Exclude<SqliteOutcome, { failure: unknown }>;

/** An error that SQLite reported. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';
  /** Extended result code, e.g. 2067 for a unique constraint. */
  readonly code: number | undefined;

  constructor(message: string, code: number | undefined) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (outcome: Answered) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The thread that owns the database file. Statements that are asked for in one turn of the event loop travel in one
 * message, and are answered in one: the hop between threads costs more than a small statement.
 */
export class SqliteThread {
  readonly #worker: Worker;
  #batch: SqliteRequest[] = [];
  #batchWaiting: Waiting[] = [];
  /** Those that were sent, oldest first; answers come in the same order. */
  readonly #sent: Waiting[][] = [];
  #dead: Error | undefined;

  private constructor(options: SqliteWorkerOptions, onDeath: (reason: string) => void) {
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.bundle.js';
    this.#worker = new Worker(new URL(`./sqlite-worker${extension}`, import.meta.url), {
      workerData: options,
      // Flags of the main thread (a test runner's loaders) mean nothing here and cost start-up time.
      execArgv: [],
    });
    this.#worker.on('message', (outcomes: readonly SqliteOutcome[]) => this.#answer(outcomes));
    this.#worker.on('error', (error) => {
      this.#die(reasonOf(error));
      onDeath(reasonOf(error));
    });
    this.#worker.on('exit', () => this.#die('the store is closed'));
  }

  /**
   * @param onDeath hears the reason when the thread fails later
   * @throws StoreUnavailable when the file cannot be opened
   */
  static async start(options: SqliteWorkerOptions, onDeath: (reason: string) => void): Promise<SqliteThread> {
    let started = false;
    const thread = new SqliteThread(options, (reason) => {
      if (started) onDeath(reason);
    });
    try {
      // The thread answers this before anything is asked, once both connections are open.
      await new Promise((resolve, reject) => thread.#sent.push([{ resolve, reject }]));
    } catch (error) {
      throw new StoreUnavailable(`Cannot open the database ${options.file}: ${reasonOf(error)}.`);
    }
    started = true;
    return thread;
  }

  run(request: SqliteRequest): Promise<Answered> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    // Once every promise that can go on now has gone on: what they ask for rides along.
    if (this.#batch.length === 0) queueMicrotask(() => process.nextTick(() => this.#send()));
    this.#batch.push(request);
    return new Promise((resolve, reject) => this.#batchWaiting.push({ resolve, reject }));
  }

  /** Answers what was asked, closes the file (which moves the log into it) and ends the thread. */
  async close(): Promise<void> {
    if (this.#dead !== undefined) return;
    this.#send();
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#post('close');
    await exited;
  }

  #send(): void {
    if (this.#batch.length === 0 || this.#dead !== undefined) return;
    const batch = this.#batch;
    this.#sent.push(this.#batchWaiting);
    this.#batch = [];
    this.#batchWaiting = [];
    try {
      this.#post(batch);
    } catch (error) {
      // A parameter that cannot cross the boundary (a function, say): find it by sending one by one.
      const waiting = this.#sent.pop() ?? [];
      if (batch.length > 1) this.#sendSingly(batch, waiting);
      else waiting[0]?.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #post(message: SqliteMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(message);
  }

  #sendSingly(batch: readonly SqliteRequest[], waiting: readonly Waiting[]): void {
    for (const [index, request] of batch.entries()) {
      const one = waiting[index];
      if (one === undefined) continue;
      this.#batch = [request];
      this.#batchWaiting = [one];
      this.#send();
    }
  }

  #answer(outcomes: readonly SqliteOutcome[]): void {
    const waiting = this.#sent.shift() ?? [];
    for (const [index, outcome] of outcomes.entries()) {
      if ('failure' in outcome) {
        waiting[index]?.reject(new SqliteError(outcome.failure.message, outcome.failure.code));
      } else {
        waiting[index]?.resolve(outcome);
      }
    }
  }

  #die(reason: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = new Error(reason);
    for (const waiting of [...this.#sent.flat(), ...this.#batchWaiting]) waiting.reject(this.#dead);
    this.#sent.length = 0;
    this.#batch = [];
    this.#batchWaiting = [];
  }
}
