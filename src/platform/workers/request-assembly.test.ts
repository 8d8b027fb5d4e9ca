import { expect, test } from 'vitest';
import { LARGEST_BODY_BYTES } from '../../aws/fast-lane-request.ts';
import { missingFrom } from './request-assembly.ts';

const HEAD = 'POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: here\r\n';
const begun = (head: string, body = ''): number | undefined => missingFrom(Buffer.from(`${head}\r\n${body}`));

test('an Invoke whose body is still to come is waited for, to its last byte', () => {
  const head = `${HEAD}Content-Length: 10\r\n`;
  const size = head.length + 2 + 10;
  expect(begun(head)).toBe(size);
  expect(begun(head, '{"a":1')).toBe(size);
});

test('what is whole, larger than any Invoke, or something else is for others', () => {
  expect(begun(`${HEAD}Content-Length: 2\r\n`, '{}')).toBeUndefined();
  expect(begun(`${HEAD}Content-Length: 2\r\n`, '{}POST ')).toBeUndefined();
  expect(begun(HEAD)).toBeUndefined();
  expect(begun(`${HEAD}Content-Length: ${LARGEST_BODY_BYTES + 1}\r\n`)).toBeUndefined();
  expect(begun(`${HEAD}Transfer-Encoding: chunked\r\n`)).toBeUndefined();
  // Its client waits for a word, and the length is not what counts.
  expect(begun(`${HEAD}Content-Length: 10\r\nExpect: 100-continue\r\n`)).toBeUndefined();
  expect(begun(`${HEAD}transfer-encoding : chunked\r\nContent-Length: 10\r\n`)).toBeUndefined();
  expect(begun(`${HEAD}Upgrade: h2c\r\nContent-Length: 10\r\n`)).toBeUndefined();
  expect(begun('POST / HTTP/1.1\r\nContent-Length: 10\r\n')).toBeUndefined();
  expect(missingFrom(Buffer.from(HEAD))).toBeUndefined();
});
