import { randomUUID } from 'node:crypto';
import type { PutScheduledActionRequest } from '@aws-sdk/client-application-auto-scaling';
import type { OperationHandler } from '../../aws/service.ts';
import { parseSchedule } from '../../model/schedule/schedule.ts';
import { isTimeZone } from '../../model/schedule/time-zone.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { holdDefinition, readDefinitionsOf, writeDefinition } from './definition-rows.ts';
import { resourceOf, unknownTarget } from './scalable-resource.ts';
import { limitExceeded, validation } from './scaling-errors.ts';
import { nextRun } from './scheduled-runs.ts';
import type { StoredAction } from './stored-definitions.ts';

const MOST_ACTIONS = 200;

/** Makes an action, or changes what is given of the one there is; start and end go unless they are given again. */
export function putScheduledAction(
  deps: AutoscalingDependencies,
): OperationHandler<PutScheduledActionRequest, Record<string, never>> {
  return async (input, context) => {
    const resource = resourceOf(input, context);
    const name = input.ScheduledActionName ?? '';
    const fresh = { id: randomUUID(), nowMs: deps.clock.now() };
    await deps.store.write(async (tx, announce) => {
      if ((await holdDefinition(tx, 'target', resource)) === undefined) throw unknownTarget(resource);
      const others = await readDefinitionsOf(tx, 'action', resource);
      const before = others.find((other) => other.name === name)?.value;
      if (before === undefined && others.length >= MOST_ACTIONS) {
        throw limitExceeded(`A scalable target can have no more than ${MOST_ACTIONS} scheduled actions.`);
      }
      const value = actionOf(input, before, fresh);
      await writeDefinition(tx, announce, 'action', { resource, name, value });
    });
    return {};
  };
}

function actionOf(
  input: PutScheduledActionRequest,
  before: StoredAction | undefined,
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): StoredAction {
  const when = scheduleOf(input, before);
  const action: StoredAction = {
    id: before?.id ?? id,
    ...when,
    startMs: input.StartTime?.getTime(),
    endMs: input.EndTime?.getTime(),
    ...boundsOf(input, before),
    createdAtMs: before?.createdAtMs ?? nowMs,
    doneUntilMs: nowMs,
  };
  if ((action.startMs ?? 0) >= (action.endMs ?? Infinity))
    throw validation('StartTime must be before EndTime.');
  if (nextRun(action) === undefined) throw validation(`The schedule is never due: ${when.schedule}`);
  return action;
}

function scheduleOf(
  input: PutScheduledActionRequest,
  before: StoredAction | undefined,
): Pick<StoredAction, 'schedule' | 'timeZone'> {
  const schedule = input.Schedule ?? before?.schedule;
  if (schedule === undefined) throw validation('Schedule is required for a new scheduled action.');
  const parsed = parseSchedule(schedule);
  if (parsed === undefined) throw validation(`Invalid schedule expression: ${schedule}`);
  const timeZone = input.Timezone ?? before?.timeZone;
  if (timeZone !== undefined && !isTimeZone(timeZone)) throw validation(`Invalid time zone: ${timeZone}`);
  if (input.Timezone !== undefined && parsed.kind === 'rate') {
    throw validation('Timezone can only be specified with an at or cron expression.');
  }
  return { schedule, timeZone };
}

function boundsOf(
  input: PutScheduledActionRequest,
  before: StoredAction | undefined,
): Pick<StoredAction, 'min' | 'max'> {
  const min = input.ScalableTargetAction?.MinCapacity ?? before?.min;
  const max = input.ScalableTargetAction?.MaxCapacity ?? before?.max;
  if (min === undefined && max === undefined) {
    throw validation('ScalableTargetAction must specify MinCapacity, MaxCapacity or both.');
  }
  if ((min ?? 0) < 0 || (max ?? 0) < 0)
    throw validation('Minimum and maximum capacity must not be less than 0.');
  if ((min ?? 0) > (max ?? Infinity))
    throw validation('Maximum capacity cannot be less than minimum capacity');
  return { min, max };
}
