import type { Segment } from '../segments/segment-document.ts';
import { servicesOf, type TracedService } from '../traces/services.ts';
import { httpOf } from '../traces/trace-summary.ts';
import { durationOf, entryOf, type WholeTrace, withSubsegments } from '../traces/whole-trace.ts';
import type {
  FilterExpression,
  FilterValue,
  Flag,
  Operator,
  ServicePattern,
  Subject,
} from './filter-expression.ts';

/** What an expression asks: a trace, or one service in it. */
interface Asked {
  readonly trace: WholeTrace;
  readonly services: readonly TracedService[];
  /** The trace's entry, or the service's own. */
  readonly segment: Segment | undefined;
  /** Undefined where the whole trace is asked. */
  readonly service: TracedService | undefined;
}

export function matchesFilter(expression: FilterExpression, trace: WholeTrace): boolean {
  const asked = { trace, services: servicesOf(trace), segment: entryOf(trace), service: undefined };
  return matches(expression, asked);
}

function matches(expression: FilterExpression, asked: Asked): boolean {
  switch (expression.kind) {
    case 'and':
      return matches(expression.left, asked) && matches(expression.right, asked);
    case 'or':
      return matches(expression.left, asked) || matches(expression.right, asked);
    case 'not':
      return !matches(expression.inner, asked);
    case 'flag':
      return hasFlag(expression.flag, asked);
    case 'compare': {
      const { operator, value, subject } = expression;
      return valuesOf(subject, asked).some((found) => compare(found, operator, value));
    }
    case 'service': {
      const { service: pattern, inner } = expression;
      return asked.services.some(
        (service) =>
          isNamed(service, pattern) &&
          (inner === undefined || matches(inner, { ...asked, segment: service.segment, service })),
      );
    }
  }
}

function isNamed({ id }: TracedService, pattern: ServicePattern = {}): boolean {
  const { name = id.Name, type = id.Type, accountId = id.AccountId } = pattern;
  return id.Name === name && id.Type === type && id.AccountId === accountId;
}

function hasFlag(flag: Flag, { segment, service, trace }: Asked): boolean {
  const { error = false, fault = false, throttle = false } = segment ?? {};
  switch (flag) {
    case 'ok':
      return !error && !fault && !throttle;
    case 'error':
      return error;
    case 'fault':
      return fault;
    case 'throttle':
      return throttle;
    case 'partial':
      return (service === undefined ? trace.segments : [service.segment]).some(
        ({ in_progress: isInProgress }) => isInProgress === true,
      );
  }
}

function valuesOf(subject: Subject, asked: Asked): FilterValue[] {
  const { trace, segment, service, services } = asked;
  const segments = service === undefined ? trace.segments : [service.segment];
  if (subject.kind === 'annotation')
    return segments
      .flatMap((one) => [...withSubsegments(one)])
      .flatMap(({ annotations = {} }) => {
        const value = annotations[subject.name];
        return isValue(value) ? [value] : [];
      });
  const http = httpOf(segment);
  const asArray = (value: FilterValue | undefined): FilterValue[] => (value === undefined ? [] : [value]);
  switch (subject.name) {
    case 'responsetime':
      return segment === undefined ? [] : [durationOf(segment)];
    case 'duration':
      return [service === undefined ? trace.endTime - trace.startTime : durationOf(service.segment)];
    case 'http.status':
      return asArray(http.HttpStatus);
    case 'http.url':
      return asArray(http.HttpURL);
    case 'http.method':
      return asArray(http.HttpMethod);
    case 'http.useragent':
      return asArray(http.UserAgent);
    case 'http.clientip':
      return asArray(http.ClientIp);
    case 'user':
      return segments.flatMap(({ user }) => user ?? []);
    case 'resource.arn':
      return segments.flatMap(({ resource_arn: arn }) => arn ?? []);
    case 'name':
      return (service === undefined ? services : [service]).map(({ id }) => id.Name);
    case 'type':
      return (service === undefined ? services : [service]).map(({ id }) => id.Type);
    case 'account.id':
      return (service === undefined ? services : [service]).flatMap(({ id }) => id.AccountId ?? []);
  }
}

function compare(found: FilterValue, operator: Operator, value: FilterValue): boolean {
  if (operator === '=') return found === value;
  if (operator === '!=') return found !== value;
  if (typeof found !== typeof value) return false;
  switch (operator) {
    case '<':
      return found < value;
    case '<=':
      return found <= value;
    case '>':
      return found > value;
    case '>=':
      return found >= value;
    case 'CONTAINS':
      return String(found).includes(String(value));
    case 'BEGINSWITH':
      return String(found).startsWith(String(value));
    case 'ENDSWITH':
      return String(found).endsWith(String(value));
  }
}

function isValue(value: unknown): value is FilterValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
