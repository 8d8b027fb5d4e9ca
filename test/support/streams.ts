import { randomUUID } from 'node:crypto';
import {
  CreateStreamCommand,
  type CreateStreamCommandInput,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  type PutRecordsCommandOutput,
  type StreamDescription,
} from '@aws-sdk/client-kinesis';
import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

/** @param account whose; its id is its access key */
export function kinesisFor({ endpoint }: Pick<TestServer, 'endpoint'>, account = 'test'): KinesisClient {
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  return new KinesisClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

/** A stream that a test made. */
export interface TestStream {
  readonly name: string;
  readonly arn: string;
}

export const FIRST_SHARD = 'shardId-000000000000';

/** Creates a stream under a name of its own, of one shard unless more are asked for, and waits until it is ACTIVE. */
export async function makeStream(
  kinesis: KinesisClient,
  input: Partial<CreateStreamCommandInput> = { ShardCount: 1 },
): Promise<TestStream> {
  const name = `stream-${randomUUID()}`;
  await kinesis.send(new CreateStreamCommand({ StreamName: name, ...input }));
  const { StreamARN: arn = '' } = await whenActive(kinesis, name);
  return { name, arn };
}

export async function whenActive(kinesis: KinesisClient, StreamName: string): Promise<StreamDescription> {
  const stream = await eventually(
    async () => (await kinesis.send(new DescribeStreamCommand({ StreamName }))).StreamDescription,
    (found) => found?.StreamStatus === 'ACTIVE',
    30_000,
  );
  if (stream === undefined) throw new Error(`${StreamName} is not described`);
  return stream;
}

/** Puts one record for each text, under its own text as the key. */
export async function putTexts(
  kinesis: KinesisClient,
  { name }: TestStream,
  texts: readonly string[],
): Promise<PutRecordsCommandOutput> {
  const Records = texts.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) }));
  return await kinesis.send(new PutRecordsCommand({ StreamName: name, Records }));
}

export interface ReadRecord {
  readonly text: string;
  readonly key: string | undefined;
  readonly sequenceNumber: string;
  readonly arrivedAt: Date | undefined;
}

type Position = Partial<GetShardIteratorCommandInput>;

/** @returns the iterator */
export async function iteratorOf(
  kinesis: KinesisClient,
  { name }: TestStream,
  position: Position = {},
): Promise<string | undefined> {
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: name,
      ShardId: FIRST_SHARD,
      ShardIteratorType: 'TRIM_HORIZON',
      ...position,
    }),
  );
  return ShardIterator;
}

/** What one call reads from a position of a shard on. */
export async function readFrom(
  kinesis: KinesisClient,
  stream: TestStream,
  position: Position = {},
): Promise<ReadRecord[]> {
  return await readOn(kinesis, await iteratorOf(kinesis, stream, position));
}

export async function readOn(
  kinesis: KinesisClient,
  ShardIterator: string | undefined,
): Promise<ReadRecord[]> {
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ Data, PartitionKey, SequenceNumber = '', ApproximateArrivalTimestamp }) => ({
    text: Buffer.from(Data ?? []).toString(),
    key: PartitionKey,
    sequenceNumber: SequenceNumber,
    arrivedAt: ApproximateArrivalTimestamp,
  }));
}

export function textsOf(records: readonly ReadRecord[]): string[] {
  return records.map(({ text }) => text);
}

/** Closed shards too. */
export async function shardIdsOf(kinesis: KinesisClient, StreamName: string): Promise<string[]> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  return Shards.map(({ ShardId = '' }) => ShardId);
}
