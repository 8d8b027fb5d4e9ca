import { givesTags } from '../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import { SCHEDULER_PRINCIPAL } from './scheduled-run.ts';
import { DEFAULT_GROUP, groupArn, scheduleArn } from './stored-schedule.ts';

/** What a request to Scheduler is about, where callers are authorised: a schedule or a group, and the role it gives away. */
export function schedulerActions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { accountId, region }: RequestContext,
): readonly RequestedAction[] {
  const { ResourceArn, Tags: tags, Name: name, GroupName: group = DEFAULT_GROUP, Target: target } = input;
  const action = `scheduler:${operation}`;
  if (typeof ResourceArn === 'string') return [{ action, resource: ResourceArn }];
  if (operation.startsWith('List') || typeof name !== 'string') return [{ action, resource: '*' }];
  const place = { accountId, region, name };
  if (operation.includes('Group')) {
    const isTagged = operation === 'CreateScheduleGroup' && givesTags(tags);
    const resource = groupArn(place);
    return [action, ...(isTagged ? ['scheduler:TagResource'] : [])].map((each) => ({
      action: each,
      resource,
    }));
  }
  const own = { action, resource: scheduleArn({ ...place, group: String(group) }) };
  const role = (target as { readonly RoleArn?: string } | undefined)?.RoleArn;
  if (role === undefined) return [own];
  const keys = { 'iam:PassedToService': SCHEDULER_PRINCIPAL };
  return [own, { action: 'iam:PassRole', resource: role, keys }];
}
