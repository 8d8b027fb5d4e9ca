import type { CreateStreamInput } from '@aws-sdk/client-kinesis';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { inUse, invalidArgument, theStream, validation } from '../kinesis-errors.ts';
import { checkTags } from '../settings/tags.ts';
import { firstShards } from '../shards/reshard.ts';
import { checkShardLimit, checkStreamLimits } from './limits.ts';
import { newStreamId, type StreamDefinition } from './stored-stream.ts';
import { findStream, insertShards, streamChange } from './stream-rows.ts';

/** What an on-demand stream begins with: four shards take 4 MiB and 4,000 records a second. */
const ON_DEMAND_SHARDS = 4;
const RETENTION_HOURS = 24;
const MAX_RECORD_KIB = 1024;

/** The stream takes records once it is ACTIVE, which is when its shards are there. */
export function createStream(deps: KinesisDependencies): OperationHandler<CreateStreamInput, undefined> {
  return async (input, context) => {
    const { shards, definition } = checked(input);
    const { accountId, region } = context;
    const name = { accountId, region, name: input.StreamName ?? '' };
    const nowMs = deps.clock.now();
    const row = {
      account_id: accountId,
      region,
      name: name.name,
      id: newStreamId(),
      status: 'CREATING',
      created_at_ms: nowMs,
      next_shard: shards,
      definition: JSON.stringify(definition),
    };
    await deps.store.write(async (tx, announce) => {
      await checkLimits(tx, context, definition, shards);
      const inserted = await tx
        .insertInto('kinesis_streams')
        .values(row)
        .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (inserted === undefined) throw inUse(`${theStream(name)} already exists.`);
      await insertShards(tx, row.id, firstShards(shards, nowMs));
      announce(streamChange(name, await findStream(tx, name)));
    });
    return undefined;
  };
}

async function checkLimits(
  tx: Parameters<typeof checkShardLimit>[0],
  context: RequestContext,
  { mode }: StreamDefinition,
  shards: number,
): Promise<void> {
  if (mode === 'PROVISIONED') await checkShardLimit(tx, context, shards);
  else await checkStreamLimits(tx, context);
}

function checked(input: CreateStreamInput): { shards: number; definition: StreamDefinition } {
  const mode = input.StreamModeDetails?.StreamMode ?? 'PROVISIONED';
  if (mode === 'PROVISIONED' && input.ShardCount === undefined)
    throw validation('ShardCount is required for streams in PROVISIONED mode.');
  if (mode === 'ON_DEMAND' && input.ShardCount !== undefined)
    throw validation('ShardCount cannot be specified for streams in ON_DEMAND mode.');
  refuseWarmThroughput(input.WarmThroughputMiBps);
  const distribution = input.RecordDistributionStrategy ?? 'USER_PARTITION_KEY';
  checkDistribution(distribution, mode);
  checkTags(input.Tags ?? {}, {}, input.StreamName ?? '');
  return {
    shards: input.ShardCount ?? ON_DEMAND_SHARDS,
    definition: {
      mode,
      retentionHours: RETENTION_HOURS,
      maxRecordKiB: input.MaxRecordSizeInKiB ?? MAX_RECORD_KIB,
      distribution: distribution === 'AUTO' ? 'AUTO' : 'USER_PARTITION_KEY',
      tags: input.Tags ?? {},
      modeChangesMs: [],
      countChangesMs: [],
    },
  };
}

/** AWS wants a billing commitment for it, which no account here has made. @throws InvalidArgumentException */
export function refuseWarmThroughput(mebibytes: number | undefined): void {
  if (mebibytes === undefined) return;
  throw invalidArgument(
    'Warm throughput is only supported for on-demand streams in accounts that have MinimumThroughputBillingCommitment enabled.',
  );
}

/** @throws InvalidArgumentException */
export function checkDistribution(strategy: string, mode: string): void {
  if (strategy !== 'AUTO' && strategy !== 'USER_PARTITION_KEY')
    throw invalidArgument(`Invalid RecordDistributionStrategy: ${strategy}.`);
  if (strategy === 'AUTO' && mode !== 'ON_DEMAND')
    throw invalidArgument(
      'The record distribution strategy AUTO is only supported for streams in ON_DEMAND mode.',
    );
}
