import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredStream } from './stored-stream.ts';
import { streamArn, type StreamName } from './stream-name.ts';
import { findStream } from './stream-rows.ts';

/** Other platforms' changes to a stream are seen after so long. */
const SEEN_AFTER_MS = 1_000;

interface Known {
  readonly stream: StoredStream;
  /** Machine time, from `performance.now()`. */
  readonly readAtMs: number;
}

/**
 * Streams in memory with their shards, so that no record asks the database where it belongs. The change feed brings what
 * this platform changes before the change is acknowledged; what others change in a shared database is read again now
 * and then.
 */
export class StreamDirectory {
  readonly #store: Store;
  readonly #known = new Map<string, Known>();
  /** Tells a read that a change overtook it. */
  #changes = 0;

  constructor(store: Store) {
    this.#store = store;
    store.changes.subscribe('kinesis-stream', (change) => this.#apply(change));
  }

  async find(name: StreamName): Promise<StoredStream | undefined> {
    const arn = streamArn(name);
    const known = this.#known.get(arn);
    if (known !== undefined && this.#isFresh(known)) return known.stream;
    return await this.#read(arn, name);
  }

  /** The next one who asks for the stream gets it from the database. */
  forget(name: StreamName): void {
    this.#known.delete(streamArn(name));
  }

  clear(): void {
    this.#changes += 1;
    this.#known.clear();
  }

  async #read(arn: string, name: StreamName): Promise<StoredStream | undefined> {
    const changesBefore = this.#changes;
    const readAtMs = performance.now();
    const stream = await findStream(this.#store.db, name);
    if (changesBefore !== this.#changes) return this.#known.get(arn)?.stream ?? stream;
    if (stream === undefined) this.#known.delete(arn);
    else this.#known.set(arn, { stream, readAtMs });
    return stream;
  }

  #isFresh({ readAtMs }: Known): boolean {
    return this.#store.engine === 'sqlite' || performance.now() - readAtMs < SEEN_AFTER_MS;
  }

  #apply({ key, value }: Change): void {
    this.#changes += 1;
    if (value === undefined) this.#known.delete(key);
    else this.#known.set(key, { stream: value as StoredStream, readAtMs: performance.now() });
  }
}
