import type {
  CreateScheduleGroupInput,
  CreateScheduleGroupOutput,
  DeleteScheduleGroupInput,
  GetScheduleGroupInput,
  GetScheduleGroupOutput,
  ListScheduleGroupsInput,
  ListScheduleGroupsOutput,
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-scheduler';
import { pageOf } from '../../aws/list-page.ts';
import type { OperationHandler, RequestContext } from '../../aws/service.ts';
import { isDone, remember, tokenedRequest } from './client-tokens.ts';
import { allGroups, findGroup, type GroupName, writeGroup } from './group-rows.ts';
import { SCHEDULES_CHANGED } from './schedule-rows.ts';
import type { SchedulerDependencies } from './scheduler-dependencies.ts';
import { badToken, conflict, groupDoesNotExist, validation } from './scheduler-errors.ts';
import { DEFAULT_GROUP, groupArn, isRepeated, type StoredGroup } from './stored-schedule.ts';

export function createScheduleGroup(
  deps: SchedulerDependencies,
): OperationHandler<CreateScheduleGroupInput, CreateScheduleGroupOutput> {
  return async (input, { accountId, region }) => {
    const nowMs = deps.clock.now();
    const group: StoredGroup = {
      accountId,
      region,
      name: input.Name ?? '',
      tags: asRecord(input.Tags ?? []),
      ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
    };
    await deps.store.write(async (tx) => {
      const before = await findGroup(tx, group);
      if (before !== undefined && isRepeated(before, input.ClientToken)) return;
      if (before !== undefined) throw conflict(`Schedule group ${group.name}`);
      await writeGroup(tx, group);
    });
    return { ScheduleGroupArn: groupArn(group) };
  };
}

/** Deletes a group with all its schedules. */
export function deleteScheduleGroup(
  deps: SchedulerDependencies,
): OperationHandler<DeleteScheduleGroupInput, Record<string, never>> {
  return async (input, context) => {
    const { accountId, region } = context;
    const name = input.Name ?? '';
    const request = tokenedRequest('DeleteScheduleGroup', input, context, deps.clock.now());
    if (name === DEFAULT_GROUP) throw validation('The default schedule group cannot be deleted.');
    await deps.store.write(async (tx, announce) => {
      if (await isDone(tx, request)) return;
      if ((await findGroup(tx, { accountId, region, name })) === undefined) throw groupDoesNotExist(name);
      for (const [table, column] of [
        ['scheduler_schedules', 'group_name'],
        ['scheduler_groups', 'name'],
      ] as const) {
        await tx
          .deleteFrom(table)
          .where('account_id', '=', accountId)
          .where('region', '=', region)
          .where(column, '=', name)
          .execute();
      }
      await remember(tx, request);
      announce(SCHEDULES_CHANGED);
    });
    return {};
  };
}

export function getScheduleGroup(
  deps: SchedulerDependencies,
): OperationHandler<GetScheduleGroupInput, GetScheduleGroupOutput> {
  return async (input, { accountId, region }) => {
    const name = input.Name ?? '';
    const group = await findGroup(deps.store.db, { accountId, region, name });
    if (group === undefined) throw groupDoesNotExist(name);
    return shown(group);
  };
}

export function listScheduleGroups(
  deps: SchedulerDependencies,
): OperationHandler<ListScheduleGroupsInput, ListScheduleGroupsOutput> {
  return async (input, { accountId, region }) => {
    const groups = await allGroups(deps.store.db, accountId, region);
    const all = groups
      .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { page, more } = pageOf(
      all,
      ({ name }) => name,
      {
        limit: input.MaxResults,
        token: input.NextToken,
      },
      badToken,
    );
    return { ScheduleGroups: page.map(shown), ...more };
  };
}

export function tagResource(
  deps: SchedulerDependencies,
): OperationHandler<TagResourceInput, Record<string, never>> {
  return async (input, context) => {
    const added = asRecord(input.Tags ?? []);
    await changeTags(deps, groupNamed(input.ResourceArn, context), (tags) => ({ ...tags, ...added }));
    return {};
  };
}

export function untagResource(
  deps: SchedulerDependencies,
): OperationHandler<UntagResourceInput, Record<string, never>> {
  return async (input, context) => {
    const keys = input.TagKeys ?? [];
    await changeTags(deps, groupNamed(input.ResourceArn, context), (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))),
    );
    return {};
  };
}

export function listTagsForResource(
  deps: SchedulerDependencies,
): OperationHandler<ListTagsForResourceInput, ListTagsForResourceOutput> {
  return async (input, context) => {
    const name = groupNamed(input.ResourceArn, context);
    const group = await findGroup(deps.store.db, name);
    if (group === undefined) throw groupDoesNotExist(name.name);
    return { Tags: Object.entries(group.tags).map(([Key, Value]) => ({ Key, Value })) };
  };
}

async function changeTags(
  deps: SchedulerDependencies,
  name: GroupName,
  change: (tags: StoredGroup['tags']) => StoredGroup['tags'],
): Promise<void> {
  await deps.store.write(async (tx) => {
    const group = await findGroup(tx, name);
    if (group === undefined) throw groupDoesNotExist(name.name);
    await writeGroup(tx, { ...group, tags: change(group.tags), modifiedAtMs: deps.clock.now() });
  });
}

/** Only groups have tags. */
function groupNamed(arn: string | undefined, { accountId, region }: RequestContext): GroupName {
  const name = { accountId, region, name: /:schedule-group\/([0-9a-zA-Z-_.]+)$/.exec(arn ?? '')?.[1] ?? '' };
  if (groupArn(name) !== arn) throw groupDoesNotExist(arn ?? '');
  return name;
}

function asRecord(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function shown(group: StoredGroup): GetScheduleGroupOutput {
  return {
    Arn: groupArn(group),
    Name: group.name,
    State: 'ACTIVE',
    CreationDate: new Date(group.createdAtMs),
    LastModificationDate: new Date(group.modifiedAtMs),
  };
}
