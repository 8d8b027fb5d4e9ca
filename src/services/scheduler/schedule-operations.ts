import type {
  CreateScheduleInput,
  CreateScheduleOutput,
  DeleteScheduleInput,
  GetScheduleInput,
  GetScheduleOutput,
  ListSchedulesInput,
  ListSchedulesOutput,
  UpdateScheduleInput,
  UpdateScheduleOutput,
} from '@aws-sdk/client-scheduler';
import { pageOf } from '../../aws/list-page.ts';
import type { OperationHandler } from '../../aws/service.ts';
import { checkedSchedule, nameOf } from './check-schedule.ts';
import { isDone, remember, tokenedRequest } from './client-tokens.ts';
import { findGroup } from './group-rows.ts';
import {
  findSchedule,
  removeSchedule,
  SCHEDULES_CHANGED,
  selectSchedules,
  writeSchedule,
} from './schedule-rows.ts';
import type { SchedulerDependencies } from './scheduler-dependencies.ts';
import { SCHEDULER_PRINCIPAL } from './scheduled-run.ts';
import {
  badToken,
  conflict,
  groupDoesNotExist,
  scheduleDoesNotExist,
  validation,
} from './scheduler-errors.ts';
import { isRepeated, scheduleArn, type StoredSchedule } from './stored-schedule.ts';

export function createSchedule(
  deps: SchedulerDependencies,
): OperationHandler<CreateScheduleInput, CreateScheduleOutput> {
  return async (input, context) => {
    const name = nameOf(input, context);
    const nowMs = deps.clock.now();
    const schedule = checkedSchedule(input, name, { createdAtMs: nowMs, modifiedAtMs: nowMs });
    checkRole(deps, schedule);
    await deps.store.write(async (tx, announce) => {
      if ((await findGroup(tx, { ...name, name: name.group })) === undefined)
        throw groupDoesNotExist(name.group);
      const before = await findSchedule(tx, name);
      if (before !== undefined && isRepeated(before, input.ClientToken)) return;
      if (before !== undefined) throw conflict(`Schedule ${name.name}`);
      const clientToken = input.ClientToken;
      await writeSchedule(tx, { ...schedule, ...(clientToken !== undefined && { clientToken }) }, nowMs);
      announce(SCHEDULES_CHANGED);
    });
    return { ScheduleArn: scheduleArn(name) };
  };
}

/** Says a schedule anew: what the request leaves out is the default again. */
export function updateSchedule(
  deps: SchedulerDependencies,
): OperationHandler<UpdateScheduleInput, UpdateScheduleOutput> {
  return async (input, context) => {
    const name = nameOf(input, context);
    const nowMs = deps.clock.now();
    const request = tokenedRequest('UpdateSchedule', input, context, nowMs);
    await deps.store.write(async (tx, announce) => {
      const before = await findSchedule(tx, name, deps.store.engine === 'postgres');
      // What others have said since stands.
      if (await isDone(tx, request)) return;
      if (before === undefined) throw scheduleDoesNotExist(name.name);
      const { createdAtMs, clientToken } = before;
      const checked = checkedSchedule(input, name, { createdAtMs, modifiedAtMs: nowMs });
      const after = { ...checked, ...(clientToken !== undefined && { clientToken }) };
      checkRole(deps, after);
      await writeSchedule(tx, after, nowMs);
      await remember(tx, request);
      announce(SCHEDULES_CHANGED);
    });
    return { ScheduleArn: scheduleArn(name) };
  };
}

export function deleteSchedule(
  deps: SchedulerDependencies,
): OperationHandler<DeleteScheduleInput, Record<string, never>> {
  return async (input, context) => {
    const name = nameOf(input, context);
    const request = tokenedRequest('DeleteSchedule', input, context, deps.clock.now());
    await deps.store.write(async (tx, announce) => {
      const before = await findSchedule(tx, name, deps.store.engine === 'postgres');
      // One that was made since stays.
      if (await isDone(tx, request)) return;
      if (before === undefined) throw scheduleDoesNotExist(name.name);
      await removeSchedule(tx, name);
      await remember(tx, request);
      announce(SCHEDULES_CHANGED);
    });
    return {};
  };
}

export function getSchedule(
  deps: SchedulerDependencies,
): OperationHandler<GetScheduleInput, GetScheduleOutput> {
  return async (input, context) => {
    const name = nameOf(input, context);
    const schedule = await findSchedule(deps.store.db, name);
    if (schedule === undefined) throw scheduleDoesNotExist(name.name);
    return shown(schedule);
  };
}

export function listSchedules(
  deps: SchedulerDependencies,
): OperationHandler<ListSchedulesInput, ListSchedulesOutput> {
  return async (input, { accountId, region }) => {
    const { GroupName: group, NamePrefix: prefix = '', State: state } = input;
    if (
      group !== undefined &&
      (await findGroup(deps.store.db, { accountId, region, name: group })) === undefined
    )
      throw groupDoesNotExist(group);
    const rows = await selectSchedules(deps.store.db, accountId, region)
      .$if(group !== undefined, (query) => query.where('group_name', '=', group ?? ''))
      .execute();
    const all = rows
      .map(({ definition }) => JSON.parse(definition) as StoredSchedule)
      .filter(({ name, state: its }) => name.startsWith(prefix) && (state === undefined || its === state))
      .sort((a, b) => (scheduleArn(a) < scheduleArn(b) ? -1 : 1));
    const { page, more } = pageOf(
      all,
      scheduleArn,
      { limit: input.MaxResults, token: input.NextToken },
      badToken,
    );
    return {
      Schedules: page.map((schedule) => ({
        Arn: scheduleArn(schedule),
        Name: schedule.name,
        GroupName: schedule.group,
        State: schedule.state,
        CreationDate: new Date(schedule.createdAtMs),
        LastModificationDate: new Date(schedule.modifiedAtMs),
        Target: { Arn: schedule.target.Arn },
      })),
      ...more,
    };
  };
}

/** @throws ValidationException */
function checkRole({ roles }: SchedulerDependencies, { accountId, target }: StoredSchedule): void {
  if (!roles.canBeAssumed(target.RoleArn ?? '', accountId, SCHEDULER_PRINCIPAL))
    throw validation(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    );
}

function shown(schedule: StoredSchedule): GetScheduleOutput {
  const { startMs, endMs, description } = schedule;
  return {
    Arn: scheduleArn(schedule),
    GroupName: schedule.group,
    Name: schedule.name,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    ...(startMs !== undefined && { StartDate: new Date(startMs) }),
    ...(endMs !== undefined && { EndDate: new Date(endMs) }),
    ...(description !== undefined && { Description: description }),
    State: schedule.state,
    CreationDate: new Date(schedule.createdAtMs),
    LastModificationDate: new Date(schedule.modifiedAtMs),
    Target: schedule.target,
    FlexibleTimeWindow: schedule.window,
    ActionAfterCompletion: schedule.actionAfterCompletion,
  };
}
