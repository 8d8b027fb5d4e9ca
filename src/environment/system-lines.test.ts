import { describe, expect, test } from 'vitest';
import { runtimeIdentity } from './runtime-identity.ts';
import {
  billedDurationMs,
  endLine,
  initReportLine,
  initStartLine,
  reportLine,
  startLine,
  subscriptionLine,
} from './system-lines.ts';
import {
  initReportRecord,
  initStartRecord,
  isLogged,
  logsDroppedRecord,
  recordText,
  reportRecord,
  restoreStartRecord,
  runtimeDoneRecord,
  sharedReportRecord,
  startRecord,
  subscriptionRecord,
} from './system-records.ts';

const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const untraced = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0';
const facts = {
  requestId,
  traceId: untraced,
  durationMs: 3.0149,
  initDurationMs: undefined,
  memoryMb: 128,
  maxMemoryUsedMb: 36,
  failure: undefined,
};

describe('the text format', () => {
  test('START and END', () => {
    expect(startLine(requestId, '$LATEST')).toBe(`START RequestId: ${requestId} Version: $LATEST`);
    expect(endLine(requestId)).toBe(`END RequestId: ${requestId}`);
  });

  test('REPORT ends in a tab', () => {
    expect(reportLine(facts)).toBe(
      `REPORT RequestId: ${requestId}\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t`,
    );
  });

  test('REPORT of a cold start bills Init too', () => {
    expect(reportLine({ ...facts, initDurationMs: 110.1 })).toBe(
      `REPORT RequestId: ${requestId}\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 110.10 ms\t`,
    );
    expect(billedDurationMs({ durationMs: 1049.63, initDurationMs: 1293.83 })).toBe(2344);
  });

  test('REPORT of the first invocation after a restore shows and bills that', () => {
    expect(reportLine({ ...facts, durationMs: 2338.66, restoreDurationMs: 181.4 })).toMatch(
      /\tDuration: 2338\.66 ms\tBilled Duration: 2521 ms\t.*\tRestore Duration: 181\.40 ms\tBilled Restore Duration: 182 ms\t$/,
    );
  });

  test('REPORT of what X-Ray hears of has a second line', () => {
    const trace = { root: '1-5759e988-bd862e3fe1be46a994272793', segmentId: '53995c3f42cd8ad8' };
    expect(reportLine({ ...facts, trace })).toBe(
      `${reportLine(facts)}\nXRAY TraceId: ${trace.root}\tSegmentId: ${trace.segmentId}\tSampled: true\t`,
    );
  });

  test.each([
    [{ status: 'timeout', errorType: 'Sandbox.Timedout' }, 'Status: timeout'],
    [{ status: 'error', errorType: 'Runtime.ExitError' }, 'Status: error\tError Type: Runtime.ExitError'],
  ] as const)('a failure %j', (failure, fields) => {
    expect(reportLine({ ...facts, failure })).toBe(`${reportLine(facts)}${fields}`);
    expect(initReportLine(9998.61, 'init', failure)).toBe(
      `INIT_REPORT Init Duration: 9998.61 ms\tPhase: init\t${fields}`,
    );
  });

  test.each([
    ['Telemetry', 'TELEMETRY\tName: x\tState: Subscribed\tTypes: [Platform, Function]'],
    ['Logs', 'LOGS\tName: x\tState: Subscribed\tTypes: [Platform, Function]'],
  ] as const)('a subscription to the %s API', (api, line) => {
    expect(subscriptionLine({ api, name: 'x', types: ['platform', 'function'] })).toBe(line);
  });

  test('INIT_START', () => {
    expect(initStartLine({ version: 'python:3.13.v1', arn: 'arn:x' })).toBe(
      'INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:x',
    );
  });

  test.each([
    ['nodejs22.x', 'nodejs:22.v1'],
    ['python3.13', 'python:3.13.v1'],
    ['provided.al2023', 'provided:al2023.v1'],
    ['java8.al2', 'java:8.al2.v1'],
  ])('the version of %s is %s', (runtime, version) => {
    const identity = runtimeIdentity(runtime, 'eu-west-1');
    expect(identity.version).toBe(version);
    expect(identity.arn).toMatch(/^arn:aws:lambda:eu-west-1::runtime:[0-9a-f]{64}$/);
  });
});

describe('the JSON format', () => {
  test('records', () => {
    const time = Date.UTC(2026, 0, 31, 12, 0, 0, 5);
    expect(JSON.parse(recordText(startRecord(requestId, { version: '7' }, untraced), time))).toEqual({
      time: '2026-01-31T12:00:00.005Z',
      type: 'platform.start',
      record: { requestId, version: '7' },
    });
    expect(reportRecord({ ...facts, initDurationMs: 110.10049 }, {})).toEqual({
      level: 'INFO',
      type: 'platform.report',
      record: {
        requestId,
        metrics: {
          durationMs: 3.015,
          billedDurationMs: 114,
          memorySizeMB: 128,
          maxMemoryUsedMB: 36,
          initDurationMs: 110.1,
        },
        status: 'success',
      },
    });
    const failure = { status: 'timeout', errorType: 'x' } as const;
    const spans = [{ name: 'responseLatency', startMs: time, durationMs: 2.5 }] as const;
    expect(runtimeDoneRecord({ ...facts, failure, producedBytes: 12, spans }, {})).toEqual({
      level: 'WARN',
      type: 'platform.runtimeDone',
      record: {
        requestId,
        status: 'timeout',
        metrics: { durationMs: 3.015, producedBytes: 12 },
        spans: [{ name: 'responseLatency', start: '2026-01-31T12:00:00.005Z', durationMs: 2.5 }],
      },
    });
    const instance = {
      runtime: { version: 'v', arn: 'a' },
      version: { name: 'f', version: '$LATEST', memoryMb: 128 },
      logStream: '2026/01/31/[$LATEST]0a',
    };
    const shown = {
      functionName: 'f',
      functionVersion: '$LATEST',
      runtimeVersion: 'v',
      runtimeVersionArn: 'a',
      instanceId: '2026/01/31/[$LATEST]0a',
      instanceMaxMemory: 134_217_728,
    };
    expect(initStartRecord('on-demand', 'invoke', instance).record).toEqual({
      initializationType: 'on-demand',
      phase: 'invoke',
      ...shown,
    });
    expect(restoreStartRecord(instance).record).toEqual(shown);
  });

  test('the report of an invocation on a managed instance has its time alone', () => {
    const spans = [{ name: 'responseLatency', startMs: 0, durationMs: 2.5 }] as const;
    const done = {
      requestId,
      traceId: untraced,
      durationMs: 3.0149,
      failure: undefined,
      producedBytes: 12,
      spans,
    };
    expect(sharedReportRecord(done)).toEqual({
      level: 'INFO',
      type: 'platform.report',
      record: {
        requestId,
        metrics: { durationMs: 3.015 },
        status: 'success',
        spans: [{ name: 'responseLatency', start: '1970-01-01T00:00:00.000Z', durationMs: 2.5 }],
      },
    });
    const failure = { status: 'error', errorType: 'Runtime.ExitError' } as const;
    expect(sharedReportRecord({ ...done, failure })).toMatchObject({ level: 'WARN', record: failure });
  });

  test('records of what is traced say so', () => {
    const tracing = { spanId: '53995c3f42cd8ad8', type: 'X-Amzn-Trace-Id', value: traceId };
    expect(startRecord(requestId, { version: '7' }, traceId).record).toMatchObject({ tracing });
    expect(reportRecord({ ...facts, traceId }, {}).record).toMatchObject({ tracing });
    expect(reportRecord(facts, {}).record).not.toHaveProperty('tracing');
  });

  test.each([
    ['on-demand', undefined, 'DEBUG'],
    ['provisioned-concurrency', undefined, 'INFO'],
    ['on-demand', { status: 'timeout', errorType: 'x' }, 'WARN'],
  ] as const)('the report of Init of %s with failure %j has level %s', (type, failure, level) => {
    expect(initReportRecord(type, 1, 'init', failure).level).toBe(level);
  });

  test('subscriptions and what was dropped', () => {
    const types = ['platform', 'function'] as const;
    expect(subscriptionRecord({ api: 'Telemetry', name: 'x', types })).toEqual({
      level: 'INFO',
      type: 'platform.telemetrySubscription',
      record: { name: 'x', state: 'Subscribed', types },
    });
    expect(subscriptionRecord({ api: 'Logs', name: 'x', types }).type).toBe('platform.logsSubscription');
    const dropped = { reason: 'slow', droppedRecords: 2, droppedBytes: 30 };
    expect(logsDroppedRecord(dropped)).toEqual({
      level: 'WARN',
      type: 'platform.logsDropped',
      record: dropped,
    });
  });

  test.each([
    [undefined, false, true, true],
    ['DEBUG', true, true, true],
    ['INFO', false, true, true],
    ['WARN', false, false, true],
  ])('with level %s shows DEBUG %s, INFO %s, WARN %s', (threshold, debug, info, warn) => {
    const shown = (level: 'DEBUG' | 'INFO' | 'WARN'): boolean =>
      isLogged({ level, type: '', record: {} }, threshold);
    expect([shown('DEBUG'), shown('INFO'), shown('WARN')]).toEqual([debug, info, warn]);
  });
});
