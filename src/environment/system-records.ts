import type { ExtensionFacts } from './extensions-api/extension.ts';
import type { InitializationType } from './initialization-type.ts';
import { billedDurationMs } from './system-lines.ts';
import type { LineFailure, ReportFacts, RuntimeIdentity } from './system-lines.ts';

/** The same events in the JSON log format: `{"time","type":"platform.*","record"}`, each with its level. */
export interface SystemRecord {
  readonly level: SystemLogLevel;
  readonly type: string;
  readonly record: Readonly<Record<string, unknown>>;
}

export type SystemLogLevel = 'DEBUG' | 'INFO' | 'WARN';

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
  runtime: RuntimeIdentity,
  functionName: string,
  functionVersion: string,
): SystemRecord {
  return {
    level: 'INFO',
    type: 'platform.initStart',
    record: {
      initializationType,
      phase: 'init',
      functionName,
      functionVersion,
      runtimeVersion: runtime.version,
      runtimeVersionArn: runtime.arn,
    },
  };
}

export function initRuntimeDoneRecord(
  initializationType: InitializationType,
  phase: string,
  failure: LineFailure | undefined,
): SystemRecord {
  const record = { initializationType, phase, ...outcome(failure) };
  return { level: failure === undefined ? 'DEBUG' : 'WARN', type: 'platform.initRuntimeDone', record };
}

export function initReportRecord(
  initializationType: InitializationType,
  durationMs: number,
  phase: string,
  failure: LineFailure | undefined,
): SystemRecord {
  const record = {
    initializationType,
    phase,
    ...outcome(failure),
    metrics: { durationMs: rounded(durationMs) },
  };
  return { level: failure === undefined ? 'DEBUG' : 'WARN', type: 'platform.initReport', record };
}

export function startRecord(requestId: string, version: string): SystemRecord {
  return { level: 'INFO', type: 'platform.start', record: { requestId, version } };
}

export function runtimeDoneRecord(facts: ReportFacts, producedBytes: number): SystemRecord {
  const { requestId, durationMs, failure } = facts;
  const metrics = { durationMs: rounded(durationMs), producedBytes };
  const record = { requestId, ...outcome(failure), metrics };
  return { level: failure === undefined ? 'DEBUG' : 'WARN', type: 'platform.runtimeDone', record };
}

export function reportRecord(facts: ReportFacts): SystemRecord {
  const { requestId, durationMs, initDurationMs, memoryMb, maxMemoryUsedMb, failure } = facts;
  const metrics = {
    durationMs: rounded(durationMs),
    billedDurationMs: billedDurationMs(durationMs, initDurationMs),
    memorySizeMB: memoryMb,
    maxMemoryUsedMB: maxMemoryUsedMb,
    ...(initDurationMs === undefined ? {} : { initDurationMs: rounded(initDurationMs) }),
  };
  const record = { requestId, metrics, ...outcome(failure) };
  return { level: failure === undefined ? 'INFO' : 'WARN', type: 'platform.report', record };
}

export function extensionRecord({ name, state, events, errorType }: ExtensionFacts): SystemRecord {
  const record = { name, state, events, ...(errorType === undefined ? {} : { errorType }) };
  return { level: errorType === undefined ? 'INFO' : 'WARN', type: 'platform.extension', record };
}

function outcome(failure: LineFailure | undefined): Readonly<Record<string, string>> {
  if (failure === undefined) return { status: 'success' };
  if (failure.status === 'timeout') return { status: 'timeout' };
  return { status: 'error', errorType: failure.errorType };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
