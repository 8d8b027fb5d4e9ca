import { describe, expect, test } from 'vitest';
import { NOW_MS, ZEROS, claiming, presigned, verify } from './testing/signature-claims.ts';

const MINUTE_MS = 60_000;

describe('refusals of S3', () => {
  test.each([
    ['an expired URL', presigned('s3'), 6, 'AccessDenied', 'Request has expired'],
    ['a URL of the future', presigned('s3'), -16, 'AccessDenied', 'Request is not yet valid'],
    [
      'more than a week',
      presigned('s3', { 'X-Amz-Expires': '604801' }),
      0,
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    ],
    [
      'a negative time',
      presigned('s3', { 'X-Amz-Expires': '-1' }),
      0,
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be non-negative',
    ],
    [
      'no number',
      presigned('s3', { 'X-Amz-Expires': 'soon' }),
      0,
      'AuthorizationQueryParametersError',
      'X-Amz-Expires should be a number',
    ],
    [
      'no time',
      presigned('s3', { 'X-Amz-Expires': '' }),
      0,
      'AuthorizationQueryParametersError',
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    ],
    [
      'no payload hash',
      claiming({ service: 's3', names: 'host;x-amz-date', headers: { 'x-amz-content-sha256': '' } }),
      0,
      'AccessDenied',
      'There were headers present in the request which were not signed',
    ],
    [
      'a strange payload hash',
      claiming({ service: 's3', headers: { 'x-amz-content-sha256': 'abc' } }),
      0,
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD',
    ],
    [
      'a payload with another hash',
      { ...claiming({ service: 's3', headers: { 'x-amz-content-sha256': ZEROS } }), body: Buffer.from('x') },
      0,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ],
    [
      'a malformed credential',
      claiming({ service: 's3', credential: 'AKID' }),
      0,
      'AuthorizationHeaderMalformed',
      'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    ],
    [
      'another day',
      claiming({ service: 's3', credential: 'AKID/20261120/us-east-1/s3/aws4_request' }),
      0,
      'AuthorizationHeaderMalformed',
      'The authorization header is malformed; Invalid credential date "20261120". This date is not the same as X-Amz-Date: "20261121".',
    ],
  ] as const)('%s', (_, request, minutes, code, message) => {
    const result = verify(request, NOW_MS + minutes * MINUTE_MS);
    expect(result).toMatchObject({ ok: false, code });
    expect('message' in result && result.message).toContain(message);
  });
});
