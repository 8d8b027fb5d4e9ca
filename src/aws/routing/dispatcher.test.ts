import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { awsJson10, awsJson11 } from '../protocols/aws-json.ts';
import { awsQuery } from '../protocols/aws-query.ts';
import { ec2Query } from '../protocols/ec2-query.ts';
import { restJson } from '../protocols/rest-json.ts';
import { restXml } from '../protocols/rest-xml.ts';
import { rpcCbor } from '../protocols/rpc-cbor.ts';
import { WireRequest } from '../request.ts';
import { Dispatcher } from './dispatcher.ts';

const dispatcher = new Dispatcher(new Set(['lambda', 'sqs', 's3']));

function dispatch(method: string, url: string, headers: Record<string, string> = {}, scope?: string) {
  const request = new WireRequest({ method, url, headers } as unknown as IncomingMessage);
  const found = dispatcher.dispatch(request, scope);
  return [found?.service?.name, found?.operation?.name, found?.protocol] as const;
}

function dispatchForm(form: string, scope?: string) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const request = new WireRequest({ method: 'POST', url: '/', headers } as unknown as IncomingMessage);
  expect(dispatcher.dispatch(request, scope)).toBeUndefined();
  const found = dispatcher.dispatchForm(request, scope, new URLSearchParams(form));
  return [found.service?.name, found.operation?.name, found.protocol] as const;
}

const json10 = { 'content-type': 'application/x-amz-json-1.0' };
const json11 = { 'content-type': 'application/x-amz-json-1.1' };

describe('by target header', () => {
  test('signed or not', () => {
    const target = { ...json10, 'x-amz-target': 'AmazonSQS.SendMessage' };
    expect(dispatch('POST', '/', target, 'sqs')).toEqual(['sqs', 'SendMessage', awsJson10]);
    expect(dispatch('POST', '/', target)).toEqual(['sqs', 'SendMessage', awsJson10]);
  });

  test('JSON 1.1 is answered in JSON 1.1', () => {
    const target = { ...json11, 'x-amz-target': 'Logs_20140328.GetLogEvents' };
    expect(dispatch('POST', '/', target)).toEqual(['cloudwatch-logs', 'GetLogEvents', awsJson11]);
  });

  test('an unknown operation, and an unknown service', () => {
    const nothing = { ...json10, 'x-amz-target': 'AmazonSQS.Nothing' };
    expect(dispatch('POST', '/', nothing)).toEqual(['sqs', undefined, awsJson10]);
    expect(dispatch('POST', '/', { ...json11, 'x-amz-target': 'Other.X' })).toEqual([
      undefined,
      undefined,
      awsJson11,
    ]);
  });
});

describe('by CBOR path', () => {
  const cbor = { 'smithy-protocol': 'rpc-v2-cbor' };

  test('names the service, or leaves it to the scope', () => {
    expect(dispatch('POST', '/service/GraniteServiceVersion20100801/operation/GetMetricData', cbor)).toEqual([
      'cloudwatch',
      'GetMetricData',
      rpcCbor,
    ]);
    expect(dispatch('POST', '/service/Other/operation/SendMessage', cbor, 'sqs')).toEqual([
      'sqs',
      'SendMessage',
      rpcCbor,
    ]);
    expect(dispatch('POST', '/elsewhere', cbor)).toEqual([undefined, undefined, rpcCbor]);
  });
});

describe('by action', () => {
  test('the scope decides, without one the version', () => {
    expect(dispatchForm('Action=SendMessage&Version=2012-11-05', 'sqs')).toEqual([
      'sqs',
      'SendMessage',
      awsQuery,
    ]);
    expect(dispatchForm('Action=SendMessage&Version=2012-11-05')).toEqual(['sqs', 'SendMessage', awsQuery]);
    expect(dispatchForm('Action=DescribeVpcs&Version=2016-11-15')).toEqual(['ec2', 'DescribeVpcs', ec2Query]);
    expect(dispatchForm('Action=Nothing&Version=1999-01-01')).toEqual([undefined, undefined, awsQuery]);
    expect(dispatchForm('Action=Nothing&Version=2010-05-08', 'iam')).toEqual(['iam', undefined, awsQuery]);
  });

  test('in the query string', () => {
    expect(dispatch('GET', '/?Action=GetCallerIdentity&Version=2011-06-15', {}, 'sts')).toEqual([
      'sts',
      'GetCallerIdentity',
      awsQuery,
    ]);
  });

  test('a form that is posted to a REST service is content', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(dispatch('POST', '/2015-03-31/functions/f/invocations', form, 'lambda')).toEqual([
      'lambda',
      'Invoke',
      restJson,
    ]);
    expect(dispatch('PUT', '/b/k', form, 's3')).toEqual(['s3', 'PutObject', restXml]);
    expect(dispatch('POST', '/2015-03-31/functions/f/invocations', form)).toEqual([
      'lambda',
      'Invoke',
      restJson,
    ]);
  });
});

describe('by route', () => {
  test('unsigned: the first path segment tells', () => {
    expect(dispatch('POST', '/2015-03-31/functions/f/invocations')).toEqual(['lambda', 'Invoke', restJson]);
    expect(dispatch('GET', '/restapis')).toEqual(['api-gateway', 'GetRestApis', restJson]);
    expect(dispatch('GET', '/2020-05-31/distribution')).toEqual(['cloudfront', 'ListDistributions', restXml]);
    expect(dispatch('GET', '/my-bucket/key')).toEqual(['s3', 'GetObject', restXml]);
    expect(dispatch('GET', '/tags/a/b/c')).toEqual(['s3', 'GetObject', restXml]);
    expect(dispatch('GET', '/2015-03-31/nothing')).toEqual(['lambda', undefined, restJson]);
  });

  test('the scope wins over the path', () => {
    expect(dispatch('GET', '/2015-03-31/functions', {}, 's3')).toEqual(['s3', 'GetObject', restXml]);
  });

  test('two services may share a scope', () => {
    expect(dispatch('GET', '/restapis', {}, 'apigateway')).toEqual(['api-gateway', 'GetRestApis', restJson]);
    expect(dispatch('GET', '/v2/apis', {}, 'apigateway')).toEqual(['apigatewayv2', 'GetApis', restJson]);
  });

  test('the host name tells service and bucket', () => {
    expect(dispatch('GET', '/key', { host: 'b.s3.localhost:4566' })).toEqual(['s3', 'GetObject', restXml]);
    expect(dispatch('GET', '/2015-03-31/functions', { host: 'b.s3.localhost:4566' })).toEqual([
      's3',
      'GetObject',
      restXml,
    ]);
  });

  test('an unknown service is told apart from an unknown route', () => {
    expect(dispatch('GET', '/2015-03-31/nothing', {}, 'lambda')).toEqual(['lambda', undefined, restJson]);
    expect(dispatch('GET', '/x', {}, 'cognito-idp')).toEqual([undefined, undefined, restJson]);
  });
});
