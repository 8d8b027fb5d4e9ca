import type { UpdateStreamModeInput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { limitExceeded, theStream } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { refuseWarmThroughput } from '../streams/create-stream.ts';
import { checkShardLimit, checkStreamLimits } from '../streams/limits.ts';
import { updateStream } from '../streams/stream-rows.ts';

const DAY_MS = 86_400_000;
const MOST_CHANGES = 2;

/** The shards stay as they are; an on-demand stream gets more of them when it needs them. */
export function updateStreamMode(
  deps: KinesisDependencies,
): OperationHandler<UpdateStreamModeInput, undefined> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'UpdateStreamMode');
    refuseWarmThroughput(input.WarmThroughputMiBps);
    const mode = input.StreamModeDetails?.StreamMode === 'ON_DEMAND' ? 'ON_DEMAND' : 'PROVISIONED';
    if (mode !== stream.definition.mode) {
      if (mode === 'ON_DEMAND') await checkStreamLimits(deps.store.db, context);
      else await checkShardLimit(deps.store.db, context, stream.open.length);
    }
    await updateStream(deps.store, stream, ({ definition }) => {
      const nowMs = deps.clock.now();
      const lately = definition.modeChangesMs.filter((atMs) => atMs > nowMs - DAY_MS);
      if (definition.mode === mode) return {};
      if (lately.length >= MOST_CHANGES)
        throw limitExceeded(
          `${theStream(stream)} has changed its mode ${MOST_CHANGES} times within 24 hours, which is the limit.`,
        );
      const distribution = mode === 'PROVISIONED' ? 'USER_PARTITION_KEY' : definition.distribution;
      return { definition: { mode, distribution, modeChangesMs: [...lately, nowMs] } };
    });
    return undefined;
  };
}
