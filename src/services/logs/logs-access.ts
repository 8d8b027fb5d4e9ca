import { givesTags } from '../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import { partitionOf } from '../../model/stored-function.ts';
import { groupArn, groupFromIdentifier, groupOf, streamArn } from './log-names.ts';

type Input = Readonly<Record<string, unknown>>;

/** What is about a stream within its group. */
const OF_STREAMS: ReadonlySet<string> = new Set(['DeleteLogStream', 'GetLogEvents', 'PutLogEvents']);

/** What a request to CloudWatch Logs is about, where callers are authorised: a group or a stream by its own ARN, however it is named. */
export function logsActions(
  operation: string,
  input: Input,
  context: RequestContext,
): readonly RequestedAction[] {
  const resource = resourceOf(operation, input, context);
  const own = { action: `logs:${operation}`, resource };
  const isTagged = operation === 'CreateLogGroup' && givesTags(input['tags']);
  return isTagged ? [own, { action: 'logs:TagResource', resource: resource.replace(/:\*$/, '') }] : [own];
}

function resourceOf(operation: string, input: Input, context: RequestContext): string {
  const { logGroupName, logGroupIdentifier, resourceArn, logStreamName } = input;
  const { region, accountId } = context;
  if (operation === 'DescribeLogGroups')
    return `arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:*`;
  // Of groups that have tags, ARNs end with their names.
  if (typeof resourceArn === 'string') return groupArn(groupFromIdentifier(resourceArn, context));
  const named = { logGroupName: text(logGroupName), logGroupIdentifier: text(logGroupIdentifier) };
  const group = groupOf(named, context);
  const stream = OF_STREAMS.has(operation) ? text(logStreamName) : undefined;
  return stream === undefined ? `${groupArn(group)}:*` : streamArn(group, stream);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
