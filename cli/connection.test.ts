import { describe, expect, test } from 'vitest';
import { connectionFrom } from './connection.ts';

describe('where and as whom', () => {
  test('defaults', () => {
    expect(connectionFrom({}, {})).toEqual({
      endpoint: new URL('http://localhost:4566'),
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  });

  test('flag before our variable before the one of AWS', () => {
    const env = {
      LAMBENT_ENDPOINT: 'http://ours:1',
      AWS_ENDPOINT_URL: 'http://aws:2',
      AWS_REGION: 'eu-west-1',
    };
    expect(connectionFrom({ endpoint: 'https://flag', region: 'eu-west-3' }, env)).toMatchObject({
      endpoint: new URL('https://flag'),
      region: 'eu-west-3',
    });
    expect(connectionFrom({}, env)).toMatchObject({
      endpoint: new URL('http://ours:1'),
      region: 'eu-west-1',
    });
    expect(connectionFrom({}, { ...env, LAMBENT_ENDPOINT: '' }).endpoint.host).toBe('aws:2');
  });

  test.each([{ region: 'here' }, { region: 'us-east' }])('%o is no Region', (flags) => {
    expect(() => connectionFrom(flags, {})).toThrow(/^"(?:here|us-east)" is no Region/);
  });

  test('a variable may name a Region, or nothing', () => {
    expect(() => connectionFrom({}, { LAMBENT_REGION: 'Narnia' })).toThrow('"Narnia" is no Region');
    expect(connectionFrom({}, { LAMBENT_REGION: '', AWS_DEFAULT_REGION: '' }).region).toBe('us-east-1');
  });

  test('credentials come as a pair', () => {
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
    expect(connectionFrom({}, env).credentials).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
    expect(connectionFrom({}, { AWS_ACCESS_KEY_ID: 'id' }).credentials.accessKeyId).toBe('test');
  });

  test.each(['localhost:4566', 'ftp://x', 'nonsense', ''.padEnd(3)])('"%s" is no endpoint', (endpoint) => {
    expect(() => connectionFrom({ endpoint }, {})).toThrow(/is no endpoint/);
  });
});
