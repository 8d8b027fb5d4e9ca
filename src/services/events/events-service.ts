import type { ServiceDefinition } from '../../aws/service.ts';
import {
  createArchive,
  deleteArchive,
  describeArchive,
  listArchives,
  updateArchive,
} from './archives/archive-operations.ts';
import {
  createEventBus,
  deleteEventBus,
  describeEventBus,
  listEventBuses,
  updateEventBus,
} from './buses/bus-operations.ts';
import { putPermission, removePermission } from './buses/permission-operations.ts';
import { eventsActions } from './events-access.ts';
import type { EventsDependencies } from './events-dependencies.ts';
import { putEvents } from './publishing/put-events.ts';
import { cancelReplay, describeReplay, listReplays } from './replays/replay-operations.ts';
import { startReplay } from './replays/start-replay.ts';
import { putRule } from './rules/put-rule.ts';
import {
  deleteRule,
  describeRule,
  disableRule,
  enableRule,
  listRuleNamesByTarget,
  listRules,
  testEventPattern,
} from './rules/rule-operations.ts';
import { listTagsForResource, tagResource, untagResource } from './tag-operations.ts';
import { listTargetsByRule, putTargets, removeTargets } from './targets/target-operations.ts';

/** EventBridge: buses, and rules with patterns or schedules that lead to functions, queues, topics and other buses; archives and replays. */
export function createEventsService(deps: EventsDependencies): ServiceDefinition {
  return {
    model: 'eventbridge',
    access: { actions: eventsActions },
    operations: {
      CancelReplay: cancelReplay(deps),
      CreateArchive: createArchive(deps),
      CreateEventBus: createEventBus(deps),
      DeleteArchive: deleteArchive(deps),
      DeleteEventBus: deleteEventBus(deps),
      DeleteRule: deleteRule(deps),
      DescribeArchive: describeArchive(deps),
      DescribeEventBus: describeEventBus(deps),
      DescribeReplay: describeReplay(deps),
      DescribeRule: describeRule(deps),
      DisableRule: disableRule(deps),
      EnableRule: enableRule(deps),
      ListArchives: listArchives(deps),
      ListEventBuses: listEventBuses(deps),
      ListReplays: listReplays(deps),
      ListRuleNamesByTarget: listRuleNamesByTarget(deps),
      ListRules: listRules(deps),
      ListTagsForResource: listTagsForResource(deps),
      ListTargetsByRule: listTargetsByRule(deps),
      PutEvents: putEvents(deps),
      PutPermission: putPermission(deps),
      PutRule: putRule(deps),
      PutTargets: putTargets(deps),
      RemovePermission: removePermission(deps),
      RemoveTargets: removeTargets(deps),
      StartReplay: startReplay(deps),
      TagResource: tagResource(deps),
      TestEventPattern: testEventPattern(),
      UntagResource: untagResource(deps),
      UpdateArchive: updateArchive(deps),
      UpdateEventBus: updateEventBus(deps),
    },
  };
}
