import { describe, expect, test } from 'vitest';
import { runtimeIdentity } from './runtime-identity.ts';
import {
  billedDurationMs,
  endLine,
  initReportLine,
  initStartLine,
  reportLine,
  startLine,
} from './system-lines.ts';
import {
  initStartRecord,
  isLogged,
  recordText,
  reportRecord,
  runtimeDoneRecord,
  startRecord,
} from './system-records.ts';

const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const facts = {
  requestId,
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
    expect(billedDurationMs(1049.63, 1293.83)).toBe(2344);
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
    expect(JSON.parse(recordText(startRecord(requestId, '7'), time))).toEqual({
      time: '2026-01-31T12:00:00.005Z',
      type: 'platform.start',
      record: { requestId, version: '7' },
    });
    expect(reportRecord({ ...facts, initDurationMs: 110.10049 })).toEqual({
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
    expect(runtimeDoneRecord({ ...facts, failure: { status: 'timeout', errorType: 'x' } }, 12)).toEqual({
      level: 'WARN',
      type: 'platform.runtimeDone',
      record: { requestId, status: 'timeout', metrics: { durationMs: 3.015, producedBytes: 12 } },
    });
    expect(initStartRecord('on-demand', { version: 'v', arn: 'a' }, 'f', '$LATEST').record).toMatchObject({
      initializationType: 'on-demand',
      functionName: 'f',
      runtimeVersion: 'v',
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
