import type { RequestContext, RequestedAction } from '../../../aws/service.ts';
import { streamArn } from '../streams/stream-name.ts';
import { tagKeys } from './stream-access.ts';

/** These are about no stream there is: all others ask the stream's policy as well, when they find it. */
const ABOUT_NOTHING: ReadonlySet<string> = new Set([
  'CreateChannel',
  'DeleteChannel',
  'DescribeAccountSettings',
  'DescribeChannel',
  'DescribeLimits',
  'ListChannels',
  'ListStreams',
  'UpdateAccountSettings',
  'UpdateChannel',
]);

/** What a request needs that is about no stream there is. */
export function kinesisActions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region, accountId }: RequestContext,
): readonly RequestedAction[] {
  if (ABOUT_NOTHING.has(operation)) return [{ action: `kinesis:${operation}`, resource: '*' }];
  if (operation !== 'CreateStream') return [];
  const resource = streamArn({ accountId, region, name: String(input['StreamName']) });
  const tags = input['Tags'] as Readonly<Record<string, string>> | undefined;
  if (tags === undefined) return [{ action: 'kinesis:CreateStream', resource }];
  const keys = tagKeys(tags);
  return [
    { action: 'kinesis:CreateStream', resource, keys },
    { action: 'kinesis:AddTagsToStream', resource, keys },
  ];
}
