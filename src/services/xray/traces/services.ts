import type { ServiceId } from '@aws-sdk/client-xray';
import type { Segment } from '../segments/segment-document.ts';
import { type WholeTrace, withSubsegments } from './whole-trace.ts';

/** A service that took part in a trace: it sent a segment, or another one's subsegment tells of it. */
export interface TracedService {
  readonly id: ServiceId & { readonly Name: string; readonly Type: string };
  /** Its segment, or the subsegment that tells of it. */
  readonly segment: Segment;
  /** Only told of. */
  readonly isInferred: boolean;
  /** The service that called it. */
  readonly caller: TracedService | undefined;
}

/** The services of a trace, callers first. */
export function servicesOf({ segments }: Pick<WholeTrace, 'segments'>): TracedService[] {
  /** Whose part each segment and subsegment is. */
  const owners = new Map<string, Segment>();
  for (const segment of segments) for (const part of withSubsegments(segment)) owners.set(part.id, segment);
  const services = new Map<Segment, TracedService>();
  const find = (segment: Segment, seen: ReadonlySet<Segment>): TracedService => {
    const known = services.get(segment);
    if (known !== undefined) return known;
    const parent = segment.parent_id === undefined ? undefined : owners.get(segment.parent_id);
    const isLoop = parent === undefined || parent === segment || seen.has(parent);
    const caller = isLoop ? undefined : find(parent, new Set([...seen, segment]));
    const service = { id: idOf(segment), segment, isInferred: false, caller };
    services.set(segment, service);
    return service;
  };
  for (const segment of segments) find(segment, new Set());
  const own = [...services.values()];
  const answered = new Set(segments.map(({ parent_id: parent }) => parent));
  return [...own, ...own.flatMap((service) => inferred(service, answered))];
}

/** Calls to services that sent nothing themselves. */
function inferred(caller: TracedService, answered: ReadonlySet<string | undefined>): TracedService[] {
  const calls = [...withSubsegments(caller.segment)].filter(
    ({ id, namespace }) => namespace !== undefined && !answered.has(id),
  );
  return calls.map((segment) => ({ id: inferredId(segment), segment, isInferred: true, caller }));
}

function idOf({ name, origin, aws = {} }: Segment) {
  const accountId = aws['account_id'];
  return {
    Name: name,
    Names: [name],
    Type: origin ?? 'client',
    ...(typeof accountId === 'string' && { AccountId: accountId }),
  };
}

/** A table or a queue is a service of its own. */
function inferredId({ name, namespace = 'remote', aws = {} }: Segment) {
  const { table_name: table, queue_url: queue, topic_arn: topic } = aws;
  const resources: readonly (readonly [unknown, string])[] = [
    [table, 'AWS::DynamoDB::Table'],
    [queue, 'AWS::SQS::Queue'],
    [topic, 'AWS::SNS::Topic'],
  ];
  const found = resources.find(([value]) => typeof value === 'string');
  const shown = typeof found?.[0] === 'string' ? found[0] : name;
  const type = found?.[1] ?? (namespace === 'aws' ? `AWS::${name}` : namespace);
  return { Name: shown, Names: [shown], Type: type };
}
