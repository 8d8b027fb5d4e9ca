import type { UpdateShardCountInput, UpdateShardCountOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument, limitExceeded, theStream } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { checkShardLimit } from '../streams/limits.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { updateStream } from '../streams/stream-rows.ts';
import { requireProvisioned } from './provisioned-only.ts';
import { rescale } from './reshard.ts';

const DAY_MS = 86_400_000;
const MOST_CHANGES = 10;
const MOST_SHARDS = 10_000;

/** Splits and merges until there are so many shards of equal size. */
export function updateShardCount(
  deps: KinesisDependencies,
): OperationHandler<UpdateShardCountInput, UpdateShardCountOutput> {
  return async (input, context) => {
    const asked = await admit(deps, input, context, 'UpdateShardCount');
    const target = input.TargetShardCount ?? 0;
    await checkShardLimit(deps.store.db, context, target - asked.open.length);
    let current = 0;
    await updateStream(deps.store, asked, (stream) => {
      requireProvisioned(stream, 'UpdateShardCount');
      current = stream.open.length;
      checkTarget(stream, target);
      const nowMs = deps.clock.now();
      const lately = stream.definition.countChangesMs.filter((atMs) => atMs > nowMs - DAY_MS);
      if (lately.length >= MOST_CHANGES)
        throw limitExceeded(
          `${theStream(stream)} has changed its shard count ${MOST_CHANGES} times within 24 hours, which is the limit.`,
        );
      return {
        definition: { countChangesMs: [...lately, nowMs] },
        resharding: rescale(stream.open, target, stream.nextShard, nowMs),
      };
    });
    const { name: StreamName, arn: StreamARN } = asked;
    return { StreamName, StreamARN, CurrentShardCount: current, TargetShardCount: target };
  };
}

/** @throws LimitExceededException, InvalidArgumentException */
function checkTarget(stream: StoredStream, target: number): void {
  const current = stream.open.length;
  if (target > MOST_SHARDS)
    throw limitExceeded(`UpdateShardCount cannot scale a stream to more than ${MOST_SHARDS} shards.`);
  if (target > current * 2)
    throw invalidArgument(
      `UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: ${current} Target shard count: ${target}`,
    );
  if (target < current / 2)
    throw invalidArgument(
      `UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: ${current} Target shard count: ${target}`,
    );
}
