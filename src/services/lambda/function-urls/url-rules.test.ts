import { describe, expect, test } from 'vitest';
import { functionUrl, functionUrlTargetArn } from '../../../model/stored-function-url.ts';
import { createdUrlConfiguration, updatedUrlConfiguration, urlConfiguration } from './url-configuration.ts';
import { checkUrlQualifier, newFunctionUrl, updatedFunctionUrl, urlExists } from './url-rules.ts';

const REFERENCE = { accountId: '000000000000', region: 'eu-west-1', name: 'web', qualifier: undefined };
const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:web';
const ORIGIN = 'http://localhost:4566';
const CREATED_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const UPDATED_MS = CREATED_MS + 1000;

describe('function URLs', () => {
  test('have an id of 32 lower-case letters and digits, never the same', () => {
    const ids = Array.from({ length: 500 }, () => newFunctionUrl(REFERENCE, { AuthType: 'NONE' }, 0).urlId);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{32}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('have the form AWS gives them, on any domain', () => {
    const url = { urlId: 'a'.repeat(32), region: 'eu-west-1' };
    expect(functionUrl(url, 'https://on.example')).toBe(
      `https://${url.urlId}.lambda-url.eu-west-1.on.example/`,
    );
    for (const host of ['localhost:4566', '127.0.0.1:4566', '[::1]:4566']) {
      expect(functionUrl(url, `http://${host}`)).toBe(
        `http://${url.urlId}.lambda-url.eu-west-1.localhost:4566/`,
      );
    }
    // No name stands under an address.
    for (const host of ['10.0.0.5:4566', '[fd00::2]:4566']) {
      expect(functionUrl(url, `http://${host}`)).toBe(`http://${host}/_aws/lambda-url/${url.urlId}/`);
    }
  });

  test('show what was set, and the invoke mode only when asked', () => {
    const Cors = { AllowOrigins: ['*'], MaxAge: 0, AllowCredentials: false };
    const url = newFunctionUrl(
      { ...REFERENCE, qualifier: 'live' },
      { AuthType: 'AWS_IAM', Cors },
      CREATED_MS,
    );
    const created = {
      FunctionUrl: functionUrl(url, ORIGIN),
      FunctionArn: `${ARN}:live`,
      AuthType: 'AWS_IAM',
      Cors,
      CreationTime: '2026-01-02T03:04:05.678Z',
    };
    expect(createdUrlConfiguration(url, {}, ORIGIN)).toStrictEqual(created);
    expect(urlConfiguration(url, ORIGIN)).toStrictEqual({
      ...created,
      LastModifiedTime: '2026-01-02T03:04:05.678Z',
      InvokeMode: 'BUFFERED',
    });
    const streaming = { InvokeMode: 'RESPONSE_STREAM' } as const;
    expect(
      createdUrlConfiguration({ ...url, invokeMode: 'RESPONSE_STREAM' }, streaming, ORIGIN),
    ).toStrictEqual({
      ...created,
      ...streaming,
    });
  });

  test('keep what an update does not name', () => {
    const url = newFunctionUrl(REFERENCE, { AuthType: 'NONE', Cors: { MaxAge: 5 } }, CREATED_MS);
    const stream = updatedFunctionUrl(url, { InvokeMode: 'RESPONSE_STREAM' }, UPDATED_MS);
    expect(stream).toStrictEqual({ ...url, invokeMode: 'RESPONSE_STREAM', lastModifiedMs: UPDATED_MS });
    const closed = updatedFunctionUrl(
      stream,
      { AuthType: 'AWS_IAM', Cors: { AllowMethods: ['GET'] } },
      UPDATED_MS,
    );
    expect(closed).toMatchObject({ authType: 'AWS_IAM', invokeMode: 'RESPONSE_STREAM' });
    expect(closed.cors).toStrictEqual({ AllowMethods: ['GET'] });
    expect(updatedFunctionUrl(closed, { Cors: {} }, UPDATED_MS)).not.toHaveProperty('cors');
    expect(updatedUrlConfiguration(closed, {}, ORIGIN)).not.toHaveProperty('InvokeMode');
    expect(updatedUrlConfiguration(closed, {}, ORIGIN)).toMatchObject({
      LastModifiedTime: '2026-01-02T03:04:06.678Z',
    });
  });

  test('exist once for a function and once for each alias', () => {
    const url = newFunctionUrl({ ...REFERENCE, qualifier: 'live' }, { AuthType: 'NONE' }, 0);
    expect(functionUrlTargetArn(url)).toBe(`${ARN}:live`);
    expect(urlExists(url)).toMatchObject({
      code: 'ResourceConflictException',
      message: `Failed to create function url config for [functionArn = ${ARN}:live]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    });
  });

  test.each(['$LATEST', '1', '42'])('do not belong to version %s', (qualifier) => {
    expect(() => checkUrlQualifier({ ...REFERENCE, qualifier })).toThrow(
      `1 validation error detected: Value '${qualifier}' at 'qualifier' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)',
    );
  });

  test.each([undefined, 'live', '1a', '-', '_1'])('belong to alias %s', (qualifier) => {
    expect(() => checkUrlQualifier({ ...REFERENCE, qualifier })).not.toThrow();
  });
});
