import {
  ExpiredIteratorException,
  GetRecordsCommand,
  type KinesisClient,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-kinesis';
import { eventually } from './functions.ts';
import { PATIENCE_MS } from './mappings.ts';
import { iteratorOf, shardIdsOf, type TestStream } from './streams.ts';
import type { TableItem } from './table-streams.ts';

/** A table's change, as it comes to a Kinesis stream. */
export interface StreamedChange {
  readonly eventID: string;
  readonly eventName: string;
  readonly tableName: string;
  readonly userIdentity: unknown;
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: TableItem;
    readonly NewImage?: TableItem;
    readonly OldImage?: TableItem;
  };
}

/** Reads all shards of a stream on and on. Readers of a shard are let in five times a second. */
export class StreamedChanges {
  readonly #kinesis: KinesisClient;
  readonly #stream: TestStream;
  readonly #iterators = new Map<string, string | undefined>();
  /** By shard, the number of the last record read. */
  readonly #last = new Map<string, string>();
  readonly #found: StreamedChange[] = [];
  readonly partitionKeys = new Set<string>();

  constructor(kinesis: KinesisClient, stream: TestStream) {
    this.#kinesis = kinesis;
    this.#stream = stream;
  }

  /** All there is so far; a shard's in its order. */
  async read(): Promise<readonly StreamedChange[]> {
    for (const ShardId of await shardIdsOf(this.#kinesis, this.#stream.name)) {
      if (!this.#iterators.has(ShardId)) this.#iterators.set(ShardId, await this.#iterator(ShardId));
      await this.#readShard(ShardId);
    }
    return [...this.#found];
  }

  /** Once there are so many. */
  async atLeast(count: number): Promise<readonly StreamedChange[]> {
    return await eventually(
      async () => await this.read(),
      (found) => found.length >= count,
      PATIENCE_MS,
    );
  }

  async #readShard(shardId: string): Promise<void> {
    const ShardIterator = this.#iterators.get(shardId);
    if (ShardIterator === undefined) return;
    try {
      const page = await this.#kinesis.send(new GetRecordsCommand({ ShardIterator }));
      this.#iterators.set(shardId, page.NextShardIterator);
      for (const { Data, PartitionKey = '', SequenceNumber = '' } of page.Records ?? []) {
        this.#last.set(shardId, SequenceNumber);
        this.partitionKeys.add(PartitionKey);
        this.#found.push(JSON.parse(Buffer.from(Data ?? []).toString()) as StreamedChange);
      }
    } catch (error) {
      // The platform's clock was moved.
      if (error instanceof ExpiredIteratorException) this.#iterators.delete(shardId);
      else if (!(error instanceof ProvisionedThroughputExceededException)) throw error;
    }
  }

  async #iterator(ShardId: string): Promise<string | undefined> {
    const last = this.#last.get(ShardId);
    const after =
      last !== undefined &&
      ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: last } as const);
    return await iteratorOf(this.#kinesis, this.#stream, { ShardId, ...after });
  }
}

/** Without what came again. */
export function firstComings(all: readonly StreamedChange[]): StreamedChange[] {
  return [...new Map(all.map((one) => [one.eventID, one])).values()];
}
