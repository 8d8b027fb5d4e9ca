import type { FunctionVersion } from '../model/function-version.ts';
import type { ExtensionFacts } from './extensions-api/extension.ts';
import type { InitializationType } from './initialization-type.ts';
import { billedDurationMs } from './system-lines.ts';
import type { LineFailure, ReportFacts, RuntimeDoneFacts, RuntimeIdentity, Span } from './system-lines.ts';
import type { DroppedTelemetry, SubscriptionFacts } from './telemetry-api/telemetry-event.ts';

/** The same events in the JSON log format: `{"time","type":"platform.*","record"}`, each with its level. */
export interface SystemRecord {
  readonly level: SystemLogLevel;
  readonly type: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** Which environment it is, and of what. */
export interface InstanceFacts {
  readonly runtime: RuntimeIdentity;
  readonly version: Pick<FunctionVersion, 'name' | 'version' | 'memoryMb'>;
  readonly logStream: string;
}

/** `invoke`: inside an invocation, because Init failed or the processes were lost. */
export type InitPhase = 'init' | 'invoke';

export type SystemLogLevel = 'DEBUG' | 'INFO' | 'WARN';

const MEBIBYTE = 1024 * 1024;

const LEVELS: readonly SystemLogLevel[] = ['DEBUG', 'INFO', 'WARN'];

/** @param threshold the function's SystemLogLevel; INFO when it has none */
export function isLogged(record: SystemRecord, threshold: string | undefined): boolean {
  const least = LEVELS.findIndex((level) => level === (threshold ?? 'INFO'));
  return LEVELS.indexOf(record.level) >= least;
}

export function recordText({ type, record }: SystemRecord, timeMs: number): string {
  return JSON.stringify({ time: new Date(timeMs).toISOString(), type, record });
}

export function initStartRecord(
  initializationType: InitializationType,
  phase: InitPhase,
  instance: InstanceFacts,
): SystemRecord {
  return {
    level: 'INFO',
    type: 'platform.initStart',
    record: { initializationType, phase, ...instanceRecord(instance) },
  };
}

/** The runtime is ready for its first event, extensions may not be; with `restore`, for the first since it was restored. */
export function runtimeReadyRecord(
  initializationType: InitializationType,
  phase: InitPhase | 'restore',
  failure: LineFailure | undefined,
): SystemRecord {
  const level = failure === undefined ? 'DEBUG' : 'WARN';
  if (phase === 'restore') return { level, type: 'platform.restoreRuntimeDone', record: outcome(failure) };
  const record = { initializationType, phase, ...outcome(failure) };
  return { level, type: 'platform.initRuntimeDone', record };
}

export function initReportRecord(
  initializationType: InitializationType,
  durationMs: number,
  phase: InitPhase,
  failure: LineFailure | undefined,
): SystemRecord {
  const record = {
    initializationType,
    phase,
    ...outcome(failure),
    metrics: { durationMs: rounded(durationMs) },
  };
  const level = initializationType === 'on-demand' ? 'DEBUG' : 'INFO';
  return { level: failure === undefined ? level : 'WARN', type: 'platform.initReport', record };
}

export function restoreStartRecord(instance: InstanceFacts): SystemRecord {
  return { level: 'INFO', type: 'platform.restoreStart', record: instanceRecord(instance) };
}

export function restoreReportRecord(durationMs: number, failure: LineFailure | undefined): SystemRecord {
  const record = { ...outcome(failure), metrics: { durationMs: rounded(durationMs) } };
  return { level: failure === undefined ? 'INFO' : 'WARN', type: 'platform.restoreReport', record };
}

type Tenancy = Pick<FunctionVersion, 'tenantId'>;

export function startRecord(
  requestId: string,
  { version, tenantId }: Pick<FunctionVersion, 'version'> & Tenancy,
  traceId: string,
): SystemRecord {
  const record = { requestId, version, ...ofTenant(tenantId), ...tracing(traceId) };
  return { level: 'INFO', type: 'platform.start', record };
}

function ofTenant(tenantId: string | undefined): { tenantId?: string } {
  return tenantId === undefined ? {} : { tenantId };
}

export function runtimeDoneRecord(facts: RuntimeDoneFacts, { tenantId }: Tenancy): SystemRecord {
  const { requestId, traceId, durationMs, failure, producedBytes } = facts;
  const metrics = { durationMs: rounded(durationMs), producedBytes };
  const spans = facts.spans.map(spanRecord);
  const record = {
    requestId,
    ...ofTenant(tenantId),
    ...outcome(failure),
    metrics,
    spans,
    ...tracing(traceId),
  };
  return { level: failure === undefined ? 'DEBUG' : 'WARN', type: 'platform.runtimeDone', record };
}

export function reportRecord(facts: ReportFacts, { tenantId }: Tenancy): SystemRecord {
  const { requestId, durationMs, initDurationMs, restoreDurationMs, memoryMb, maxMemoryUsedMb, failure } =
    facts;
  const metrics = {
    durationMs: rounded(durationMs),
    billedDurationMs: billedDurationMs(facts),
    memorySizeMB: memoryMb,
    maxMemoryUsedMB: maxMemoryUsedMb,
    ...(initDurationMs === undefined ? {} : { initDurationMs: rounded(initDurationMs) }),
    ...(restoreDurationMs === undefined
      ? {}
      : {
          restoreDurationMs: rounded(restoreDurationMs),
          billedRestoreDurationMs: Math.ceil(restoreDurationMs),
        }),
  };
  const { spans = [] } = facts;
  const shown = spans.length === 0 ? {} : { spans: spans.map(spanRecord) };
  const record = {
    requestId,
    ...ofTenant(tenantId),
    metrics,
    ...outcome(failure),
    ...shown,
    ...tracing(facts.traceId),
  };
  return { level: failure === undefined ? 'INFO' : 'WARN', type: 'platform.report', record };
}

/** Of an invocation that shared its environment: what each of those in it took cannot be told apart, nor is it billed. */
export function sharedReportRecord(facts: RuntimeDoneFacts): SystemRecord {
  const { requestId, durationMs, failure, traceId } = facts;
  const metrics = { durationMs: rounded(durationMs) };
  const spans = facts.spans.map(spanRecord);
  const record = { requestId, metrics, ...outcome(failure), spans, ...tracing(traceId) };
  return { level: failure === undefined ? 'INFO' : 'WARN', type: 'platform.report', record };
}

export function extensionRecord({ name, state, events, errorType }: ExtensionFacts): SystemRecord {
  const record = { name, state, events, ...(errorType === undefined ? {} : { errorType }) };
  return { level: errorType === undefined ? 'INFO' : 'WARN', type: 'platform.extension', record };
}

export function subscriptionRecord({ api, name, types }: SubscriptionFacts): SystemRecord {
  const type = api === 'Logs' ? 'platform.logsSubscription' : 'platform.telemetrySubscription';
  return { level: 'INFO', type, record: { name, state: 'Subscribed', types } };
}

/** An extension did not get all that it subscribed to. */
export function logsDroppedRecord(dropped: DroppedTelemetry): SystemRecord {
  return { level: 'WARN', type: 'platform.logsDropped', record: { ...dropped } };
}

function instanceRecord({ runtime, version, logStream }: InstanceFacts): Readonly<Record<string, unknown>> {
  return {
    functionName: version.name,
    functionVersion: version.version,
    runtimeVersion: runtime.version,
    runtimeVersionArn: runtime.arn,
    // AWS calls the environment by its log stream, and counts its memory in bytes here.
    instanceId: logStream,
    instanceMaxMemory: version.memoryMb * MEBIBYTE,
  };
}

function spanRecord({ name, startMs, durationMs }: Span): Readonly<Record<string, unknown>> {
  return { name, start: new Date(startMs).toISOString(), durationMs: rounded(durationMs) };
}

/** Only of what is traced, as on AWS. */
function tracing(traceId: string): Readonly<Record<string, unknown>> {
  if (!/(^|;)Sampled=1(;|$)/.test(traceId)) return {};
  const parent = /(?:^|;)Parent=([^;]+)/.exec(traceId)?.[1];
  const spanId = parent === undefined ? {} : { spanId: parent };
  return { tracing: { ...spanId, type: 'X-Amzn-Trace-Id', value: traceId } };
}

function outcome(failure: LineFailure | undefined): Readonly<Record<string, string>> {
  if (failure === undefined) return { status: 'success' };
  if (failure.status === 'timeout') return { status: 'timeout' };
  return { status: 'error', errorType: failure.errorType };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
