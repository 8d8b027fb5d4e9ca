import type { InvocationTrace } from '../model/invocation-trace.ts';
import type { ExtensionFacts } from './extensions-api/extension.ts';
import type { SubscriptionFacts } from './telemetry-api/telemetry-event.ts';

/**
 * The platform's own lines in a function's log: INIT_START, START, END, REPORT and INIT_REPORT in text, or the
 * `platform.*` records of the JSON log format. Pure: values in, lines out.
 */
export interface ReportFacts {
  readonly requestId: string;
  /** As the runtime got it. */
  readonly traceId: string;
  readonly durationMs: number;
  /** Only on a cold start. */
  readonly initDurationMs: number | undefined;
  /** Only of the first invocation of an environment that was restored. */
  readonly restoreDurationMs?: number | undefined;
  readonly memoryMb: number;
  readonly maxMemoryUsedMb: number;
  /** How the invocation failed, when not by the handler's own error. */
  readonly failure: LineFailure | undefined;
  /** Of one that X-Ray hears of. */
  readonly trace?: Pick<InvocationTrace, 'root' | 'segmentId'> | undefined;
  /** None unless there are extensions. Only records show them. */
  readonly spans?: readonly Span[];
}

/** When the runtime itself is done; extensions may not be. */
export interface RuntimeDoneFacts {
  readonly requestId: string;
  readonly traceId: string;
  readonly durationMs: number;
  readonly failure: LineFailure | undefined;
  /** Size of the response, bytes. */
  readonly producedBytes: number;
  readonly spans: readonly Span[];
}

/** A part of an invocation's time. */
export interface Span {
  readonly name: 'responseLatency' | 'responseDuration' | 'runtimeOverhead' | 'extensionOverhead';
  /** Platform time, milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly durationMs: number;
}

export interface LineFailure {
  readonly status: 'timeout' | 'error';
  readonly errorType: string;
}

export interface RuntimeIdentity {
  /** e.g. `nodejs:22.v1` */
  readonly version: string;
  readonly arn: string;
}

/** Larger numbers are not what V8 writes quickly. */
const LARGEST_SMALL_INTEGER = 2 ** 30;

/** Init time is billed as well, for every kind of package, since August 2025, and so are after-restore hooks. */
export function billedDurationMs(
  facts: Pick<ReportFacts, 'durationMs' | 'initDurationMs' | 'restoreDurationMs'>,
): number {
  const { durationMs, initDurationMs, restoreDurationMs } = facts;
  return Math.ceil(durationMs + (initDurationMs ?? 0) + (restoreDurationMs ?? 0));
}

export function initStartLine(runtime: RuntimeIdentity): string {
  return `INIT_START Runtime Version: ${runtime.version}\tRuntime Version ARN: ${runtime.arn}`;
}

export function restoreStartLine(runtime: RuntimeIdentity): string {
  return `RESTORE_START Runtime Version: ${runtime.version}\tRuntime Version ARN: ${runtime.arn}`;
}

export function startLine(requestId: string, version: string): string {
  return `START RequestId: ${requestId} Version: ${version}`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

/** Ends in a tab, as AWS's does; with a failure its status follows, and in a line of its own where the trace is. */
export function reportLine(facts: ReportFacts): string {
  const { requestId, durationMs, initDurationMs, restoreDurationMs, memoryMb, maxMemoryUsedMb, failure } =
    facts;
  const billed = billedDurationMs(facts);
  let line =
    `REPORT RequestId: ${requestId}\tDuration: ${twoDecimals(durationMs)} ms\tBilled Duration: ${billed} ms\t` +
    `Memory Size: ${memoryMb} MB\tMax Memory Used: ${maxMemoryUsedMb} MB\t`;
  if (initDurationMs !== undefined) line += `Init Duration: ${initDurationMs.toFixed(2)} ms\t`;
  if (restoreDurationMs !== undefined) {
    const billedRestore = Math.ceil(restoreDurationMs);
    line += `Restore Duration: ${restoreDurationMs.toFixed(2)} ms\tBilled Restore Duration: ${billedRestore} ms\t`;
  }
  if (failure !== undefined) line += failureFields(failure);
  return facts.trace === undefined ? line : `${line}\n${traceLine(facts.trace)}`;
}

function traceLine({ root, segmentId }: Pick<InvocationTrace, 'root' | 'segmentId'>): string {
  return `XRAY TraceId: ${root}\tSegmentId: ${segmentId}\tSampled: true\t`;
}

/** As `toFixed(2)`, but for the last bit of rounding; every invocation passes here, and that takes five times as long. */
function twoDecimals(positive: number): string {
  const hundredths = Math.round(positive * 100);
  if (hundredths > LARGEST_SMALL_INTEGER) return positive.toFixed(2);
  const whole = Math.floor(hundredths / 100);
  const rest = hundredths - 100 * whole;
  return rest < 10 ? `${whole}.0${rest}` : `${whole}.${rest}`;
}

/** Of an init that failed; of a provisioned environment's always. */
export function initReportLine(
  durationMs: number,
  phase: 'init' | 'invoke',
  failure: LineFailure | undefined,
): string {
  const line = `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms`;
  return failure === undefined ? line : `${line}\tPhase: ${phase}\t${failureFields(failure)}`;
}

export function restoreReportLine(durationMs: number, failure: LineFailure | undefined): string {
  const line = `RESTORE_REPORT Restore Duration: ${durationMs.toFixed(2)} ms`;
  return failure === undefined ? line : `${line}\t${failureFields(failure)}`;
}

/** Of the Logs API alone. */
export function faultLine(requestId: string, { status, errorType }: LineFailure): string {
  const shown = status === 'timeout' ? '' : `\tErrorType: ${errorType}`;
  return `RequestId: ${requestId} Status: ${status}${shown}`;
}

/** One for each extension, at the end of Init. */
export function extensionLine({ name, state, events, errorType }: ExtensionFacts): string {
  const line = `EXTENSION\tName: ${name}\tState: ${state}\tEvents: [${events.join(', ')}]`;
  return errorType === undefined ? line : `${line}\tError Type: ${errorType}`;
}

/** When an extension has subscribed; both APIs have the same line but for its first word. */
export function subscriptionLine({ api, name, types }: SubscriptionFacts): string {
  const shown = types.map((type) => type.slice(0, 1).toUpperCase() + type.slice(1));
  return `${api.toUpperCase()}\tName: ${name}\tState: Subscribed\tTypes: [${shown.join(', ')}]`;
}

function failureFields({ status, errorType }: LineFailure): string {
  return status === 'timeout' ? 'Status: timeout' : `Status: error\tError Type: ${errorType}`;
}
