import { describe, expect, test } from 'vitest';
import { apiErrorFrom } from './api-error.ts';

const read = (headers: Record<string, string>, body: string) =>
  apiErrorFrom({ status: 404, headers, body: Buffer.from(body) });

describe('an error answer', () => {
  test('of REST-JSON', () => {
    const error = read({ 'x-amzn-errortype': 'ResourceNotFoundException:http://aws/' }, '{"Message":"no f"}');
    expect(error).toMatchObject({ status: 404, code: 'ResourceNotFoundException', exitCode: 1 });
    expect(error.message).toBe('ResourceNotFoundException: no f\nlambent functions lists what is there');
  });

  test('of JSON 1.1', () => {
    expect(read({}, '{"__type":"com.amazonaws.logs#LimitExceededException","message":"m"}').message).toBe(
      'LimitExceededException: m',
    );
  });

  test.each(['', '<html>', 'null', '[]', '{"message":7}'])('of something else: %s', (body) => {
    expect(read({}, body).message).toBe('HTTP 404: the answer gives no reason');
  });
});
