import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlainRequestReader } from './plain-request-reader.ts';

const NEXT = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n';
const RESPONSE = 'POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n';
const HOST = 'Host: 127.0.0.1:9001\r\n';

function read(text: string, reader = new PlainRequestReader()) {
  const request = reader.read(Buffer.from(text, 'latin1'));
  return typeof request === 'object' ? { ...request, body: Buffer.from(request.body).toString() } : request;
}

describe('what a runtime sends for every invocation', () => {
  test('the next event is asked for, whatever the client says about itself', () => {
    const text = `${NEXT}${HOST}User-Agent: x/1\r\nAccept: */*\r\nConnection: Keep-Alive\r\n\r\n`;
    const request = { requestId: undefined, invocationId: undefined, body: '', size: text.length };
    expect(read(text)).toEqual(request);
    expect(read(`${text}more`)).toEqual(request);
  });

  test('a response comes with its invocation and its body, the first time and again', () => {
    const reader = new PlainRequestReader();
    const head = (length: number): string =>
      `${RESPONSE}${HOST}Content-Length: ${length}\r\nLambda-Runtime-Invocation-Id: a-b\r\n\r\n`;
    for (const body of ['"1"', '"22"', '"1"', '']) {
      const text = head(body.length) + body;
      const request = { requestId: 'id-1', invocationId: 'a-b', body, size: text.length };
      expect(read(text, reader)).toEqual(request);
      expect(read(`${text}${NEXT}`, reader)).toEqual(request);
      if (body !== '') expect(read(text.slice(0, -1), reader)).toBe(text.length);
    }
  });

  test('header lines of many lengths are read right, remembered or not', () => {
    const reader = new PlainRequestReader();
    for (let length = 0; length < 100; length += 1) {
      const text = `${RESPONSE}${HOST}Content-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
      expect(read(text, reader)).toMatchObject({ body: 'x'.repeat(length), size: text.length });
    }
  });
});

const line = fc.constantFrom(
  HOST,
  'Accept: */*\r\n',
  'Content-Type: a\r\n',
  'content-length:  2 \r\n',
  'Content-Length: 2\r\n',
  'Content-Length: 12\r\n',
  'Content-Length: 02\r\n',
  'Content-Length: \r\n',
  'Lambda-Runtime-Invocation-Id: a\r\n',
  'Lambda-Runtime-Invocation-Id: b\r\n',
  'Transfer-Encoding: chunked\r\n',
  ' folded\r\n',
);
const id = fc.constantFrom('id-1', 'a', '', 'x/y', 'x'.repeat(64), 'x'.repeat(65), 'response', 'a b');
const request = fc
  .tuple(
    fc.constantFrom('next', 'response'),
    id,
    fc.array(line, { maxLength: 4 }),
    fc.string({ maxLength: 20 }),
  )
  .map(([what, requestId, lines, rest]) => {
    const first = what === 'next' ? NEXT : RESPONSE.replace('id-1', requestId);
    return `${first}${HOST}${lines.join('')}\r\n${rest}`;
  });

test('what was read before makes no difference to what is read', () => {
  const sequence = fc.array(request, { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(sequence, (texts) => {
      const reader = new PlainRequestReader();
      for (const it of texts) for (const again of [it, it]) expect(read(again, reader)).toEqual(read(again));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['nothing', ''],
  ['half a head', `${NEXT}${HOST}`],
  ['no headers', `${NEXT}\r\n`],
  ['no host', `${NEXT}Accept: */*\r\n\r\n`],
  ['another path', `GET /2018-06-01/runtime/init/error HTTP/1.1\r\n${HOST}\r\n`],
  ['a query', `GET /2018-06-01/runtime/invocation/next?a HTTP/1.1\r\n${HOST}\r\n`],
  ['another version', `GET /2018-06-01/runtime/invocation/next HTTP/1.0\r\n${HOST}\r\n`],
  ['an error', `${RESPONSE.replace('response', 'error')}${HOST}Content-Length: 0\r\n\r\n`],
  ['a response without a length', `${RESPONSE}${HOST}\r\n`],
  ['two lengths', `${RESPONSE}${HOST}Content-Length: 1\r\nContent-Length: 1\r\n\r\n1`],
  ['a length that is none', `${RESPONSE}${HOST}Content-Length: +1\r\n\r\n1`],
  ['a length in octal', `${RESPONSE}${HOST}Content-Length: 01\r\n\r\n1`],
  ['a question with a body', `${NEXT}${HOST}Content-Length: 1\r\n\r\n1`],
  ['chunks', `${RESPONSE}${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  [
    'chunks behind a line feed',
    `${RESPONSE}Host: a\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1`,
  ],
  ['a line that goes on', `${RESPONSE}Host: a\r\n b\r\nContent-Length: 1\r\n\r\n1`],
  ['a blank before the colon', `${RESPONSE}${HOST}Content-Length : 1\r\n\r\n1`],
  ['a line without a colon', `${RESPONSE}${HOST}Content-Length\r\n\r\n1`],
  [
    'a stream',
    `${RESPONSE}${HOST}Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Length: 1\r\n\r\n1`,
  ],
  ['an end of the connection', `${NEXT}${HOST}Connection: close\r\n\r\n`],
  ['an expectation', `${RESPONSE}${HOST}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n1`],
  ['a long head', `${NEXT}${HOST}User-Agent: ${'x'.repeat(3000)}\r\n\r\n`],
])('%s is left to node:http', (_what, text) => {
  const reader = new PlainRequestReader();
  expect(read(text, reader)).toBeUndefined();
  expect(read(text, reader)).toBeUndefined();
});
