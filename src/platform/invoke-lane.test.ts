import { describe, expect, test } from 'vitest';
import { Endpoint } from '../aws/endpoint.ts';
import { invokeLane } from './invoke-lane.ts';

const endpoint = new Endpoint({
  services: [],
  defaultAccountId: '000000000000',
  defaultRegion: 'us-east-1',
  auth: 'open',
  now: () => Date.now(),
  onInternalError: () => undefined,
});
const { takesPath } = invokeLane(endpoint);

describe('the paths of the fast lane', () => {
  test.each(['f', 'arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af', 'f:1', 'invocations'])(
    'an invoke of %s',
    (name) => expect(takesPath(`/2015-03-31/functions/${name}/invocations`)).toBe(true),
  );

  test.each([
    '/',
    '/2015-03-31/functions/invocations',
    '/2015-03-31/functions//invocations',
    '/2015-03-31/functions/a/b/invocations',
    '/2015-03-31/functions/f/invocations/',
    '/2015-03-31/functions/f/versions',
    '/2014-11-13/functions/f/invocations',
    '/x/2015-03-31/functions/f/invocations',
    '/2021-11-15/functions/f/response-streaming-invocations',
  ])('not %s', (path) => expect(takesPath(path)).toBe(false));
});
