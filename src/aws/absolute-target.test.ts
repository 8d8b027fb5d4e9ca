import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { takeAbsoluteTarget } from './absolute-target.ts';

function taken(url: string): readonly [url: string | undefined, host: string | undefined] {
  const request = { url, headers: { host: 'said' } } as IncomingMessage;
  takeAbsoluteTarget(request);
  return [request.url, request.headers.host];
}

describe('a target with scheme and host', () => {
  test.each([
    ['http://a.example/b/c?d=e', '/b/c?d=e', 'a.example'],
    ['HTTPS://a.example:4566/%2f', '/%2f', 'a.example:4566'],
    ['http://a.example', '/', 'a.example'],
    ['http://a.example?b', '/?b', 'a.example'],
    ['http://user:word@a.example/b', '/b', 'a.example'],
    ['http://[::1]:80/', '/', '[::1]:80'],
  ])('%s', (url, path, host) => expect(taken(url)).toEqual([path, host]));

  test.each(['/b', '//a.example/b', '/http://a.example/b', '*', 'a.example:443', 'http://', 'http:///b', ''])(
    'is not %j',
    (url) => expect(taken(url)).toEqual([url, 'said']),
  );
});
