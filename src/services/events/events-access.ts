import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import { partitionOf } from '../../model/stored-function.ts';
import { eventKeys } from './buses/bus-access.ts';
import { EVENTS_PRINCIPAL } from './rules/rule-role.ts';

type Input = Readonly<Record<string, unknown>>;

const ABOUT_RULES = /Rule|Targets/;

/** What a request to EventBridge is about, where callers are authorised: a rule, a bus, or the buses of its entries. */
export function eventsActions(
  operation: string,
  input: Input,
  context: RequestContext,
): readonly RequestedAction[] {
  const action = `events:${operation}`;
  const { Entries: entries } = input;
  if (Array.isArray(entries))
    return (entries as Input[]).map(({ EventBusName, Source, DetailType }) => ({
      action,
      resource: busArn(EventBusName, context),
      keys: eventKeys(Source, DetailType),
    }));
  const own = resourcesOf(operation, input, context).map((resource) => ({ action, resource }));
  return [...own, ...rolesIn(input).map(passRole)];
}

/** The roles a request gives to a rule or its targets, each once. */
function rolesIn({ RoleArn: role, Targets: targets }: Input): readonly string[] {
  const ofTargets = Array.isArray(targets) ? (targets as Input[]).map(({ RoleArn }) => RoleArn) : [];
  return [...new Set([role, ...ofTargets].filter((one) => typeof one === 'string'))];
}

function passRole(resource: string): RequestedAction {
  return { action: 'iam:PassRole', resource, keys: { 'iam:PassedToService': EVENTS_PRINCIPAL } };
}

function resourcesOf(operation: string, input: Input, context: RequestContext): readonly string[] {
  const { ResourceARN, EventBusName, Name, Rule } = input;
  if (typeof ResourceARN === 'string') return [ResourceARN];
  const rule = Rule ?? Name;
  if (!ABOUT_RULES.test(operation)) {
    return operation.startsWith('List') ? ['*'] : [busArn(EventBusName ?? Name, context)];
  }
  if (typeof rule !== 'string') return ['*'];
  const bus = busArn(EventBusName, context).split('/').slice(1).join('/');
  return [arnOf(`rule/${bus === 'default' ? '' : `${bus}/`}${rule}`, context)];
}

function busArn(name: unknown, context: RequestContext): string {
  if (typeof name !== 'string') return arnOf('event-bus/default', context);
  return name.startsWith('arn:') ? name : arnOf(`event-bus/${name}`, context);
}

function arnOf(resource: string, { region, accountId }: RequestContext): string {
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:${resource}`;
}
