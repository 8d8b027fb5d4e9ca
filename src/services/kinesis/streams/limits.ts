import type { DescribeLimitsInput, DescribeLimitsOutput } from '@aws-sdk/client-kinesis';
import type { Kysely } from 'kysely';
import type { OperationHandler } from '../../../aws/service.ts';
import type { Database } from '../../../store/schema.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { limitExceeded } from '../kinesis-errors.ts';
import type { StreamMode } from './stored-stream.ts';

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Of an account in a Region, as in AWS's largest Regions. */
const SHARD_LIMIT = 20_000;
const ON_DEMAND_STREAM_LIMIT = 50;

export function describeLimits(
  deps: KinesisDependencies,
): OperationHandler<DescribeLimitsInput, DescribeLimitsOutput> {
  return async (_input, place) => {
    const [open, streams] = await Promise.all([
      openShards(deps.store.db, place),
      onDemandStreams(deps.store.db, place),
    ]);
    return {
      ShardLimit: SHARD_LIMIT,
      OpenShardCount: open,
      OnDemandStreamCount: streams,
      OnDemandStreamCountLimit: ON_DEMAND_STREAM_LIMIT,
      ChannelCount: 0,
      ChannelCountLimit: 0,
    };
  };
}

/** @throws LimitExceededException when so many more shards are too many for the account */
export async function checkShardLimit(db: Kysely<Database>, place: Place, more: number): Promise<void> {
  const open = await openShards(db, place);
  if (open + more <= SHARD_LIMIT) return;
  throw limitExceeded(
    `This request would exceed the shard limit for the account ${place.accountId} in ${place.region}. ` +
      `Current shard count for the account: ${open}. Limit: ${SHARD_LIMIT}. ` +
      `Number of additional shards that would have resulted from this request: ${more}.`,
  );
}

/** @throws LimitExceededException when the account can have no further on-demand stream */
export async function checkStreamLimits(db: Kysely<Database>, place: Place): Promise<void> {
  if ((await onDemandStreams(db, place)) < ON_DEMAND_STREAM_LIMIT) return;
  throw limitExceeded(
    `Account ${place.accountId} has ${ON_DEMAND_STREAM_LIMIT} on-demand streams in ${place.region}, which is its limit.`,
  );
}

/** Of streams in provisioned mode: those of on-demand streams count against no limit. */
async function openShards(db: Kysely<Database>, place: Place): Promise<number> {
  const ids = await streamIds(db, place, 'PROVISIONED');
  if (ids.length === 0) return 0;
  const { count } = await db
    .selectFrom('kinesis_shards')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('stream_id', 'in', ids)
    .where('closed_at_ms', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

async function onDemandStreams(db: Kysely<Database>, place: Place): Promise<number> {
  return (await streamIds(db, place, 'ON_DEMAND')).length;
}

async function streamIds(
  db: Kysely<Database>,
  { accountId, region }: Place,
  mode: StreamMode,
): Promise<number[]> {
  const rows = await db
    .selectFrom('kinesis_streams')
    .select(['id', 'definition'])
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .execute();
  return rows
    .filter(({ definition }) => (JSON.parse(definition) as { readonly mode: StreamMode }).mode === mode)
    .map(({ id }) => id);
}
