import type { ListTopicsInput, ListTopicsResponse } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { pageOf } from '../list-page.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';

export function listTopics(deps: SnsDependencies): OperationHandler<ListTopicsInput, ListTopicsResponse> {
  return (input, { accountId, region }) => {
    const { page, nextToken } = pageOf(deps.directory.topics(accountId, region), input.NextToken);
    return {
      Topics: page.map(({ arn }) => ({ TopicArn: arn })),
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    };
  };
}
