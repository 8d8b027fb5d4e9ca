import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import { partitionOf } from '../../model/stored-function.ts';

type Input = Readonly<Record<string, unknown>>;

/** What is about a stream within its group. */
const OF_STREAMS: ReadonlySet<string> = new Set(['DeleteLogStream', 'GetLogEvents', 'PutLogEvents']);

/** What a request to CloudWatch Logs is about, where callers are authorised. */
export function logsActions(
  operation: string,
  input: Input,
  context: RequestContext,
): readonly RequestedAction[] {
  return [{ action: `logs:${operation}`, resource: resourceOf(operation, input, context) }];
}

function resourceOf(operation: string, input: Input, { region, accountId }: RequestContext): string {
  const { logGroupName, logGroupIdentifier, resourceArn, logStreamName } = input;
  if (typeof resourceArn === 'string') return resourceArn;
  const named = logGroupName ?? logGroupIdentifier;
  const prefix = `arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:`;
  if (typeof named !== 'string') return operation === 'DescribeLogGroups' ? `${prefix}*` : '*';
  const group = named.startsWith('arn:') ? named.replace(/:\*$/, '') : prefix + named;
  const stream = OF_STREAMS.has(operation) && typeof logStreamName === 'string' ? logStreamName : undefined;
  return stream === undefined ? `${group}:*` : `${group}:log-stream:${stream}`;
}
