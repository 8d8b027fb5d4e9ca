import type { MergeShardsInput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { updateStream } from '../streams/stream-rows.ts';
import { HIGHEST_HASH, behind } from './hash-key.ts';
import { requireOpen } from './named-shard.ts';
import { requireProvisioned } from './provisioned-only.ts';
import { Resharder } from './reshard.ts';
import { shardId, type StoredShard } from './stored-shard.ts';

/** Closes two neighbours; their child takes the records of both from then on. */
export function mergeShards(deps: KinesisDependencies): OperationHandler<MergeShardsInput, undefined> {
  return async (input, context) => {
    const asked = await admit(deps, input, context, 'MergeShards');
    await updateStream(deps.store, asked, (stream) => {
      requireProvisioned(stream, 'MergeShards');
      const nowMs = deps.clock.now();
      const one = requireOpen(stream, input.ShardToMerge, nowMs);
      const other = requireOpen(stream, input.AdjacentShardToMerge, nowMs);
      if (!areNeighbours(one, other) && !areNeighbours(other, one))
        throw invalidArgument(
          `Shards ${shardId(one)} and ${shardId(other)} in stream ${stream.name} under account ` +
            `${stream.accountId} are not an adjacent pair of shards eligible for merging`,
        );
      const resharder = new Resharder(stream.nextShard, nowMs);
      resharder.merge(one, other);
      return { resharding: resharder.result };
    });
    return undefined;
  };
}

function areNeighbours(lower: StoredShard, upper: StoredShard): boolean {
  return lower.end !== HIGHEST_HASH && behind(lower.end) === upper.start;
}
