import type { Transaction } from 'kysely';
import type { DeliveryQueue, InsertedDeliveries } from '../../../delivery/delivery-queue.ts';
import type { Delivery } from '../../../delivery/delivery.ts';
import type { Clock } from '../../../model/clock.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { archivedAfter } from '../archives/archived-events.ts';
import type { EventsDirectory } from '../events-directory.ts';
import type { EventRouter } from '../publishing/event-router.ts';
import type { PlatformEvent } from '../publishing/platform-event.ts';
import { lockReplay, readUnfinished, writeReplay } from './replay-rows.ts';
import { replayArn, type ReplayName, type ReplayState, type StoredReplay } from './stored-replay.ts';

interface RunnerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly directory: EventsDirectory;
  readonly router: EventRouter;
  readonly deliveries: DeliveryQueue;
  /** What an operator should read. */
  readonly onNotice: (message: string) => void;
}

/** Events in one step; fewer when they go to many targets. */
const MOST_EVENTS = 50;
const MOST_DELIVERIES = 1_000;
/** After the store has failed. */
const FAILURE_PAUSE_MS = 1_000;

/**
 * Takes replays from step to step. A step puts a few events' deliveries and how far the replay has come on disk in one
 * transaction, so a replay goes on after a restart where it stopped, and steps of two platforms follow each other.
 */
export class ReplayRunner {
  readonly #options: RunnerOptions;
  readonly #waiting = new Map<string, ReplayName>();
  readonly #underWay = new Map<string, Promise<void>>();
  #isStarted = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { store } = this.#options;
    store.changes.subscribe('event-replay', ({ value }) => this.#wake(value as StoredReplay));
    for (const replay of await readUnfinished(store.db)) this.#waiting.set(replayArn(replay), replay);
  }

  start(): void {
    this.#isStarted = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const replay of waiting) this.#wake(replay);
  }

  /** Ends what is under way after its step. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    await Promise.all(this.#underWay.values());
  }

  #wake(replay: ReplayName): void {
    const arn = replayArn(replay);
    if (!this.#isStarted) this.#waiting.set(arn, replay);
    if (!this.#isStarted || this.#underWay.has(arn)) return;
    const run = this.#run(replay).finally(() => this.#underWay.delete(arn));
    this.#underWay.set(arn, run);
    this.#options.clock.during(run);
  }

  async #run(replay: ReplayName): Promise<void> {
    try {
      while (this.#isStarted && (await this.#step(replay)));
    } catch (error) {
      const { clock, onNotice } = this.#options;
      onNotice(`The replay ${replayArn(replay)} could not go on: ${String(error)}`);
      clock.schedule(FAILURE_PAUSE_MS, () => this.#wake(replay));
    }
  }

  /** @returns whether there is more to do */
  async #step(name: ReplayName): Promise<boolean> {
    const { store, deliveries } = this.#options;
    const inserted = await store.write(async (tx) => {
      const replay = await lockReplay(store, tx, name);
      if (replay === undefined || replay.endedAtMs !== undefined) return undefined;
      if (replay.state === 'CANCELLING') return await this.#end(tx, replay, 'CANCELLED');
      return await this.#putSome(tx, replay);
    });
    if (inserted !== undefined) deliveries.begin(inserted);
    return inserted !== undefined;
  }

  async #putSome(tx: Transaction<Database>, replay: StoredReplay): Promise<InsertedDeliveries | undefined> {
    const { clock, directory, router, deliveries } = this.#options;
    const archive = directory.archive(replay.archive);
    if (archive?.id !== replay.archiveId)
      return await this.#end(tx, replay, 'FAILED', `Archive ${replay.archive.name} does not exist.`);
    const { position: after, untilMs } = replay;
    const found = await archivedAfter(tx, archive, {
      after,
      untilMs,
      nowMs: clock.now(),
      most: MOST_EVENTS,
    });
    let { position } = replay;
    const put: Delivery[] = [];
    for (const { text, position: next } of found) {
      const event: PlatformEvent = { ...(JSON.parse(text) as PlatformEvent), 'replay-name': replay.name };
      put.push(...router.deliveriesOf({ bus: replay.bus, event, hops: 0 }, replay.ruleArns));
      position = next;
      if (put.length > MOST_DELIVERIES) break;
    }
    if (found.length === 0) return await this.#end(tx, replay, 'COMPLETED');
    await writeReplay(tx, { ...replay, state: 'RUNNING', position, lastEventMs: position.timeMs });
    return await deliveries.insert(tx, put);
  }

  async #end(
    tx: Transaction<Database>,
    replay: StoredReplay,
    state: ReplayState,
    stateReason?: string,
  ): Promise<undefined> {
    const endedAtMs = this.#options.clock.now();
    await writeReplay(tx, {
      ...replay,
      state,
      ...(stateReason !== undefined && { stateReason }),
      endedAtMs,
    });
    return undefined;
  }
}
