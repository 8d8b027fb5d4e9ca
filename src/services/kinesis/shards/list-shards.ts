import type { ListShardsInput, ListShardsOutput, ShardFilter } from '@aws-sdk/client-kinesis';
import { z } from 'zod';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { inUse, invalidArgument, streamNotFound, theStream } from '../kinesis-errors.ts';
import { pageToken, parsePageToken } from '../page-token.ts';
import { admit } from '../permissions/stream-access.ts';
import { readableShards, type StoredStream } from '../streams/stored-stream.ts';
import { parseShardId, shardId, shownShard, type StoredShard } from './stored-shard.ts';

const LARGEST_PAGE = 1_000;

/** A filter as a token carries it from page to page. */
const keptFilter = z.strictObject({
  type: z.string().optional(),
  shardId: z.string().optional(),
  atMs: z.number().optional(),
});
type Filter = z.infer<typeof keptFilter>;

interface Question {
  readonly stream: StoredStream;
  readonly filter: Filter;
  /** The last shard of the page before. */
  readonly after: string | undefined;
}

/** The shards that can still be read, by number, and only those of the filter. */
export function listShards(deps: KinesisDependencies): OperationHandler<ListShardsInput, ListShardsOutput> {
  return async (input, context) => {
    const nowMs = deps.clock.now();
    const { stream, filter, after } = await questionOf(deps, input, context, nowMs);
    if (stream.status === 'CREATING' || stream.status === 'DELETING')
      throw inUse(`${theStream(stream)} not ACTIVE, instead in state ${stream.status}`);
    const afterNumber = after === undefined ? -1 : parseShardId(after);
    if (afterNumber === undefined) throw invalidArgument(`Invalid shard id: ${after}`);
    const rest = filtered(stream, filter, nowMs).filter(({ number }) => number > afterNumber);
    const page = rest.slice(0, Math.min(input.MaxResults ?? LARGEST_PAGE, LARGEST_PAGE));
    const last = page.at(-1);
    const hasMore = page.length < rest.length && last !== undefined;
    return {
      Shards: page.map(shownShard),
      ...(hasMore && {
        NextToken: pageToken({
          of: `${stream.arn}/${stream.id}`,
          after: shardId(last),
          madeAtMs: nowMs,
          with: filter,
        }),
      }),
    };
  };
}

async function questionOf(
  deps: KinesisDependencies,
  input: ListShardsInput,
  context: RequestContext,
  nowMs: number,
): Promise<Question> {
  const { NextToken, ShardFilter: asked, ExclusiveStartShardId, StreamCreationTimestamp: createdAt } = input;
  if (NextToken !== undefined) {
    if (input.StreamName !== undefined || createdAt !== undefined || ExclusiveStartShardId !== undefined)
      throw invalidArgument('NextToken and StreamName cannot be provided together.');
    const token = parsePageToken(NextToken, nowMs);
    const [, StreamARN, id] = /^(.*)\/(\d+)$/.exec(token.of) ?? [];
    const filter = keptFilter.safeParse(token.with);
    if (StreamARN === undefined || !filter.success) throw invalidArgument('Invalid NextToken.');
    const stream = await admit(deps, { StreamARN }, context, 'ListShards');
    if (String(stream.id) !== id) throw streamNotFound(stream);
    return { stream, filter: filter.data, after: token.after };
  }
  const stream = await admit(deps, input, context, 'ListShards');
  if (
    createdAt !== undefined &&
    Math.floor(createdAt.getTime() / 1000) !== Math.floor(stream.createdAtMs / 1000)
  )
    throw streamNotFound(stream);
  if (asked !== undefined && ExclusiveStartShardId !== undefined)
    throw invalidArgument('ExclusiveStartShardId and ShardFilter cannot be provided together.');
  const filter = filterOf(asked);
  return { stream, filter, after: ExclusiveStartShardId ?? filter.shardId };
}

function filterOf(filter: ShardFilter | undefined): Filter {
  if (filter === undefined) return {};
  const { Type: type, ShardId: id, Timestamp: at } = filter;
  if ((type === 'AFTER_SHARD_ID') !== (id !== undefined))
    throw invalidArgument(
      'ShardId must be specified with the ShardFilter type AFTER_SHARD_ID, and with no other.',
    );
  if ((type === 'AT_TIMESTAMP' || type === 'FROM_TIMESTAMP') !== (at !== undefined))
    throw invalidArgument(
      'Timestamp must be specified with the ShardFilter types AT_TIMESTAMP and FROM_TIMESTAMP, and with no other.',
    );
  return {
    ...(type !== undefined && { type }),
    ...(id !== undefined && { shardId: id }),
    ...(at !== undefined && { atMs: at.getTime() }),
  };
}

function filtered(stream: StoredStream, { type, atMs = 0 }: Filter, nowMs: number): StoredShard[] {
  const shards = readableShards(stream, nowMs);
  const horizonMs = Math.max(nowMs - stream.retentionMs, stream.createdAtMs);
  switch (type) {
    case 'AT_LATEST':
      return shards.filter(({ closedAtMs }) => closedAtMs === undefined);
    case 'AT_TRIM_HORIZON':
      return shards.filter((shard) => isOpenAt(shard, horizonMs));
    case 'AT_TIMESTAMP':
      return shards.filter((shard) => isOpenAt(shard, atMs));
    case 'FROM_TIMESTAMP':
      return shards.filter(({ closedAtMs = Infinity }) => closedAtMs >= atMs);
    case undefined:
    default:
      return shards;
  }
}

function isOpenAt({ openedAtMs, closedAtMs = Infinity }: StoredShard, atMs: number): boolean {
  return openedAtMs <= atMs && closedAtMs >= atMs;
}
