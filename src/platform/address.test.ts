import { expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { Address } from './address.ts';

test.each([
  ['127.0.0.1', 'http://localhost:4599', 'http://127.0.0.1:4599'],
  ['0.0.0.0', 'http://localhost:4599', 'http://127.0.0.1:4599'],
  ['::', 'http://localhost:4599', 'http://127.0.0.1:4599'],
  ['::1', 'http://[::1]:4599', 'http://[::1]:4599'],
  ['192.0.2.7', 'http://192.0.2.7:4599', 'http://192.0.2.7:4599'],
])('listening on %s, people are told %s and functions %s', (host, shown, local) => {
  const address = new Address(parseConfig(['--host', host, '--port', '4599'], {}, '/'));
  expect([address.shown(), address.local()]).toEqual([shown, local]);
  expect(URL.canParse(shown)).toBe(true);
});
