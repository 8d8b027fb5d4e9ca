import { describe, expect, test } from 'vitest';
import { sign, signingKey } from './sign.ts';

// The examples AWS publishes for Signature Version 4.
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const now = new Date('2015-08-30T12:36:00Z');
const body = new Uint8Array();
const signatureOf = (headers: Record<string, string>) => headers['authorization']?.split('Signature=')[1];

describe('signature version 4', () => {
  test('signing key', () => {
    const key = signingKey(credentials.secretAccessKey, '20150830', { region: 'us-east-1', service: 'iam' });
    expect(key.toString('hex')).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9');
  });

  test('IAM ListUsers with a query and a content type', () => {
    const url = new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08');
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const signed = sign(
      { method: 'GET', url, headers, body },
      { service: 'iam', region: 'us-east-1', credentials, now },
    );
    expect(signed).toEqual({
      ...headers,
      host: 'iam.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
        'SignedHeaders=content-type;host;x-amz-date, ' +
        'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    });
  });

  test.each([
    ['GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
  ])('published suite: %s %s', (method, path, signature) => {
    const url = new URL(path, 'https://example.amazonaws.com');
    const scope = { service: 'service', region: 'us-east-1', credentials, now };
    expect(signatureOf(sign({ method, url, headers: {}, body }, scope))).toBe(signature);
  });

  test('a session token is sent and signed', () => {
    const scope = {
      service: 'lambda',
      region: 'us-east-1',
      credentials: { ...credentials, sessionToken: 'token' },
      now,
    };
    const signed = sign({ method: 'GET', url: new URL('http://localhost:4566/'), headers: {}, body }, scope);
    expect(signed['x-amz-security-token']).toBe('token');
    expect(signed['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token');
  });
});
