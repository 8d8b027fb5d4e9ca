import type {
  ListDeadLetterSourceQueuesRequest,
  ListDeadLetterSourceQueuesResult,
} from '@aws-sdk/client-sqs';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import { deadLetterSources } from './dead-letter-sources.ts';
import { pageOf, pageToken } from './list-page.ts';
import { queueUrl } from './queue-name.ts';

export function listDeadLetterSourceQueues(
  deps: SqsDependencies,
): OperationHandler<ListDeadLetterSourceQueuesRequest, ListDeadLetterSourceQueuesResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'ListDeadLetterSourceQueues');
    const { limit, after = '' } = pageOf(input);
    const sources = await deadLetterSources(deps.store.db, queue);
    const rest = sources.filter(({ name }) => name > after);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const hasMore = input.MaxResults !== undefined && rest.length > limit && last !== undefined;
    return {
      queueUrls: page.map((source) => queueUrl(context.origin, source)),
      ...(hasMore && { NextToken: pageToken(last.name) }),
    };
  };
}
