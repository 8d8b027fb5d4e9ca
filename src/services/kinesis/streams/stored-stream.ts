import { randomInt } from 'node:crypto';
import type { Selectable } from 'kysely';
import { compilePolicy, type CompiledPolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import type { StreamStatus } from '../../../model/stream-ports.ts';
import type { KinesisConsumerTable, KinesisStreamTable } from '../../../store/kinesis-schema.ts';
import { type ShardRow, storedShardOf, type StoredShard } from '../shards/stored-shard.ts';
import { consumerArn, streamArn, type StreamName } from './stream-name.ts';

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

/** What was set on a stream. */
export interface StreamDefinition {
  readonly mode: StreamMode;
  readonly retentionHours: number;
  readonly maxRecordKiB: number;
  /** AUTO: records go to shards in turn, whatever their keys. */
  readonly distribution: 'AUTO' | 'USER_PARTITION_KEY';
  readonly tags: Readonly<Record<string, string>>;
  /** As it was put. */
  readonly policy?: string | undefined;
  /** When its mode and its shard count were changed within the last day: AWS counts them. */
  readonly modeChangesMs: readonly number[];
  readonly countChangesMs: readonly number[];
}

export interface ConsumerDefinition {
  readonly tags: Readonly<Record<string, string>>;
  readonly policy?: string | undefined;
}

export interface StoredConsumer {
  readonly name: string;
  readonly arn: string;
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING';
  readonly createdAtMs: number;
  readonly definition: ConsumerDefinition;
  readonly policy: CompiledPolicy | undefined;
}

/** A stream as everybody works with it, as of one moment. */
export interface StoredStream extends StreamName {
  readonly arn: string;
  /** Names its shards and records. */
  readonly id: number;
  readonly status: StreamStatus;
  readonly createdAtMs: number;
  readonly nextShard: number;
  readonly definition: StreamDefinition;
  readonly retentionMs: number;
  readonly policy: CompiledPolicy | undefined;
  /** All that are there, by number. */
  readonly shards: readonly StoredShard[];
  /** Those that take records, by where they begin. */
  readonly open: readonly StoredShard[];
  readonly consumers: readonly StoredConsumer[];
}

export type StreamRow = Selectable<KinesisStreamTable>;
export type ConsumerRow = Selectable<KinesisConsumerTable>;

/** Fits a number, and no two are ever the same by chance. */
export function newStreamId(): number {
  return randomInt(2 ** 48 - 1);
}

export function storedStreamOf(
  row: StreamRow,
  shardRows: readonly ShardRow[],
  consumerRows: readonly ConsumerRow[],
): StoredStream {
  const name = { accountId: row.account_id, region: row.region, name: row.name };
  const definition = JSON.parse(row.definition) as StreamDefinition;
  const shards = shardRows.map(storedShardOf);
  return {
    ...name,
    arn: streamArn(name),
    id: row.id,
    status: row.status as StreamStatus,
    createdAtMs: row.created_at_ms,
    nextShard: row.next_shard,
    definition,
    retentionMs: definition.retentionHours * 3_600_000,
    policy: compiled(definition.policy),
    shards,
    open: shards
      .filter(({ closedAtMs }) => closedAtMs === undefined)
      .toSorted((a, b) => (a.start < b.start ? -1 : 1)),
    consumers: consumerRows.map((consumer) => storedConsumerOf(name, consumer)),
  };
}

function storedConsumerOf(stream: StreamName, row: ConsumerRow): StoredConsumer {
  const definition = JSON.parse(row.definition) as ConsumerDefinition;
  return {
    name: row.name,
    arn: consumerArn({ stream, name: row.name, createdAtMs: row.created_at_ms }),
    status: row.status as StoredConsumer['status'],
    createdAtMs: row.created_at_ms,
    definition,
    policy: compiled(definition.policy),
  };
}

function compiled(policy: string | undefined): CompiledPolicy | undefined {
  return policy === undefined ? undefined : compilePolicy(parsePolicy(policy, 'resource'));
}

/** The shards that can still be read: a closed one until its last record has expired. */
export function readableShards(stream: StoredStream, nowMs: number): StoredShard[] {
  return stream.shards.filter(
    ({ closedAtMs }) => closedAtMs === undefined || closedAtMs + stream.retentionMs > nowMs,
  );
}
