import type { ServiceDefinition } from '../../aws/service.ts';
import {
  createScheduleGroup,
  deleteScheduleGroup,
  getScheduleGroup,
  listScheduleGroups,
  listTagsForResource,
  tagResource,
  untagResource,
} from './group-operations.ts';
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  updateSchedule,
} from './schedule-operations.ts';
import { schedulerActions } from './scheduler-actions.ts';
import type { SchedulerDependencies } from './scheduler-dependencies.ts';

/** EventBridge Scheduler: every operation of its model. */
export function createSchedulerService(deps: SchedulerDependencies): ServiceDefinition {
  return {
    model: 'scheduler',
    access: { actions: schedulerActions },
    operations: {
      CreateSchedule: createSchedule(deps),
      CreateScheduleGroup: createScheduleGroup(deps),
      DeleteSchedule: deleteSchedule(deps),
      DeleteScheduleGroup: deleteScheduleGroup(deps),
      GetSchedule: getSchedule(deps),
      GetScheduleGroup: getScheduleGroup(deps),
      ListScheduleGroups: listScheduleGroups(deps),
      ListSchedules: listSchedules(deps),
      ListTagsForResource: listTagsForResource(deps),
      TagResource: tagResource(deps),
      UntagResource: untagResource(deps),
      UpdateSchedule: updateSchedule(deps),
    },
  };
}
