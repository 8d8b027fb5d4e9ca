import { sql, type SqlBool } from 'kysely';
import type { ListQueuesRequest, ListQueuesResult } from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { pageOf, pageToken } from './list-page.ts';
import { queueUrl } from './queue-name.ts';
import { selectQueues } from './queue-rows.ts';

/** The caller's queues by name. Without MaxResults a thousand of them, and no token for the rest. */
export function listQueues(deps: SqsDependencies): OperationHandler<ListQueuesRequest, ListQueuesResult> {
  return async (input, context) => {
    const { limit, after } = pageOf(input);
    const prefix = (input.QueueNamePrefix ?? '').replaceAll('\0', '\uFFFD');
    const rows = await selectQueues(deps.store.db, context.accountId, context.region)
      .$if(prefix !== '', (query) =>
        query.where(sql<SqlBool>`substr(name, 1, ${sql.lit(prefix.length)}) = ${prefix}`),
      )
      .$if(after !== undefined, (query) => query.where('name', '>', after ?? ''))
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const hasMore = input.MaxResults !== undefined && rows.length > limit && last !== undefined;
    const urls = page.map((row) =>
      queueUrl(context.origin, { accountId: row.account_id, region: row.region, name: row.name }),
    );
    return {
      ...(urls.length > 0 && { QueueUrls: urls }),
      ...(hasMore && { NextToken: pageToken(last.name) }),
    };
  };
}
