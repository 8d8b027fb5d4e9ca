import type { Clock } from '../../../model/clock.ts';
import type { StreamPublisher } from '../../../model/stream-ports.ts';
import type { Store } from '../../../store/store.ts';
import type { DestinationHolds } from './destination-holds.ts';
import { endDestination, findDestination } from './destination-rows.ts';
import { readOutgoing, removeOutgoing, type SequencedOutgoing } from './outgoing-rows.ts';
import { isPassing, putOutgoing } from './put-outgoing.ts';
import { isLive, type StreamingDestination } from './streaming-destination.ts';

export interface CourierOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly streams: StreamPublisher;
  readonly holds: DestinationHolds;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** `slowed`: some were taken and some not. `ended`: nobody has to look at it again. */
type Step = 'more' | 'nothing' | 'elsewhere' | 'slowed' | 'refused' | 'ended';

const AT_ONCE = { mostRecords: 500, mostBytes: 4_194_304 };
/** Other platforms write to the same database, or give up what they held. */
const LOOK_ROUND_MS = 500;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/**
 * Brings records to their Kinesis stream, those of one item one after the other, until each has been taken. What was under way
 * when the platform ended is brought once more.
 */
export class DestinationCourier {
  readonly #id: string;
  readonly #options: CourierOptions;
  /** Resolves when there is nothing left to do for it, or it was stopped. */
  readonly ended: Promise<void>;
  #isRunning = true;
  #wakes = 0;
  #endRest: () => void = () => undefined;
  #endPause: () => void = () => undefined;
  #problem: string | undefined;

  constructor(id: string, options: CourierOptions) {
    this.#id = id;
    this.#options = options;
    this.ended = this.#run();
  }

  /** There are records. One that waits for its stream goes on to wait. */
  wake(): void {
    this.#wakes += 1;
    this.#endRest();
  }

  /** The destination is another than it was: looks at it at once. */
  look(): void {
    this.wake();
    this.#endPause();
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.look();
    await this.ended;
  }

  async #run(): Promise<void> {
    let refusals = 0;
    while (this.#isRunning) {
      const wakes = this.#wakes;
      const working = this.#step();
      this.#options.clock.during(working);
      const step = await working;
      if (step === 'ended' || !this.#isRunning) return;
      if (step === 'slowed') refusals = 1;
      else refusals = step === 'refused' ? refusals + 1 : 0;
      if (refusals > 0) await this.#pause(retryMs(refusals));
      else if (step !== 'more' && wakes === this.#wakes) await this.#rest();
    }
  }

  async #step(): Promise<Step> {
    const { store, holds } = this.#options;
    try {
      const destination = await findDestination(store.db, this.#id);
      if (destination === undefined || !isLive(destination)) return 'ended';
      if (!(await holds.hold(this.#id))) return 'elsewhere';
      const records = await readOutgoing(store.db, this.#id, AT_ONCE);
      if (records.length > 0) return await this.#deliver(destination, records);
      if (destination.status === 'ACTIVE') return 'nothing';
      await store.write(async (tx) => await endDestination(tx, destination));
      return 'ended';
    } catch (error) {
      this.#tell(`Changes of a table wait to be streamed: ${String(error)}`);
      return 'refused';
    }
  }

  async #deliver(destination: StreamingDestination, records: readonly SequencedOutgoing[]): Promise<Step> {
    const { store, onNotice } = this.#options;
    const { sequences, refusal, loss } = await putOutgoing(this.#options.streams, destination, records);
    const what = `Changes of the table ${destination.table.name} for ${destination.streamArn}`;
    if (loss !== undefined)
      onNotice(`${what} were given up, since it was switched off and does not take them: ${loss.message}`);
    if (sequences.length > 0) {
      await store.write(async (tx) => await removeOutgoing(tx, this.#id, sequences));
    }
    if (refusal === undefined) {
      this.#problem = undefined;
      return 'more';
    }
    if (!isPassing(refusal)) this.#tell(`${what} wait until it takes them: ${refusal.message}`);
    return sequences.length > 0 ? 'slowed' : 'refused';
  }

  /** Each problem once, until it is over. */
  #tell(problem: string): void {
    if (problem !== this.#problem) this.#options.onNotice(problem);
    this.#problem = problem;
  }

  async #rest(): Promise<void> {
    const isShared = this.#options.store.engine === 'postgres';
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endRest = resolve;
    const look = isShared ? setTimeout(resolve, LOOK_ROUND_MS) : undefined;
    await promise;
    clearTimeout(look);
  }

  /** By platform time. */
  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endPause = resolve;
    const cancel = this.#options.clock.schedule(ms, resolve);
    await promise;
    cancel();
  }
}

/** @param refusals one after the other, this one included */
function retryMs(refusals: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (refusals - 1));
}
