import type { Http, ServiceId, TraceSummary, ValueWithServiceIds } from '@aws-sdk/client-xray';
import type { Segment } from '../segments/segment-document.ts';
import { type TracedService, servicesOf } from './services.ts';
import { durationOf, entryOf, type WholeTrace, withSubsegments } from './whole-trace.ts';

/** What lists of traces show of one. */
export function traceSummary(trace: WholeTrace): TraceSummary {
  const services = servicesOf(trace);
  const own = services.filter(({ isInferred }) => !isInferred);
  const entry = entryOf(trace);
  const entryService = own.find(({ segment }) => segment === entry);
  const arns = own.flatMap(({ segment }) => arnsOf(segment));
  return {
    Id: trace.id,
    StartTime: new Date(trace.startTime * 1000),
    Duration: rounded(trace.endTime - trace.startTime),
    ResponseTime: rounded(entry === undefined ? 0 : durationOf(entry)),
    HasFault: entry?.fault === true,
    HasError: entry?.error === true,
    HasThrottle: entry?.throttle === true,
    IsPartial: trace.segments.some((segment) => [...withSubsegments(segment)].some(isUnfinished)),
    Http: httpOf(entry),
    Annotations: annotationsOf(own),
    Users: usersOf(own),
    ServiceIds: distinct(services.map(({ id }) => id)),
    ResourceARNs: [...new Set(arns)].map((ARN) => ({ ARN })),
    InstanceIds: [],
    AvailabilityZones: [],
    ...(entryService && { EntryPoint: entryService.id }),
    Revision: trace.segments.length,
  };
}

/** @param segment undefined: nothing is known */
export function httpOf(segment: Segment | undefined): Http {
  const { request = {}, response = {} } = segment?.http ?? {};
  const { url, method, user_agent: agent, client_ip: ip } = request;
  const { status } = response;
  return {
    ...(typeof url === 'string' && { HttpURL: url }),
    ...(typeof status === 'number' && { HttpStatus: Math.trunc(status) }),
    ...(typeof method === 'string' && { HttpMethod: method }),
    ...(typeof agent === 'string' && { UserAgent: agent }),
    ...(typeof ip === 'string' && { ClientIp: ip }),
  };
}

export function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function isUnfinished({ end_time: end, in_progress: isInProgress }: Segment): boolean {
  return end === undefined || isInProgress === true;
}

function arnsOf({ resource_arn: own, aws = {} }: Segment): string[] {
  return [own, aws['function_arn']].filter((arn) => typeof arn === 'string');
}

/** Of segments and of what is in them; each value once, with the services that have it. */
function annotationsOf(services: readonly TracedService[]): Record<string, ValueWithServiceIds[]> {
  const found = new Map<string, Map<unknown, ServiceId[]>>();
  for (const { id, segment } of services)
    for (const { annotations = {} } of withSubsegments(segment))
      for (const [key, value] of Object.entries(annotations)) {
        const values = found.get(key) ?? new Map<unknown, ServiceId[]>();
        values.set(value, [...(values.get(value) ?? []), id]);
        found.set(key, values);
      }
  return Object.fromEntries([...found].map(([key, values]) => [key, [...values].flatMap(annotationOf)]));
}

function annotationOf([value, ids]: readonly [unknown, readonly ServiceId[]]): ValueWithServiceIds[] {
  const ServiceIds = distinct(ids);
  if (typeof value === 'string') return [{ AnnotationValue: { StringValue: value }, ServiceIds }];
  if (typeof value === 'number') return [{ AnnotationValue: { NumberValue: value }, ServiceIds }];
  if (typeof value === 'boolean') return [{ AnnotationValue: { BooleanValue: value }, ServiceIds }];
  return [];
}

function usersOf(services: readonly TracedService[]) {
  const users = new Map<string, ServiceId[]>();
  for (const { id, segment } of services)
    if (typeof segment.user === 'string') users.set(segment.user, [...(users.get(segment.user) ?? []), id]);
  return [...users].map(([UserName, ids]) => ({ UserName, ServiceIds: distinct(ids) }));
}

function distinct(ids: readonly ServiceId[]): ServiceId[] {
  return [...new Map(ids.map((id) => [`${id.Type} ${id.Name} ${id.AccountId}`, id])).values()];
}
