import type { SplitShardInput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { checkShardLimit } from '../streams/limits.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { updateStream } from '../streams/stream-rows.ts';
import { decimalHash, type HashKey, hashValue, parseHash } from './hash-key.ts';
import { requireOpen } from './named-shard.ts';
import { requireProvisioned } from './provisioned-only.ts';
import { Resharder } from './reshard.ts';
import { shardId, type StoredShard } from './stored-shard.ts';

/** Closes the shard; its two children take the records from then on. */
export function splitShard(deps: KinesisDependencies): OperationHandler<SplitShardInput, undefined> {
  return async (input, context) => {
    const asked = await admit(deps, input, context, 'SplitShard');
    const at = parseHash(input.NewStartingHashKey ?? '');
    await checkShardLimit(deps.store.db, context, 1);
    await updateStream(deps.store, asked, (stream) => {
      requireProvisioned(stream, 'SplitShard');
      const nowMs = deps.clock.now();
      const shard = requireOpen(stream, input.ShardToSplit, nowMs);
      if (at === undefined || !fits(shard, at)) throw doesNotFit(stream, shard, input.NewStartingHashKey);
      const resharder = new Resharder(stream.nextShard, nowMs);
      resharder.split(shard, at);
      return { resharding: resharder.result };
    });
    return undefined;
  };
}

/** AWS wants two places at least on each side. */
function fits({ start, end }: StoredShard, at: HashKey): boolean {
  return hashValue(at) > hashValue(start) + 1n && at < end;
}

function doesNotFit({ name, accountId }: StoredStream, shard: StoredShard, at: string | undefined) {
  return invalidArgument(
    `NewStartingHashKey ${at} used in SplitShard() on shard ${shardId(shard)} in stream ${name} under account ` +
      `${accountId} is not both greater than one plus the shard's StartingHashKey ${decimalHash(shard.start)} ` +
      `and less than the shard's EndingHashKey ${decimalHash(shard.end)}.`,
  );
}
