import type { FunctionRun } from '../../model/invocation-trace.ts';
import type { ErrorCause } from './error-cause.ts';

/**
 * Segment documents of an invocation, as Lambda sends them: `AWS::Lambda` for the service's part and
 * `AWS::Lambda::Function` for the function's, both named after the function. Pure: values in, JSON out.
 */
export interface TracedFunction {
  readonly root: string;
  readonly name: string;
  readonly accountId: string;
  /** Unqualified. */
  readonly functionArn: string;
  readonly requestId: string;
}

/** How the service answered, or what came of an attempt. */
export interface ServiceOutcome {
  readonly status: number;
  readonly isFault: boolean;
}

export interface Period {
  /** Platform time, milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly endMs: number;
}

interface Place {
  readonly id: string;
  readonly parent: string | undefined;
}

export function serviceSegment(
  { root, name, functionArn, requestId }: TracedFunction,
  { id, parent }: Place,
  period: Period,
  outcome: ServiceOutcome,
): string {
  return JSON.stringify({
    id,
    name,
    trace_id: root,
    ...(parent !== undefined && { parent_id: parent }),
    ...times(period),
    http: { response: { status: outcome.status } },
    aws: { request_id: requestId },
    ...flags(outcome),
    origin: 'AWS::Lambda',
    resource_arn: functionArn,
  });
}

/** A part of the service's segment that is sent by itself: those of an asynchronous invocation end at other times than it. */
export function servicePart(
  { root }: TracedFunction,
  name: string,
  { id, parent }: Place,
  period: Period,
  outcome?: ServiceOutcome,
): string {
  return JSON.stringify({
    type: 'subsegment',
    id,
    name,
    trace_id: root,
    parent_id: parent,
    ...times(period),
    ...(outcome !== undefined && { http: { response: { status: outcome.status } }, ...flags(outcome) }),
  });
}

/**
 * @param run with its times by the platform's clock
 * @param cause of a function error
 */
export function functionSegment(
  { root, name, accountId, functionArn, requestId }: TracedFunction,
  { id, parent }: Place,
  run: FunctionRun,
  cause: ErrorCause | undefined,
  newId: () => string,
): string {
  const { startedAtMs, resultMs, endMs } = run;
  const aws = { function_arn: functionArn };
  const failure = cause === undefined ? {} : { fault: true, cause };
  const startup = startupPart(run);
  const part = (partName: string, startMs: number, partEndMs: number) => ({
    id: newId(),
    name: partName,
    ...times({ startMs, endMs: Math.max(startMs, partEndMs) }),
    aws,
  });
  const resultAtMs = startedAtMs + resultMs;
  const endAtMs = Math.max(resultAtMs, startedAtMs + endMs);
  return JSON.stringify({
    id,
    name,
    trace_id: root,
    parent_id: parent,
    ...times({ startMs: startup?.startMs ?? startedAtMs, endMs: endAtMs }),
    aws: { account_id: accountId, function_arn: functionArn, request_id: requestId, resource_names: [name] },
    ...failure,
    origin: 'AWS::Lambda::Function',
    subsegments: [
      ...(startup === undefined ? [] : [part(startup.name, startup.startMs, startedAtMs)]),
      { ...part('Invocation', startedAtMs, resultAtMs), ...failure },
      part('Overhead', resultAtMs, endAtMs),
    ],
  });
}

function startupPart({ startedAtMs, initDurationMs, restoreDurationMs }: FunctionRun) {
  if (initDurationMs !== undefined) return { name: 'Initialization', startMs: startedAtMs - initDurationMs };
  if (restoreDurationMs !== undefined) return { name: 'Restore', startMs: startedAtMs - restoreDurationMs };
  return undefined;
}

/** Seconds, to the microsecond. */
function times({ startMs, endMs }: Period) {
  return { start_time: seconds(startMs), end_time: seconds(endMs) };
}

function seconds(ms: number): number {
  return Math.round(ms * 1000) / 1_000_000;
}

/** What the caller did wrong is an error, too many requests a throttle, the rest a fault. */
function flags({ status, isFault }: ServiceOutcome) {
  if (status === 429) return { error: true, throttle: true };
  if (isFault || status >= 500) return { fault: true };
  return status >= 400 ? { error: true } : {};
}
