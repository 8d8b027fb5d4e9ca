import type { ListStreamsInput, ListStreamsOutput, StreamStatus } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { pageToken, parsePageToken } from '../page-token.ts';
import type { StreamDefinition } from './stored-stream.ts';
import { streamArn } from './stream-name.ts';

const DEFAULT_PAGE = 100;

/** Streams of the account in the Region, by name. */
export function listStreams(
  deps: KinesisDependencies,
): OperationHandler<ListStreamsInput, ListStreamsOutput> {
  return async (input, { accountId, region }) => {
    const nowMs = deps.clock.now();
    const token = input.NextToken === undefined ? undefined : parsePageToken(input.NextToken, nowMs);
    const after = token?.after ?? input.ExclusiveStartStreamName ?? '';
    const limit = input.Limit ?? DEFAULT_PAGE;
    const rows = await deps.store.db
      .selectFrom('kinesis_streams')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('region', '=', region)
      .where('name', '>', after)
      .orderBy('name')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return {
      StreamNames: page.map(({ name }) => name),
      HasMoreStreams: hasMore,
      ...(hasMore && { NextToken: pageToken({ of: 'streams', after: last.name, madeAtMs: nowMs }) }),
      StreamSummaries: page.map((row) => ({
        StreamName: row.name,
        StreamARN: streamArn({ accountId, region, name: row.name }),
        StreamStatus: row.status as StreamStatus,
        StreamModeDetails: { StreamMode: (JSON.parse(row.definition) as StreamDefinition).mode },
        StreamCreationTimestamp: new Date(row.created_at_ms),
      })),
    };
  };
}
