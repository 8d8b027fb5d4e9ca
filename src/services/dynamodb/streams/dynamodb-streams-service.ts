import type {
  DescribeStreamInput,
  DescribeStreamOutput,
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListStreamsInput,
  ListStreamsOutput,
} from '@aws-sdk/client-dynamodb-streams';
import type { OperationHandler, RequestContext, ServiceDefinition } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { describedStream, sdkRecord } from './stream-output.ts';
import { iteratorText, parseIterator } from './shard-iterator.ts';
import { findStream, listStreams, readRecords } from './stream-rows.ts';
import { sequenceBefore } from './table-stream-consumer.ts';
import { parseStreamArn, sequenceOf, shardIdOf, streamArn, type TableStream } from './table-stream.ts';

type Deps = Pick<DynamodbDependencies, 'store' | 'clock'>;

const MOST_RECORDS = 1_000;
/** Of one answer to GetRecords. */
const MOST_BYTES = 1_048_576;
const MOST_STREAMS = 100;

/** DynamoDB Streams: what has changed in tables, in order. */
export function createDynamodbStreamsService(deps: Deps): ServiceDefinition {
  return {
    model: 'dynamodb-streams',
    access: {
      actions: (operation, input) => {
        const resource = typeof input['StreamArn'] === 'string' ? input['StreamArn'] : arnOfIterator(input);
        return [{ action: `dynamodb:${operation}`, resource }];
      },
    },
    operations: {
      DescribeStream: describeStream(deps),
      GetRecords: getRecords(deps),
      GetShardIterator: getShardIterator(deps),
      ListStreams: listAll(deps),
    },
  };
}

function arnOfIterator(input: Readonly<Record<string, unknown>>): string {
  const iterator = input['ShardIterator'];
  return typeof iterator === 'string' ? (iterator.split('|')[0] ?? '*') : '*';
}

function describeStream(deps: Deps): OperationHandler<DescribeStreamInput, DescribeStreamOutput> {
  return async (input, context) => {
    const stream = await required(deps, input.StreamArn, context);
    const description = describedStream(stream);
    const { ExclusiveStartShardId: after, ShardFilter } = input;
    for (const shardId of [after, ShardFilter?.ShardId]) {
      if (shardId !== undefined) checkShard(stream, shardId);
    }
    // Behind the only shard there is nothing, and it has no children.
    const hasNone = after !== undefined || ShardFilter?.Type === 'CHILD_SHARDS';
    return { StreamDescription: hasNone ? { ...description, Shards: [] } : description };
  };
}

function listAll(deps: Deps): OperationHandler<ListStreamsInput, ListStreamsOutput> {
  return async (input, context) => {
    const table = input.TableName === undefined ? undefined : tableNameOf(input.TableName, context).name;
    const all = (await listStreams(deps.store.db, context, table)).map((stream) => ({
      StreamArn: streamArn(stream.table, stream.label),
      TableName: stream.table.name,
      StreamLabel: stream.label,
    }));
    const start = all.findIndex(({ StreamArn }) => StreamArn === input.ExclusiveStartStreamArn) + 1;
    const page = all.slice(start, start + (input.Limit ?? MOST_STREAMS));
    const last = page.at(-1);
    const hasMore = last !== undefined && last !== all.at(-1);
    return { Streams: page, ...(hasMore && { LastEvaluatedStreamArn: last.StreamArn }) };
  };
}

function getShardIterator(deps: Deps): OperationHandler<GetShardIteratorInput, GetShardIteratorOutput> {
  return async (input, context) => {
    const stream = await required(deps, input.StreamArn, context);
    checkShard(stream, input.ShardId);
    const nowMs = deps.clock.now();
    const afterSequence = startOf(stream, input);
    if (input.SequenceNumber !== undefined && (await isTrimmed(deps, stream, afterSequence, nowMs))) {
      throw new ServiceError(
        'TrimmedDataAccessException',
        'The operation attempted to read past the oldest stream record in a shard.',
      );
    }
    return {
      ShardIterator: iteratorText({
        arn: streamArn(stream.table, stream.label),
        shardId: shardIdOf(stream),
        afterSequence,
        madeAtMs: nowMs,
      }),
    };
  };
}

function checkShard(stream: TableStream, shardId: string | undefined): void {
  if (shardId === shardIdOf(stream)) return;
  const arn = streamArn(stream.table, stream.label);
  throw notFound(`Shard: ${shardId} in stream: ${arn} not found`);
}

/** Whether the record that comes next is not kept any more. */
async function isTrimmed(
  deps: Deps,
  stream: TableStream,
  afterSequence: number,
  nowMs: number,
): Promise<boolean> {
  if (afterSequence >= stream.lastSequence) return false;
  const { records } = await readRecords(
    deps.store.db,
    stream.id,
    { afterSequence, nowMs },
    { mostRecords: 1, mostBytes: 1 },
  );
  return records[0]?.sequence !== afterSequence + 1;
}

function startOf(
  stream: TableStream,
  { ShardIteratorType: kind, SequenceNumber: given }: GetShardIteratorInput,
): number {
  if (kind === 'TRIM_HORIZON' || kind === 'LATEST') return sequenceBefore(stream, { kind });
  if (given === undefined) {
    throw validation(`SequenceNumber must be specified when ShardIteratorType is ${kind}`);
  }
  const sequence = sequenceOf(given);
  if (sequence === undefined || sequence > stream.lastSequence) {
    throw validation(`Invalid SequenceNumber: ${given}`);
  }
  return sequenceBefore(stream, { kind: kind ?? 'AFTER_SEQUENCE_NUMBER', sequenceNumber: given });
}

function getRecords(deps: Deps): OperationHandler<GetRecordsInput, GetRecordsOutput> {
  return async (input, context) => {
    const nowMs = deps.clock.now();
    const iterator = parseIterator(input.ShardIterator, nowMs);
    const stream = await required(deps, iterator.arn, context);
    const { afterSequence } = iterator;
    const limits = { mostRecords: input.Limit ?? MOST_RECORDS, mostBytes: MOST_BYTES };
    const { records } = await readRecords(deps.store.db, stream.id, { afterSequence, nowMs }, limits);
    const last = records.at(-1)?.sequence ?? afterSequence;
    const hasEnded = stream.disabledAtMs !== undefined && last >= stream.lastSequence;
    const next = iteratorText({ ...iterator, afterSequence: last, madeAtMs: nowMs });
    return {
      Records: records.map((record) => sdkRecord(stream, record)),
      ...(!hasEnded && { NextShardIterator: next }),
    };
  };
}

async function required(
  deps: Deps,
  arn: string | undefined,
  { accountId, region }: RequestContext,
): Promise<TableStream> {
  const named = parseStreamArn(arn ?? '');
  const isOwn = named?.table.accountId === accountId && named.table.region === region;
  const stream = named && isOwn ? await findStream(deps.store.db, named.table, named.label) : undefined;
  if (stream !== undefined) return stream;
  throw notFound(`Stream: ${arn} not found`);
}

function notFound(what: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Requested resource not found: ${what}`);
}
