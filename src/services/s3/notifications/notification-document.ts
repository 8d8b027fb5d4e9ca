import { randomUUID } from 'node:crypto';
import type {
  FilterRule,
  NotificationConfiguration,
  NotificationConfigurationFilter,
} from '@aws-sdk/client-s3';
import { invalidArgument } from '../s3-errors.ts';
import {
  EVENT_TYPES,
  type NotificationRule,
  overlap,
  type StoredNotifications,
  type TargetKind,
} from './notification-rules.ts';

interface GivenRule {
  readonly Id?: string | undefined;
  readonly Events?: readonly string[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

const LONGEST_VALUE_BYTES = 1024;

/** A bucket's notifications as a client sends them, checked in themselves. @throws InvalidArgument */
export function readNotifications(document: NotificationConfiguration): StoredNotifications {
  const { QueueConfigurations: queues = [], TopicConfigurations: topics = [] } = document;
  const { LambdaFunctionConfigurations: functions = [], EventBridgeConfiguration: bridge } = document;
  const rules = [
    ...topics.map((given) => readRule('topic', given, given.TopicArn)),
    ...queues.map((given) => readRule('queue', given, given.QueueArn)),
    ...functions.map((given) => readRule('function', given, given.LambdaFunctionArn)),
  ];
  refuseSameIds(rules);
  refuseOverlaps(rules);
  return { rules, toEventBridge: bridge !== undefined };
}

export function writeNotifications(stored: StoredNotifications | undefined): NotificationConfiguration {
  const of = (kind: TargetKind) => (stored?.rules ?? []).filter((rule) => rule.kind === kind);
  const [topics, queues, functions] = [of('topic'), of('queue'), of('function')];
  return {
    ...(topics.length > 0 && {
      TopicConfigurations: topics.map((rule) => ({ ...shown(rule), TopicArn: rule.targetArn })),
    }),
    ...(queues.length > 0 && {
      QueueConfigurations: queues.map((rule) => ({ ...shown(rule), QueueArn: rule.targetArn })),
    }),
    ...(functions.length > 0 && {
      LambdaFunctionConfigurations: functions.map((rule) => ({
        ...shown(rule),
        LambdaFunctionArn: rule.targetArn,
      })),
    }),
    ...(stored?.toEventBridge === true && { EventBridgeConfiguration: {} }),
  };
}

function shown({ id, events, filter }: NotificationRule) {
  return {
    Id: id,
    Events: events as 's3:ObjectCreated:*'[],
    ...(filter !== undefined && { Filter: { Key: { FilterRules: filter as FilterRule[] } } }),
  };
}

function readRule(kind: TargetKind, given: GivenRule, targetArn: string | undefined): NotificationRule {
  const { Events: events = [], Filter: filter } = given;
  if (targetArn === undefined || targetArn === '')
    throw invalidArgument('The ARN is not well formed', ARGUMENT[kind], '');
  if (events.length === 0) throw invalidArgument('A notification needs an event', 'Event', '');
  for (const type of events) {
    if (!EVENT_TYPES.has(type))
      throw invalidArgument('The event is not supported for notifications', 'Event', type);
  }
  return {
    id: given.Id === undefined || given.Id === '' ? randomUUID() : given.Id,
    kind,
    targetArn,
    events,
    ...readFilter(filter?.Key?.FilterRules),
  };
}

const ARGUMENT: Readonly<Record<TargetKind, string>> = {
  queue: 'Queue',
  topic: 'Topic',
  function: 'CloudFunction',
};

function readFilter(
  rules: readonly FilterRule[] | undefined,
): Pick<NotificationRule, 'prefix' | 'suffix' | 'filter'> {
  const read: Record<string, string> = {};
  for (const { Name: name, Value: value = '' } of rules ?? []) {
    const kind = (name ?? '').toLowerCase();
    if (kind !== 'prefix' && kind !== 'suffix')
      throw invalidArgument('filter rule name must be either prefix or suffix', 'FilterRule.Name', name);
    if (read[kind] !== undefined) {
      const message = `Cannot specify more than one ${kind} rule in a filter.`;
      throw invalidArgument(message, 'FilterRule.Name', name);
    }
    if (Buffer.byteLength(value) > LONGEST_VALUE_BYTES) {
      const message = `Size of filter rule value cannot exceed ${LONGEST_VALUE_BYTES} bytes in UTF-8 representation`;
      throw invalidArgument(message, 'FilterRule.Value', value);
    }
    read[kind] = value;
  }
  const { prefix = '', suffix = '' } = read;
  // AWS gives the names back with a capital.
  const filter = rules?.map(({ Name = '', Value = '' }) => ({ Name: capital(Name), Value }));
  return { prefix, suffix, ...(filter !== undefined && { filter }) };
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).toLowerCase();
}

function refuseSameIds(rules: readonly NotificationRule[]): void {
  const ids = new Set<string>();
  for (const { id } of rules) {
    if (ids.has(id)) throw invalidArgument('Same ID used for multiple configurations', 'Id', id);
    ids.add(id);
  }
}

function refuseOverlaps(rules: readonly NotificationRule[]): void {
  for (const [at, rule] of rules.entries()) {
    const other = rules.slice(at + 1).find((each) => overlap(rule, each));
    if (other === undefined) continue;
    const message =
      'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.';
    throw invalidArgument(message, 'FilterRule', `${rule.prefix}*${rule.suffix}`);
  }
}
