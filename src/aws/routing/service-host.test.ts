import { expect, test } from 'vitest';
import { parseServiceHost } from './service-host.ts';

const known = new Set(['lambda', 'sqs', 's3']);
const nothing = { signingName: undefined, region: undefined, bucket: undefined };

test.each([
  ['localhost:4566', nothing],
  ['127.0.0.1:4566', nothing],
  ['[::1]:4566', nothing],
  ['', nothing],
  ['lambda', nothing],
  ['sqs.eu-west-1.localhost:4566', { signingName: 'sqs', region: 'eu-west-1', bucket: 'sqs.eu-west-1' }],
  [
    'SQS.us-gov-west-1.localhost',
    { signingName: 'sqs', region: 'us-gov-west-1', bucket: 'sqs.us-gov-west-1' },
  ],
  ['lambda.localhost', { ...nothing, signingName: 'lambda', bucket: 'lambda' }],
  ['s3.localhost.localstack.cloud:4566', { ...nothing, signingName: 's3' }],
  ['s3.us-east-1.example.com', { ...nothing, signingName: 's3', region: 'us-east-1' }],
  ['b.s3.localhost', { signingName: 's3', region: undefined, bucket: 'b' }],
  ['my.bucket.s3.eu-west-1.localhost', { signingName: 's3', region: 'eu-west-1', bucket: 'my.bucket' }],
  ['b.s3.s3.localhost', { signingName: 's3', region: undefined, bucket: 'b.s3' }],
  ['my-lambda.example.com', nothing],
  ['my.bucket.localhost:4566', { ...nothing, bucket: 'my.bucket' }],
  ['b.localhost.localstack.cloud', { ...nothing, bucket: 'b' }],
  ['lambent.example.com', nothing],
  ['b.lambent.example.com:80', { ...nothing, bucket: 'b' }],
  ['s3.amazonaws.com', { ...nothing, signingName: 's3' }],
  ['s3.eu-west-1.amazonaws.com', { ...nothing, signingName: 's3', region: 'eu-west-1' }],
  ['s3-eu-west-1.amazonaws.com', { ...nothing, signingName: 's3', region: 'eu-west-1' }],
  ['s3.dualstack.eu-west-1.amazonaws.com', { ...nothing, signingName: 's3', region: 'eu-west-1' }],
  ['b.s3-eu-west-1.amazonaws.com', { signingName: 's3', region: 'eu-west-1', bucket: 'b' }],
  ['b.s3.dualstack.eu-west-1.amazonaws.com', { signingName: 's3', region: 'eu-west-1', bucket: 'b' }],
  ['b.s3.amazonaws.com', { ...nothing, signingName: 's3', bucket: 'b' }],
])('%s', (host, expected) => {
  expect(parseServiceHost(host, known, ['lambent.example.com'])).toEqual(expected);
});
