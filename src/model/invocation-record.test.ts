import { describe, expect, test } from 'vitest';
import { invocationRecord } from './invocation-record.ts';

const EVENT = {
  accountId: '000000000000',
  region: 'us-east-1',
  name: 'source',
  qualifier: undefined,
  requestId: 'b7e2d7a0-0000-4000-8000-000000000000',
  payload: '{"big":12345678901234567890,"a":1}',
};
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:source';
const NOW = Date.UTC(2026, 10, 21, 5, 0, 0, 7);

describe('invocationRecord', () => {
  test('of a success, with event and response as they were', () => {
    const response = { executedVersion: '$LATEST', payload: Buffer.from('{"b":1.0}') };
    const text = invocationRecord(EVENT, { condition: 'Success', attempts: 1 }, response, NOW);
    expect(text).toBe(
      `{"version":"1.0","timestamp":"2026-11-21T05:00:00.007Z","requestContext":{"requestId":"${EVENT.requestId}",` +
        `"functionArn":"${ARN}:$LATEST","condition":"Success","approximateInvokeCount":1},` +
        '"requestPayload":{"big":12345678901234567890,"a":1},' +
        '"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":{"b":1.0}}',
    );
  });

  test('of a failure after retries, invoked by an alias', () => {
    const response = {
      executedVersion: '3',
      functionError: 'Unhandled' as const,
      payload: Buffer.from('{"errorType":"Error"}'),
    };
    const end = { condition: 'RetriesExhausted' as const, attempts: 3 };
    const record = JSON.parse(invocationRecord({ ...EVENT, qualifier: 'live' }, end, response, NOW));
    expect(record).toMatchObject({
      requestContext: {
        functionArn: `${ARN}:live`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '3', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error' },
    });
  });

  test('of an event that never ran has no response', () => {
    const end = { condition: 'ZeroReservedConcurrency' as const, attempts: 0 };
    expect(Object.keys(JSON.parse(invocationRecord(EVENT, end, undefined, NOW)))).toEqual([
      'version',
      'timestamp',
      'requestContext',
      'requestPayload',
    ]);
  });

  test('holds a response that is no JSON as a string', () => {
    const response = { executedVersion: '$LATEST', payload: Buffer.from('plain "text"') };
    const text = invocationRecord(EVENT, { condition: 'Success', attempts: 1 }, response, NOW);
    expect(JSON.parse(text)).toMatchObject({ responsePayload: 'plain "text"' });
  });
});
