import type { GetShardIteratorInput, GetShardIteratorOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { dryRun, shardNotFound, streamNotFound } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { findShard } from '../shards/named-shard.ts';
import { placeOf, positionOf } from './positions.ts';
import { shardIterator } from './shard-iterator.ts';

/** A position to read from, for five minutes. Of LATEST it is the one of this moment. */
export function getShardIterator(
  deps: KinesisDependencies,
): OperationHandler<GetShardIteratorInput, GetShardIteratorOutput> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'GetShardIterator');
    if (stream.status === 'CREATING' || stream.status === 'DELETING') throw streamNotFound(stream);
    const nowMs = deps.clock.now();
    const shard = findShard(stream, input.ShardId, nowMs);
    if (shard === undefined) throw shardNotFound(input.ShardId ?? '', stream);
    const given = {
      type: input.ShardIteratorType,
      sequenceNumber: input.StartingSequenceNumber,
      timestamp: input.Timestamp,
    };
    const position = positionOf(given, 'GetShardIterator', nowMs);
    const afterPlace = await placeOf(deps.reader, stream, shard, position, 'GetShardIterator');
    if (input.DryRun === true) throw dryRun();
    const { arn: streamArn, id: streamId } = stream;
    const place = { streamArn, streamId, shard: shard.number, afterPlace, madeAtMs: nowMs };
    return { ShardIterator: shardIterator(place) };
  };
}
