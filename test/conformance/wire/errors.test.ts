import { decodeCbor } from '../../../src/aws/codecs/cbor-decode.ts';
import { ServiceError } from '../../../src/model/service-error.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claim, startSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
let thrown: unknown;
const fail = (): never => {
  throw thrown;
};

beforeAll(async () => {
  site = await startSite([
    { model: 'lambda', operations: { GetFunction: fail, ListFunctions: async () => fail() } },
    { model: 'sqs', operations: { GetQueueUrl: fail } },
    { model: 'iam', operations: { GetRole: fail } },
    { model: 's3', operations: { GetObject: fail, HeadObject: fail } },
    { model: 'ec2', operations: { DescribeVpcs: fail } },
    { model: 'cloudwatch-logs', operations: { GetLogEvents: fail } },
  ]);
});
afterAll(() => site.close());

const json10 = { 'content-type': 'application/x-amz-json-1.0' };
const json11 = { 'content-type': 'application/x-amz-json-1.1' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

async function call(url: string, init: RequestInit = {}) {
  const response = await fetch(site.url + url, init);
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  return response;
}

describe('a modelled error', () => {
  test('on restJson1: type in a header, the message under the name its shape gives it', async () => {
    thrown = new ServiceError('ResourceNotFoundException', 'Function not found: f', 400, { Type: 'User' });
    const response = await call('/2015-03-31/functions/f');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(await response.json()).toEqual({ Type: 'User', Message: 'Function not found: f' });

    thrown = new ServiceError('InvalidParameterValueException', 'no', 500, { Type: 'User' });
    const other = await call('/2015-03-31/functions');
    expect(other.status).toBe(400);
    expect(await other.json()).toEqual({ Type: 'User', message: 'no' });
  });

  test('on restJson1 with a member in a header', async () => {
    thrown = new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 400, {
      retryAfterSeconds: '1',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    const response = await call('/2015-03-31/functions/f');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await response.json()).toEqual({
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      message: 'Rate Exceeded.',
    });
  });

  test('on awsJson: in the body, with the old query code beside it', async () => {
    thrown = new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
    const headers = { ...json10, 'x-amz-target': 'AmazonSQS.GetQueueUrl' };
    const response = await call('/', { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(response.headers.get('x-amzn-query-error')).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(await response.json()).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  test('on awsJson 1.1: the bare code', async () => {
    thrown = new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
    const headers = { ...json11, 'x-amz-target': 'Logs_20140328.GetLogEvents' };
    const response = await call('/', { method: 'POST', headers, body: '{"logStreamName":"s"}' });
    expect(await response.json()).toEqual({
      __type: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
  });

  test('on the query protocol: XML with the query code', async () => {
    thrown = new ServiceError('QueueDoesNotExist', 'no <queue>');
    const body = 'Action=GetQueueUrl&Version=2012-11-05&QueueName=q';
    const response = await call('/', { method: 'POST', headers: form, body });
    expect(response.status).toBe(400);
    const id = response.headers.get('x-amzn-requestid');
    expect(await response.text()).toBe(
      '<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>' +
        '<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>no &lt;queue&gt;</Message></Error>' +
        `<RequestId>${id}</RequestId></ErrorResponse>`,
    );
  });

  test('on rpcv2Cbor', async () => {
    thrown = new ServiceError('QueueDoesNotExist', 'no');
    const headers = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
    const body = Buffer.from('a0', 'hex');
    const response = await call('/service/AmazonSQS/operation/GetQueueUrl', {
      method: 'POST',
      headers,
      body,
    });
    expect([response.status, response.headers.get('smithy-protocol')]).toEqual([400, 'rpc-v2-cbor']);
    expect(decodeCbor(new Uint8Array(await response.arrayBuffer()))).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'no',
    });
  });

  test('on EC2', async () => {
    thrown = new ServiceError('InvalidVpcID.NotFound', "The vpc ID 'v' does not exist");
    const body = 'Action=DescribeVpcs&Version=2016-11-15';
    const response = await call('/', { method: 'POST', headers: form, body });
    const id = response.headers.get('x-amzn-requestid');
    expect(await response.text()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>' +
        "<Message>The vpc ID 'v' does not exist</Message></Error></Errors>" +
        `<RequestID>${id}</RequestID></Response>`,
    );
  });

  test('on S3: an XML form of its own, and no body for HEAD', async () => {
    thrown = new ServiceError('NoSuchKey', 'The specified key does not exist.', 400, { Key: 'k' });
    const response = await call('/b/k', { headers: claim('s3') });
    expect(response.status).toBe(404);
    const id = response.headers.get('x-amz-request-id');
    expect(await response.text()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>' +
        `<Message>The specified key does not exist.</Message><Key>k</Key><RequestId>${id}</RequestId>` +
        `<HostId>${response.headers.get('x-amz-id-2')}</HostId></Error>`,
    );
    const head = await call('/b/k', { method: 'HEAD', headers: claim('s3') });
    expect([head.status, await head.text()]).toEqual([404, '']);
  });
});

describe('an error no model knows', () => {
  test('has the status it was thrown with', async () => {
    thrown = new ServiceError('AccessDeniedException', 'no', 403);
    const response = await call('/2015-03-31/functions/f');
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'AccessDeniedException',
    ]);
    expect(await response.json()).toEqual({ message: 'no' });
  });

  test('validation comes before the handler, and has no Type', async () => {
    const response = await call('/2015-03-31/functions/a%20b');
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException']);
    expect(Object.keys((await response.json()) as object)).toEqual(['message']);
  });
});

describe('an error nobody foresaw', () => {
  test.each([
    ['/2015-03-31/functions/f', {}, 'ServiceException'],
    ['/2015-03-31/functions', {}, 'ServiceException'],
    ['/b/k', claim('s3'), 'InternalError'],
  ])('at %s says nothing of our insides, and is reported', async (url, headers, code) => {
    thrown = new TypeError('secret detail');
    const response = await call(url, { headers });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get('x-amzn-errortype') ?? text).toContain(code);
    expect(text).not.toContain('secret');
    expect(site.problems.at(-1)?.error).toBe(thrown);
  });

  test('is the service of Lambda itself failing, which Type says', async () => {
    thrown = new TypeError('secret detail');
    expect(await (await call('/2015-03-31/functions/f')).json()).toEqual({
      Type: 'Service',
      Message: 'An internal error occurred and the request cannot be processed.',
    });
  });
});

describe('what is not there', () => {
  test('an operation without a handler', async () => {
    const response = await call('/2015-03-31/functions/f/aliases', { method: 'POST', body: '{}' });
    expect(response.status).toBe(501);
    expect(response.headers.get('x-amzn-errortype')).toBe('NotImplemented');
    expect(await response.json()).toEqual({ message: 'Lambent does not implement lambda:CreateAlias yet.' });
  });

  test('a service that has a model and is not offered answers in its own protocol', async () => {
    const headers = { ...json10, 'x-amz-target': 'DynamoDB_20120810.ListTables' };
    const response = await call('/', { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(501);
    expect(await response.json()).toEqual({
      __type: 'NotImplemented',
      message: 'Lambent does not implement dynamodb:ListTables yet.',
    });
    const body = 'Action=ListTopics&Version=2010-03-31';
    const query = await call('/', { method: 'POST', headers: form, body });
    expect(query.status).toBe(501);
    expect(await query.text()).toContain('<Message>Lambent does not implement sns:ListTopics yet.</Message>');
  });

  test('a service nobody has heard of', async () => {
    const response = await call('/x', { headers: claim('cognito-idp') });
    expect(response.status).toBe(501);
    expect(await response.json()).toEqual({ message: 'Lambent does not implement cognito-idp yet.' });
  });

  test('an unknown operation', async () => {
    const route = await call('/2015-03-31/nothing');
    expect([route.status, route.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
    const headers = { ...json10, 'x-amz-target': 'AmazonSQS.Nothing' };
    const target = await call('/', { method: 'POST', headers, body: '{}' });
    expect(target.status).toBe(404);
    expect(await target.json()).toMatchObject({ __type: 'UnknownOperationException' });
    const action = await call('/', {
      method: 'POST',
      headers: form,
      body: 'Action=Nothing&Version=2010-05-08',
    });
    expect(action.status).toBe(404);
    expect(await action.text()).toContain('<Code>UnknownOperationException</Code>');
  });

  test('every request above was answered', () => {
    expect(site.endpoint.inFlight).toBe(0);
  });
});
