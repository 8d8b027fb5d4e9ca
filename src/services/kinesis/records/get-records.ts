import type { GetRecordsInput, GetRecordsOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import {
  dryRun,
  invalidArgument,
  shardNotFound,
  streamNotFound,
  throughputExceeded,
} from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { findShard } from '../shards/named-shard.ts';
import { shardId, type StoredShard } from '../shards/stored-shard.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { readShard, shownChildren, shownRecord } from './read-shard.ts';
import { recordBytes } from './record-chunk.ts';
import { parseShardIterator, type ShardIterator, shardIterator } from './shard-iterator.ts';

const MOST_RECORDS = 10_000;
const MOST_BYTES = 10_485_760;
/** How long an iterator can be used. */
const VALID_MS = 300_000;

/** The records behind an iterator, and the iterator to go on with; none at the end of a closed shard. */
export function getRecords(deps: KinesisDependencies): OperationHandler<GetRecordsInput, GetRecordsOutput> {
  return async (input, context) => {
    const { stream, shard, iterator } = await question(deps, input, context);
    const key = { streamId: stream.id, shard: shard.number };
    if (input.DryRun === true) throw dryRun();
    if (!deps.rates.takeRead(key))
      throw throughputExceeded(
        `Rate exceeded for shard ${shardId(shard)} in stream ${stream.name} under account ${stream.accountId}.`,
      );
    const limits = { mostRecords: input.Limit ?? MOST_RECORDS, mostBytes: MOST_BYTES };
    const read = await readShard(deps, stream, shard, iterator.afterPlace, limits);
    deps.rates.hasRead(
      key,
      read.records.reduce((sum, record) => sum + recordBytes(record), 0),
    );
    const next = { ...iterator, afterPlace: read.lastPlace, madeAtMs: deps.clock.now() };
    return {
      Records: read.records.map((record) => shownRecord(shard, record)),
      MillisBehindLatest: read.millisBehindLatest,
      ...(read.hasEnded
        ? { ChildShards: shownChildren(stream, shard) }
        : { NextShardIterator: shardIterator(next) }),
    };
  };
}

/** @throws InvalidArgumentException, ExpiredIteratorException, ResourceNotFoundException, AccessDeniedException */
async function question(
  deps: KinesisDependencies,
  input: GetRecordsInput,
  context: RequestContext,
): Promise<{ stream: StoredStream; shard: StoredShard; iterator: ShardIterator }> {
  const iterator = parseShardIterator(input.ShardIterator ?? '');
  if (iterator === undefined) throw invalidArgument('Invalid ShardIterator.');
  const { StreamARN = iterator.streamArn, StreamId } = input;
  if (StreamARN !== iterator.streamArn)
    throw invalidArgument(`The ShardIterator is not of the stream ${StreamARN}.`);
  const stream = await admit(deps, { StreamARN, StreamId }, context, 'GetRecords');
  if (stream.id !== iterator.streamId || stream.status === 'DELETING') throw streamNotFound(stream);
  const nowMs = deps.clock.now();
  if (iterator.madeAtMs + VALID_MS < nowMs)
    throw new ServiceError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${utc(iterator.madeAtMs)} while right now it is ` +
        `${utc(nowMs)} which is further in the future than the tolerated delay of ${VALID_MS} milliseconds.`,
    );
  const id = shardId({ number: iterator.shard });
  const shard = findShard(stream, id, nowMs);
  if (shard === undefined) throw shardNotFound(id, stream);
  return { stream, shard, iterator };
}

/** `Tue Nov 24 10:00:00 UTC 2026` */
function utc(atMs: number): string {
  const [week = '', day, month, year, time] = new Date(atMs).toUTCString().replace(',', '').split(' ');
  return `${week} ${month} ${day} ${time} UTC ${year}`;
}
