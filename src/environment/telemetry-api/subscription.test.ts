import { describe, expect, test } from 'vitest';
import { parseSubscription } from './subscription.ts';
import type { TelemetryApi } from './telemetry-event.ts';

const complete = {
  schemaVersion: '2025-01-29',
  types: ['platform', 'function'],
  destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:8080/events?x=1' },
};

function parse(changes: object, api: TelemetryApi = 'Telemetry') {
  return parseSubscription(api, Buffer.from(JSON.stringify({ ...complete, ...changes })));
}

describe('a subscription', () => {
  test('has Lambda’s defaults', () => {
    expect(parse({})).toEqual({
      api: 'Telemetry',
      schemaVersion: '2025-01-29',
      types: ['platform', 'function'],
      buffering: { maxBytes: 262_144, maxItems: 10_000, timeoutMs: 1000 },
      destination: { protocol: 'HTTP', port: 8080, path: '/events?x=1', method: 'POST' },
    });
    expect(parse({ schemaVersion: undefined }, 'Logs')).toMatchObject({ schemaVersion: '2020-08-15' });
  });

  test('may say everything itself', () => {
    const buffering = { maxBytes: 1_048_576, maxItems: 1000, timeoutMs: 25 };
    expect(parse({ buffering, destination: { protocol: 'TCP', port: 7000 } })).toMatchObject({
      buffering,
      destination: { protocol: 'TCP', port: 7000 },
    });
    const put = { protocol: 'HTTP', URI: 'http://sandbox:80', method: 'PUT', encoding: 'JSON' };
    expect(parse({ destination: put, schemaVersion: '2021-03-18' }, 'Logs')).toMatchObject({
      destination: { protocol: 'HTTP', port: 80, path: '/', method: 'PUT' },
    });
  });

  test('is told everything that is wrong with it at once', () => {
    const nothing = { types: [], destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain' } };
    const errorMessage = 'URI port is not provided; types should not be empty';
    expect(parse(nothing)).toEqual({ status: 400, errorType: 'ValidationError', errorMessage });
    expect(parse({ ...nothing, schemaVersion: undefined }, 'Logs')).toEqual({
      status: 400,
      errorType: 'Logs.ValidationError',
      errorMessage,
    });
  });

  test.each([
    [{ types: undefined }, 'types should not be empty'],
    [{ types: ['platform', 'metrics'] }, 'types has an unknown value: "metrics"'],
    [{ schemaVersion: undefined }, 'schemaVersion should be one of 2025-01-29, 2022-12-13, 2022-07-01'],
    [{ schemaVersion: '2021-03-18' }, 'schemaVersion should be one of'],
    [{ buffering: 'much' }, 'buffering should be an object'],
    [{ buffering: { maxBytes: 262_143 } }, 'maxBytes should be between 262144 and 1048576'],
    [{ buffering: { maxItems: 10_001 } }, 'maxItems should be between 1000 and 10000'],
    [{ buffering: { timeoutMs: 24.5 } }, 'timeoutMs should be between 25 and 30000'],
    [{ destination: undefined }, 'destination protocol should be HTTP or TCP'],
    [{ destination: 'http://sandbox.localdomain:80' }, 'destination protocol should be HTTP or TCP'],
    [{ destination: { protocol: 'UDP' } }, 'destination protocol should be HTTP or TCP'],
    [{ destination: { protocol: 'TCP', port: 9001 } }, 'port 9001 is reserved'],
    [{ destination: { protocol: 'TCP', port: 70_000 } }, 'port should be between 1 and 65535'],
    [{ destination: { protocol: 'HTTP' } }, 'URI is not valid'],
    [{ destination: { protocol: 'HTTP', URI: 'https://sandbox.localdomain:1' } }, "Only 'http' scheme"],
    [{ destination: { protocol: 'HTTP', URI: 'http://example.com:80' } }, "Only 'sandbox.localdomain'"],
    [{ destination: { protocol: 'HTTP', URI: 'http://169.254.169.254:80' } }, "Only 'sandbox.localdomain'"],
    [
      { destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:1', method: 'GET' } },
      'method should be POST or PUT',
    ],
    [{ destination: { protocol: 'TCP', port: 1, encoding: 'XML' } }, 'encoding should be JSON'],
  ])('with %j is refused: %s', (changes, message) => {
    expect(parse(changes)).toMatchObject({ status: 400, errorMessage: expect.stringContaining(message) });
  });

  test('of an extension of a managed instance has the newest schema', () => {
    const of = (schemaVersion: string) =>
      parseSubscription('Telemetry', Buffer.from(JSON.stringify({ ...complete, schemaVersion })), true);
    expect(of('2025-01-29')).toMatchObject({ schemaVersion: '2025-01-29' });
    expect(of('2022-12-13')).toEqual({
      status: 400,
      errorType: 'ValidationError',
      errorMessage: 'schemaVersion should be 2025-01-29',
    });
  });

  test.each(['', '[]', 'null', '{"types":'])('with the body %j is refused', (body) => {
    expect(parseSubscription('Telemetry', Buffer.from(body))).toMatchObject({ status: 400 });
  });
});
