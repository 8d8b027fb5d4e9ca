import type { Clock } from '../../../model/clock.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import { streamChange, changeStream } from './stream-rows.ts';
import type { StoredStream } from './stored-stream.ts';
import type { StreamName } from './stream-name.ts';

interface TransitionsOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** The stream is gone. */
  readonly onGone: (stream: StoredStream) => void;
  readonly onNotice: (message: string) => void;
}

/** Rows of one write, so that others need not wait long for theirs. */
const CHUNK = 200;

/**
 * Brings streams and consumers out of the states that pass: what was asked for is on disk already, so CREATING and
 * UPDATING end as soon as somebody has had a chance to see them; DELETING ends when the records are gone.
 */
export class Transitions {
  readonly #options: TransitionsOptions;
  #under: Promise<void> = Promise.resolve();
  #isStarted = false;

  constructor(options: TransitionsOptions) {
    this.#options = options;
    options.store.changes.subscribe('kinesis-stream', (change) => this.#hear(change));
  }

  /** Takes up what an earlier run has left, or another platform. */
  async takeUp(): Promise<void> {
    this.#isStarted = true;
    const { db } = this.#options.store;
    const passing = await db
      .selectFrom('kinesis_streams')
      .select(['account_id', 'region', 'name'])
      .where((eb) =>
        eb.or([
          eb('status', '!=', 'ACTIVE'),
          eb(
            'id',
            'in',
            eb.selectFrom('kinesis_consumers').select('stream_id').where('status', '!=', 'ACTIVE'),
          ),
        ]),
      )
      .execute();
    for (const { account_id: accountId, region, name } of passing)
      this.#settleSoon({ accountId, region, name });
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    await this.#under;
  }

  #hear({ value }: Change): void {
    const stream = value as StoredStream | undefined;
    if (stream !== undefined && isPassing(stream)) this.#settleSoon(stream);
  }

  #settleSoon(name: StreamName): void {
    if (!this.#isStarted) return;
    const { clock, onNotice } = this.#options;
    this.#under = this.#under
      .then(async () => await this.#settle(name))
      .catch((error: unknown) => {
        // Deleted meanwhile, or forgotten with everything else.
        if (error instanceof ServiceError) return;
        onNotice(`The stream ${name.name} stays in its state: ${String(error)}`);
      });
    clock.during(this.#under);
  }

  async #settle(name: StreamName): Promise<void> {
    if (!this.#isStarted) return;
    const { store } = this.#options;
    const after = await changeStream(store, name, async ({ id, status }, tx) => {
      await tx
        .deleteFrom('kinesis_consumers')
        .where('stream_id', '=', id)
        .where('status', '=', 'DELETING')
        .execute();
      await tx
        .updateTable('kinesis_consumers')
        .set({ status: 'ACTIVE' })
        .where('stream_id', '=', id)
        .where('status', '=', 'CREATING')
        .execute();
      return { status: status === 'DELETING' ? 'DELETING' : 'ACTIVE' };
    });
    if (after.status === 'DELETING') await this.#remove(after);
  }

  async #remove(stream: StoredStream): Promise<void> {
    const { store, onGone } = this.#options;
    for (let removed = CHUNK; removed === CHUNK && this.#isStarted; ) {
      removed = await removeRecords(store, stream.id);
    }
    if (!this.#isStarted) return;
    await store.write(async (tx, announce) => {
      await tx.deleteFrom('kinesis_streams').where('id', '=', stream.id).execute();
      announce(streamChange(stream));
    });
    onGone(stream);
  }
}

function isPassing({ status, consumers }: StoredStream): boolean {
  return status !== 'ACTIVE' || consumers.some((consumer) => consumer.status !== 'ACTIVE');
}

/** @returns how many rows there were, at most a chunk */
async function removeRecords(store: Store, streamId: number): Promise<number> {
  const rows = await store.db
    .selectFrom('kinesis_records')
    .select(['shard', 'last_place'])
    .where('stream_id', '=', streamId)
    .orderBy('shard')
    .orderBy('last_place')
    .limit(CHUNK)
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await store.write(async (tx) => {
    await tx
      .deleteFrom('kinesis_records')
      .where('stream_id', '=', streamId)
      .where((eb) =>
        eb.or([
          eb('shard', '<', last.shard),
          eb.and([eb('shard', '=', last.shard), eb('last_place', '<=', last.last_place)]),
        ]),
      )
      .execute();
  });
  return rows.length;
}
