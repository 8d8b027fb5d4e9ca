import type { ListTopicsInput, ListTopicsResponse } from '@aws-sdk/client-sns';
import { pageOf } from '../../../aws/list-page.ts';
import type { OperationHandler } from '../../../aws/service.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { badToken } from '../sns-errors.ts';

export function listTopics(deps: SnsDependencies): OperationHandler<ListTopicsInput, ListTopicsResponse> {
  return (input, { accountId, region }) => {
    const topics = deps.directory.topics(accountId, region);
    const token = input.NextToken === '' ? undefined : input.NextToken;
    const { page, more } = pageOf(topics, ({ arn }) => arn, { token }, badToken);
    return { Topics: page.map(({ arn }) => ({ TopicArn: arn })), ...more };
  };
}
