import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { textToSign, v2Claim, type V2Request, verifyV2 } from './sigv2.ts';

/** The examples of the S3 developer guide. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const AT_MS = Date.parse('Tue, 27 Mar 2007 19:40:00 +0000');

function request(authorization: string, given: Partial<V2Request>): V2Request {
  const headers = { date: 'Tue, 27 Mar 2007 19:36:42 +0000', ...given.headers, authorization };
  return { method: 'GET', path: '/', query: '', hostBucket: 'awsexamplebucket1', ...given, headers };
}

function verify(signed: V2Request, nowMs = AT_MS, secret: string | undefined = SECRET) {
  const claim = v2Claim(signed.headers.authorization, signed.query);
  return claim === undefined ? 'no claim' : verifyV2(claim, signed, secret, nowMs)?.code;
}

const GET = request('AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=', { path: '/photos/puppy.jpg' });

describe('the older signature in a header', () => {
  test.each([
    ['a get', GET],
    [
      'a put',
      request('AWS AKIAIOSFODNN7EXAMPLE:iqRzw+ileNPu1fhspnRs8nOjjIA=', {
        method: 'PUT',
        path: '/photos/puppy.jpg',
        headers: { date: 'Tue, 27 Mar 2007 21:15:45 +0000', 'content-type': 'image/jpeg' },
      }),
    ],
    [
      'a list',
      request('AWS AKIAIOSFODNN7EXAMPLE:m0WP8eCtspQl5Ahe6L1SozdX9YA=', {
        query: 'prefix=photos&max-keys=50&marker=puppy',
        headers: { date: 'Tue, 27 Mar 2007 19:42:41 +0000' },
      }),
    ],
    [
      'a sub-resource',
      request('AWS AKIAIOSFODNN7EXAMPLE:82ZHiFIjc+WbcwFKGUVEQspPn+0=', {
        query: 'acl',
        headers: { date: 'Tue, 27 Mar 2007 19:44:46 +0000' },
      }),
    ],
  ])('%s', (_, signed) => {
    expect(verify(signed, Date.parse(signed.headers.date ?? ''))).toBeUndefined();
  });

  test('is refused when it is of another time, key or request', () => {
    expect(verify(GET, AT_MS + 3_600_000)).toBe('RequestTimeTooSkewed');
    expect(verify({ ...GET, path: '/photos/kitten.jpg' })).toBe('SignatureDoesNotMatch');
    expect(
      verifyV2({ accessKeyId: 'x', signature: '', expires: undefined }, GET, undefined, AT_MS)?.code,
    ).toBe('InvalidAccessKeyId');
    expect(verify({ ...GET, headers: { ...GET.headers, date: 'soon' } })).toBe('AccessDenied');
  });
});

describe('the older signature in a query', () => {
  const base = request('', { path: '/photos/puppy.jpg' });
  const presigned = (query: string): V2Request => ({ ...base, query, headers: {} });
  const claim = { accessKeyId: 'AK', signature: '', expires: '1175139620' };
  const query = 'versionId=3&AWSAccessKeyId=AK&Expires=1175139620&x-amz-acl=private&content-type=a%2Fb';
  const text = 'GET\n\na/b\n1175139620\nx-amz-acl:private\n/awsexamplebucket1/photos/puppy.jpg?versionId=3';
  const signature = encodeURIComponent(createHmac('sha1', SECRET).update(text).digest('base64'));
  const signed = presigned(`${query}&Signature=${signature}`);

  test('takes its headers from the query as well', () => {
    expect(textToSign(claim, presigned(query))).toBe(text);
    expect(verify(signed, 1_175_139_620_000)).toBeUndefined();
  });

  test('ends', () => {
    expect(verify(signed, 1_175_139_621_000)).toBe('AccessDenied');
    expect(verify(presigned('AWSAccessKeyId=AK&Expires=soon&Signature=x'))).toBe('AccessDenied');
    expect(verify(presigned('AWSAccessKeyId=AK&Signature=x'))).toBe('no claim');
  });
});
