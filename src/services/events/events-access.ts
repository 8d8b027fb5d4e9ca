import { givesTags } from '../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import { partitionOf } from '../../model/stored-function.ts';
import { eventKeys } from './buses/bus-access.ts';
import { busArn, parseBus } from './buses/stored-bus.ts';
import { EVENTS_PRINCIPAL } from './rules/rule-role.ts';
import { ruleArn } from './rules/stored-rule.ts';

type Input = Readonly<Record<string, unknown>>;

const ABOUT_RULES = /Rule|Targets/;
/** What makes something that may have tags; rules get theirs when they are new. */
const GIVES_TAGS: ReadonlySet<string> = new Set(['CreateEventBus', 'PutRule']);

/** What a request to EventBridge is about, where callers are authorised: rules, buses, archives, replays, and roles it gives away. */
export function eventsActions(
  operation: string,
  input: Input,
  context: RequestContext,
): readonly RequestedAction[] {
  const action = `events:${operation}`;
  const { Entries: entries, Tags: tags } = input;
  if (Array.isArray(entries))
    return (entries as Input[]).map(({ EventBusName, Source, DetailType }) => ({
      action,
      resource: busNamed(EventBusName, context),
      keys: eventKeys(Source, DetailType),
    }));
  const resources = resourcesOf(operation, input, context);
  const own = resources.map((resource) => ({ action, resource, keys: targetKeys(input) }));
  const isTagged = GIVES_TAGS.has(operation) && givesTags(tags);
  const tagging = isTagged ? resources.map((resource) => ({ action: 'events:TagResource', resource })) : [];
  return [...own, ...tagging, ...rolesIn(input).map(passRole)];
}

/** The roles a request gives to a rule or its targets, each once. */
function rolesIn({ RoleArn: role, Targets: targets }: Input): readonly string[] {
  const ofTargets = Array.isArray(targets) ? (targets as Input[]).map(({ RoleArn }) => RoleArn) : [];
  return [...new Set([role, ...ofTargets].filter((one) => typeof one === 'string'))];
}

function passRole(resource: string): RequestedAction {
  return { action: 'iam:PassRole', resource, keys: { 'iam:PassedToService': EVENTS_PRINCIPAL } };
}

/** Where a rule is to lead. */
function targetKeys({ Targets: targets }: Input): RequestedAction['keys'] & object {
  if (!Array.isArray(targets)) return {};
  return { 'events:TargetArn': (targets as Input[]).map(({ Arn }) => String(Arn)) };
}

function resourcesOf(operation: string, input: Input, context: RequestContext): readonly string[] {
  const { ResourceARN, EventBusName, Name, Rule, ArchiveName, ReplayName, EventSourceArn } = input;
  if (typeof ResourceARN === 'string') return [ResourceARN];
  const rule = Rule ?? Name;
  if (ABOUT_RULES.test(operation)) {
    if (typeof rule !== 'string') return ['*'];
    return [ruleArn({ bus: busOf(EventBusName, context), name: rule })];
  }
  if (operation.startsWith('List') || operation === 'TestEventPattern') return ['*'];
  if (typeof ReplayName === 'string') {
    const replay = arnOf(`replay/${ReplayName}`, context);
    if (typeof EventSourceArn !== 'string') return [replay];
    // Archives are of the caller's own account and Region, whatever else an ARN says.
    const archive = EventSourceArn.slice(EventSourceArn.lastIndexOf('/') + 1);
    return [arnOf(`archive/${archive}`, context), replay];
  }
  if (typeof ArchiveName === 'string') {
    const archive = arnOf(`archive/${ArchiveName}`, context);
    return typeof EventSourceArn === 'string' ? [archive, busNamed(EventSourceArn, context)] : [archive];
  }
  return [busNamed(EventBusName ?? Name, context)];
}

/** Its own ARN, however it is named. @throws ValidationException */
function busNamed(name: unknown, context: RequestContext): string {
  return busArn(busOf(name, context));
}

function busOf(name: unknown, context: RequestContext): ReturnType<typeof parseBus> {
  return parseBus(typeof name === 'string' ? name : undefined, context);
}

function arnOf(resource: string, { region, accountId }: RequestContext): string {
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:${resource}`;
}
