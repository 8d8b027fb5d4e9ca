import { describe, expect, test } from 'vitest';
import { NOW_MS, ZEROS, claiming, presigned, verify } from './testing/signature-claims.ts';

const MINUTE_MS = 60_000;
const WRONG =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const TOKEN_INVALID = 'The security token included in the request is invalid.';

describe('refusals in the words of each service', () => {
  test.each([
    ['lambda', 'InvalidSignatureException', WRONG],
    ['sts', 'SignatureDoesNotMatch', WRONG],
    ['ec2', 'AuthFailure', WRONG],
    [
      's3',
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ],
  ])('wrong signature on %s', (service, code, message) => {
    expect(verify(claiming({ service }))).toEqual({ ok: false, code, message, status: 403 });
    expect(verify(presigned(service))).toEqual({ ok: false, code, message, status: 403 });
  });

  test.each([
    ['lambda', 'UnrecognizedClientException', TOKEN_INVALID],
    ['iam', 'InvalidClientTokenId', TOKEN_INVALID],
    ['ec2', 'AuthFailure', 'AWS was not able to validate the provided access credentials'],
    ['s3', 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
  ])('unknown access key on %s', (service, code, message) => {
    const credential = `OTHER/20261121/us-east-1/${service}/aws4_request`;
    expect(verify(claiming({ service, credential }))).toMatchObject({ ok: false, code, message });
  });

  test.each([
    ['lambda', 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    [undefined, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    ['sqs', 'MissingAuthenticationToken', 'Request is missing Authentication Token'],
    ['s3', 'AccessDenied', 'Access Denied'],
  ])('no signature on %s', (service, code, message) => {
    const bare = { method: 'GET', path: '/', query: 'a=b', body: undefined, service };
    for (const headers of [{}, { authorization: 'Bearer token' }]) {
      expect(verify({ ...bare, headers })).toEqual({ ok: false, code, message, status: 403 });
    }
  });

  test.each([
    [
      'lambda',
      -6,
      'InvalidSignatureException',
      'Signature expired: 20261121T120000Z is now earlier than 20261121T120100Z (20261121T120600Z - 5 min.)',
    ],
    [
      'lambda',
      6,
      'InvalidSignatureException',
      'Signature not yet current: 20261121T120000Z is still later than 20261121T115900Z (20261121T115400Z + 5 min.)',
    ],
    [
      'sts',
      -6,
      'SignatureDoesNotMatch',
      'Signature expired: 20261121T120000Z is now earlier than 20261121T120100Z (20261121T120600Z - 5 min.)',
    ],
    [
      's3',
      -16,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    ],
    [
      's3',
      16,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    ],
  ])('on %s a clock off by %i minutes', (service, minutes, code, message) => {
    expect(verify(claiming({ service }), NOW_MS - minutes * MINUTE_MS)).toEqual({
      ok: false,
      code,
      message,
      status: 403,
    });
  });

  test.each([
    ['lambda', 5],
    ['s3', 15],
  ])('on %s a clock off by exactly %i minutes is only judged by the signature', (service, minutes) => {
    for (const nowMs of [NOW_MS - minutes * MINUTE_MS, NOW_MS + minutes * MINUTE_MS]) {
      expect(verify(claiming({ service }), nowMs)).toMatchObject({
        code: expect.stringMatching(/^(Inv|Sig).*(Match|Exc)/),
      });
    }
  });

  test.each([
    [
      'without a signature',
      { signature: ' ' },
      "Authorization header requires 'Signature' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=",
    ],
    [
      'without a date',
      { date: undefined },
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed",
    ],
    [
      'with four elements',
      { credential: 'AKID/20261121/lambda/aws4_request' },
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID/20261121/lambda/aws4_request'",
    ],
    [
      'with a strange date',
      { date: 'yesterday' },
      "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    [
      'with an impossible date',
      { date: '20261321T120000Z' },
      "Date must be in ISO-8601 'basic format'. Got '20261321T120000Z'.",
    ],
  ] as const)('incomplete: %s', (_, claim, message) => {
    const result = verify(claiming(claim));
    expect(result).toMatchObject({ ok: false, code: 'IncompleteSignatureException', status: 400 });
    expect('message' in result && result.message).toContain(message);
    expect('message' in result && result.message).not.toContain(ZEROS);
  });

  test.each([
    [
      'another day',
      { credential: 'AKID/20261120/us-east-1/lambda/aws4_request' },
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261120' != '20261121', from '20261121T120000Z'.",
    ],
    [
      'another terminator',
      { credential: 'AKID/20261121/us-east-1/lambda/aws5_request' },
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    ],
    [
      'an unsigned host',
      { names: 'x-amz-content-sha256;x-amz-date' },
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'an unsigned x-amz- header',
      { headers: { 'x-amz-target': 'T' } },
      "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ],
  ])('invalid: %s', (_, claim, message) => {
    expect(verify(claiming(claim))).toEqual({
      ok: false,
      code: 'InvalidSignatureException',
      message,
      status: 403,
    });
  });

  test('another algorithm', () => {
    const { headers, ...rest } = claiming({});
    const authorization = String(headers.authorization).replace('SHA256', 'SHA512');
    expect(verify({ ...rest, headers: { ...headers, authorization } })).toMatchObject({
      code: 'IncompleteSignatureException',
      message: "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ",
    });
  });
});
