import { describe, expect, test } from 'vitest';
import { verifySignature, type SignedRequest } from './sigv4.ts';

/** Requests and signatures as AWS publishes them: the IAM guide, the Signature Version 4 test suite, the S3 guide. */
const SUITE = {
  id: 'AKIDEXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  date: '20150830T123600Z',
};
const S3 = {
  id: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  date: '20130524T000000Z',
};
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

type Example = readonly [
  name: string,
  request: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signature: string,
];

const suite: readonly Example[] = [
  ['get-vanilla', 'GET /', {}, '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-vanilla-query-order-key-case',
    'GET /?Param2=value2&Param1=value1',
    {},
    '',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  ['get-utf8', 'GET /ሴ', {}, '', '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
  [
    'get-vanilla-utf8-query',
    'GET /?%E1%88%B4=bar',
    {},
    '',
    '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  ],
  ['post-vanilla', 'POST /', {}, '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'post-header-key-sort',
    'POST /',
    { 'my-header1': 'value1' },
    '',
    'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  ],
  [
    'post-x-www-form-urlencoded',
    'POST /',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Param1=value1',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
];

const s3: readonly Example[] = [
  [
    'get object',
    'GET /test.txt',
    { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY_SHA256 },
    '',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'put object',
    'PUT /test%24file.text',
    {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    'Welcome to Amazon S3.',
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'get lifecycle',
    'GET /?lifecycle',
    { 'x-amz-content-sha256': EMPTY_SHA256 },
    '',
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'list objects',
    'GET /?max-keys=2&prefix=J',
    { 'x-amz-content-sha256': EMPTY_SHA256 },
    '',
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
];

function signed(
  [, request, headers, body, signature]: Example,
  account: typeof SUITE,
  host: string,
  service: string,
): SignedRequest {
  const [method = '', target = ''] = request.split(' ');
  const [path = '', query = ''] = target.split('?');
  const all: Record<string, string> = { host, 'x-amz-date': account.date, ...headers };
  const scope = `${account.id}/${account.date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const names = Object.keys(all).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { method, path, query, headers: { ...all, authorization }, body: Buffer.from(body) };
}

function verify(request: SignedRequest, account: typeof SUITE): unknown {
  const date = account.date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
  return verifySignature(request, (id) => (id === account.id ? account.secret : undefined), Date.parse(date));
}

describe('published examples', () => {
  test.each(suite)('the test suite: %s', (...example) => {
    const request = signed(example, SUITE, 'example.amazonaws.com', 'service');
    expect(verify(request, SUITE)).toMatchObject({ ok: true, service: 'service' });
  });

  test('a remembered signing key does not outlive its secret', () => {
    const [example] = suite;
    if (example === undefined) throw new Error('no example');
    const request = signed(example, SUITE, 'example.amazonaws.com', 'service');
    expect(verify(request, SUITE)).toMatchObject({ ok: true });
    expect(verify(request, { ...SUITE, secret: 'replaced' })).toMatchObject({ ok: false });
    expect(verify(request, SUITE)).toMatchObject({ ok: true });
  });

  test('the IAM guide: ListUsers', () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const signature = '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
    const example: Example = ['', 'GET /?Action=ListUsers&Version=2010-05-08', headers, '', signature];
    expect(verify(signed(example, SUITE, 'iam.amazonaws.com', 'iam'), SUITE)).toMatchObject({ ok: true });
  });

  test.each(s3)('the S3 guide: %s', (...example) => {
    const request = signed(example, S3, 'examplebucket.s3.amazonaws.com', 's3');
    expect(verify(request, S3)).toMatchObject({ ok: true, service: 's3' });
  });

  test('the S3 guide: a presigned URL', () => {
    const query =
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    const headers = { host: 'examplebucket.s3.amazonaws.com' };
    const request = { method: 'GET', path: '/test.txt', query, headers, body: undefined };
    expect(verify(request, S3)).toMatchObject({ ok: true, payloadHash: 'UNSIGNED-PAYLOAD' });
  });

  test('the S3 guide: the seed of a chunked upload', () => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'content-length': '66824',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    };
    const signature = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
    const example: Example = ['', 'PUT /examplebucket/chunkObject.txt', headers, 'unread', signature];
    expect(verify(signed(example, S3, 's3.amazonaws.com', 's3'), S3)).toMatchObject({ ok: true });
  });
});
