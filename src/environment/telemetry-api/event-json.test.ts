import { describe, expect, test } from 'vitest';
import { eventJson } from './event-json.ts';
import type { TelemetryEvent } from './telemetry-event.ts';

const timeMs = Date.UTC(2026, 0, 31, 12, 0, 0, 5);
const time = '2026-01-31T12:00:00.005Z';
const types = ['platform', 'function', 'extension'] as const;
const telemetry = { api: 'Telemetry', schemaVersion: '2025-01-29', types } as const;
const first = { ...telemetry, schemaVersion: '2022-07-01' } as const;
const logs = { api: 'Logs', schemaVersion: '2020-08-15', types } as const;
const laterLogs = { ...logs, schemaVersion: '2021-03-18' } as const;

function platform(name: string, record: TelemetryEvent['record']): TelemetryEvent {
  return { timeMs, stream: 'platform', type: `platform.${name}`, record };
}

function line(record: string): TelemetryEvent {
  return { timeMs, stream: 'function', type: 'function', record };
}

function json(event: TelemetryEvent, schema: Parameters<typeof eventJson>[1], hasJsonLogs = false): unknown {
  const text = eventJson(event, schema, hasJsonLogs);
  return text === undefined ? undefined : JSON.parse(text);
}

describe('an event', () => {
  test('of a stream nobody asked for is not sent', () => {
    expect(json(line('x'), { ...telemetry, types: ['platform', 'extension'] })).toBeUndefined();
  });

  test('from a log is its line, with a line feed', () => {
    expect(json(line('a\tb'), telemetry)).toEqual({ time, type: 'function', record: 'a\tb\n' });
  });

  test('from a JSON log is the object, in the schemas that have it', () => {
    const record = { level: 'INFO', message: 'x' };
    const text = JSON.stringify(record);
    expect(json(line(text), telemetry, true)).toEqual({ time, type: 'function', record });
    expect(json(line(text), telemetry, false)).toMatchObject({ record: `${text}\n` });
    expect(json(line(text), first, true)).toMatchObject({ record: `${text}\n` });
    expect(json(line(text), laterLogs, true)).toMatchObject({ record: `${text}\n` });
    expect(json(line('{no json'), telemetry, true)).toMatchObject({ record: '{no json\n' });
  });

  test('of the platform is the record', () => {
    const record = { requestId: 'r', version: '7', tracing: { value: 't' } };
    expect(json(platform('start', record), telemetry)).toEqual({ time, type: 'platform.start', record });
  });

  test('is said in other words by the Logs API', () => {
    const metrics = { durationMs: 1, billedDurationMs: 1, memorySizeMB: 128, maxMemoryUsedMB: 30 };
    const done = platform('runtimeDone', { requestId: 'r', status: 'error', metrics, spans: [] });
    expect(json(platform('start', { requestId: 'r', version: '7', tracing: {} }), logs)).toMatchObject({
      record: { requestId: 'r', version: '7' },
    });
    expect(json(platform('report', { requestId: 'r', metrics, status: 'success' }), logs)).toEqual({
      time,
      type: 'platform.report',
      record: { requestId: 'r', metrics },
    });
    expect(json(done, logs)).toBeUndefined();
    expect(json(done, laterLogs)).toMatchObject({ record: { requestId: 'r', status: 'failure' } });
    expect(json(platform('fault', 'RequestId: r'), logs)).toMatchObject({ record: 'RequestId: r' });
  });

  test('that only one of the APIs has is not sent by the other', () => {
    expect(json(platform('end', { requestId: 'r' }), logs)).toBeDefined();
    expect(json(platform('end', { requestId: 'r' }), telemetry)).toBeUndefined();
    expect(json(platform('initStart', {}), telemetry)).toBeDefined();
    expect(json(platform('initStart', {}), laterLogs)).toBeUndefined();
  });
});
