import type { IncomingMessage } from 'node:http';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WireRequest } from '../request.ts';
import { serviceIndex, serviceModel } from '../schema/service-model.ts';
import { RestRouter } from './rest-router.ts';
import { parseRoutes } from './route-pattern.ts';
import type { RoutePattern } from './route-pattern.ts';
import { S3Router } from './s3-router.ts';

function request(method: string, url: string, headers: Record<string, string> = {}): WireRequest {
  return new WireRequest({ method, url, headers } as unknown as IncomingMessage);
}

const lambda = new RestRouter(parseRoutes(serviceModel('lambda').json));

function matchLambda(method: string, url: string): [string | undefined, object | undefined] {
  const made = request(method, url);
  const match = lambda.match(method, made.path, made);
  return [match?.operation, match?.labels];
}

/** A request that the route is the answer to, its labels filled with the given texts. */
function requestFor(route: RoutePattern, texts: readonly string[]): [WireRequest, Record<string, string>] {
  const labels: Record<string, string> = {};
  const path = route.segments.map((segment, at) => {
    if (segment.kind === 'literal') return segment.text;
    const text = texts[at % texts.length] ?? 'x';
    labels[segment.name] = text;
    return segment.kind === 'greedy'
      ? text.split('/').map(encodeURIComponent).join('/')
      : encodeURIComponent(text);
  });
  const query = [
    ...route.literals.map(([name, value]) => `${name}=${value}`),
    ...route.requiredQuery.map((name) => `${name}=x`),
    ...(route.id === undefined ? [] : [`x-id=${route.id}`]),
  ];
  const headers = Object.fromEntries(route.requiredHeaders.map((name) => [name, 'x']));
  return [request(route.method, `/${path.join('/')}?${query.join('&')}`, headers), labels];
}

const restServices = serviceIndex()
  .filter(({ protocol, name }) => protocol.startsWith('rest') && name !== 's3')
  .map(({ name }) => name);

describe('every route of every REST service', () => {
  test.each(restServices)('%s', (name) => {
    const routes = parseRoutes(serviceModel(name).json);
    const router = new RestRouter(routes);
    // The prefix keeps a label from being one of the literals that stand in its place in other routes.
    const label = fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => `~${text}`);
    const texts = fc.array(
      label.filter((text) => text.isWellFormed()),
      { minLength: 3, maxLength: 3 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...routes), texts, (route, given) => {
        const [made, labels] = requestFor(route, given);
        const match = router.match(route.method, made.path, made);
        expect(match).toMatchObject({ operation: route.operation, labels });
      }),
      { numRuns: 300 },
    );
  });

  test('no path makes the router throw', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.string(), (path, tail) => {
        const made = request('GET', `/2015-03-31/functions${path}${tail}`);
        const match = lambda.match('GET', made.path, made);
        expect(match === undefined || typeof match.operation === 'string').toBe(true);
      }),
    );
  });
});

describe('routes of Lambda', () => {
  test('a function name may be an ARN, percent-encoded or not', () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
    const expected = ['Invoke', { FunctionName: arn }];
    expect(matchLambda('POST', `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`)).toEqual(
      expected,
    );
    expect(matchLambda('POST', `/2015-03-31/functions/${arn}/invocations`)).toEqual(expected);
  });

  test('a trailing slash makes no difference', () => {
    expect(matchLambda('GET', '/2015-03-31/functions/')[0]).toBe('ListFunctions');
    expect(matchLambda('POST', '/2014-11-13/functions/f/invoke-async/')[0]).toBe('InvokeAsync');
  });

  test('a literal in the query chooses', () => {
    const path = '/2019-09-30/functions/f/provisioned-concurrency';
    expect(matchLambda('GET', `${path}?List=ALL`)[0]).toBe('ListProvisionedConcurrencyConfigs');
    expect(matchLambda('GET', `${path}?Qualifier=1`)[0]).toBe('GetProvisionedConcurrencyConfig');
  });

  test('a missing required parameter is for validation to say, not a route that does not exist', () => {
    expect(matchLambda('PUT', '/2019-09-30/functions/f/provisioned-concurrency')[0]).toBe(
      'PutProvisionedConcurrencyConfig',
    );
    expect(matchLambda('GET', '/2018-10-31/layers?find=LayerVersion')[0]).toBe('GetLayerVersionByArn');
  });

  test.each([
    ['GET', '/2015-03-31'],
    ['PATCH', '/2015-03-31/functions'],
    ['GET', '/2015-03-31/functions/f/nothing'],
    ['GET', '/2015-03-31/functions//configuration/x'],
  ])('nothing is at %s %s', (method, url) => {
    expect(matchLambda(method, url)[0]).toBeUndefined();
  });

  test('a malformed escape stays as it is', () => {
    expect(matchLambda('GET', '/2015-03-31/functions/%zz')).toEqual(['GetFunction', { FunctionName: '%zz' }]);
  });
});

describe('routes of S3', () => {
  const router = new S3Router(serviceModel('s3').json);
  const match = (method: string, url: string, headers = {}, bucket?: string): unknown => {
    const found = router.match(request(method, url, headers), bucket);
    return found === undefined ? undefined : [found.operation, found.labels];
  };

  test.each([
    ['GET', '/', 'ListBuckets', {}],
    ['PUT', '/b', 'CreateBucket', { Bucket: 'b' }],
    ['HEAD', '/b/', 'HeadBucket', { Bucket: 'b' }],
    ['GET', '/b?list-type=2&prefix=a', 'ListObjectsV2', { Bucket: 'b' }],
    ['GET', '/b', 'ListObjects', { Bucket: 'b' }],
    ['GET', '/b?acl', 'GetBucketAcl', { Bucket: 'b' }],
    ['GET', '/b/k', 'GetObject', { Bucket: 'b', Key: 'k' }],
    ['GET', '/b/a/b%20c/', 'GetObject', { Bucket: 'b', Key: 'a/b c/' }],
    ['GET', '/b//k', 'GetObject', { Bucket: 'b', Key: '/k' }],
    ['GET', '/b/k?tagging', 'GetObjectTagging', { Bucket: 'b', Key: 'k' }],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart', { Bucket: 'b', Key: 'k' }],
    ['POST', '/b/k?uploads', 'CreateMultipartUpload', { Bucket: 'b', Key: 'k' }],
    ['POST', '/b?delete', 'DeleteObjects', { Bucket: 'b' }],
  ])('%s %s is %s', (method, url, operation, labels) => {
    expect(match(method, url)).toEqual([operation, labels]);
  });

  test('a copy is a put with a source', () => {
    expect(match('PUT', '/b/k', { 'x-amz-copy-source': 'a/b' })).toEqual([
      'CopyObject',
      { Bucket: 'b', Key: 'k' },
    ]);
    expect(match('PUT', '/b/k')).toEqual(['PutObject', { Bucket: 'b', Key: 'k' }]);
  });

  test('the bucket may be in the host name', () => {
    expect(match('GET', '/', {}, 'my.bucket')).toEqual(['ListObjects', { Bucket: 'my.bucket' }]);
    expect(match('GET', '/a/b', {}, 'my.bucket')).toEqual(['GetObject', { Bucket: 'my.bucket', Key: 'a/b' }]);
  });
});
