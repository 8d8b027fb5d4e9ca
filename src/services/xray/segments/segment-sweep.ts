import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';

/** As long as X-Ray keeps traces. */
export const RETENTION_MS = 30 * 24 * 3_600_000;
const INTERVAL_MS = 3_600_000;
/** Starting up has better things to do. */
const FIRST_MS = 60_000;
/** Documents of all accounts together. Beyond that the oldest go before their time. */
const MOST_BYTES = 1024 * 1024 * 1024;
/** So much more is made room for at a time. */
const ROOM = 0.05;
/** Rows that one write removes: others want to write as well. */
const SLICE = 2_000;

/** Removes segments that are past their retention, and the oldest of too many. */
export class SegmentSweep {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #mostBytes: number;
  #cancel: () => void = () => undefined;
  #sweeping: Promise<void> = Promise.resolve();
  /** About: other platforms that share the database write as well. */
  #keptBytes = 0;
  #isMakingRoom = false;

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }, mostBytes = MOST_BYTES) {
    this.#store = store;
    this.#clock = clock;
    this.#mostBytes = mostBytes;
  }

  start(): void {
    this.#arm(FIRST_MS);
  }

  kept(bytes: number): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes <= this.#mostBytes || this.#isMakingRoom) return;
    this.#isMakingRoom = true;
    this.#run();
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#sweeping;
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#clock.schedule(delayMs, async () => {
      this.#arm(INTERVAL_MS);
      this.#run();
      await this.#sweeping;
    });
  }

  #run(): void {
    this.#sweeping = this.#sweeping.then(() => this.#sweep()).catch(() => undefined);
  }

  async #sweep(): Promise<void> {
    const cutoffMs = this.#clock.now() - RETENTION_MS;
    while ((await this.#removeOldest(cutoffMs)) > 0);
    const { total } = await this.#store.db
      .selectFrom('xray_segments')
      .select(({ fn }) => fn.sum<number | string | null>('bytes').as('total'))
      .executeTakeFirstOrThrow();
    this.#keptBytes = Number(total ?? 0);
    if (this.#keptBytes > this.#mostBytes) await this.#makeRoom();
    this.#isMakingRoom = false;
  }

  async #makeRoom(): Promise<void> {
    while (this.#keptBytes > this.#mostBytes * (1 - ROOM)) {
      const removed = await this.#removeOldest(undefined);
      if (removed === 0) return;
      this.#keptBytes -= removed;
    }
  }

  /** A slice of what was received before that moment, or of all. Returns the bytes of it. */
  async #removeOldest(beforeMs: number | undefined): Promise<number> {
    return await this.#store.write(async (tx) => {
      const removed = await tx
        .deleteFrom('xray_segments')
        .where((rows) => {
          const oldest = rows
            .selectFrom('xray_segments')
            .select(['account_id', 'region', 'trace_id', 'id'])
            .$if(beforeMs !== undefined, (query) => query.where('received_at_ms', '<', beforeMs ?? 0))
            .orderBy('received_at_ms')
            .limit(SLICE)
            .$asTuple('account_id', 'region', 'trace_id', 'id');
          return rows.eb(rows.refTuple('account_id', 'region', 'trace_id', 'id'), 'in', oldest);
        })
        .returning('bytes')
        .execute();
      return removed.reduce((sum, { bytes }) => sum + bytes, 0);
    });
  }
}
