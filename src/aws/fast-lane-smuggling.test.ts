import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WAYS } from './testing/certificate.ts';
import { invokeRequest, LaneServer, RawClient, talk } from './testing/lane-server.ts';

const PATH = '/2015-03-31/functions/f/invocations';
/** Ends the connection where it is understood as a request. */
const LAST = 'GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
const GOOD = invokeRequest('"ab"');

const bodies: string[] = [];
const invoke = (input: { Payload?: Uint8Array }) => {
  const body = Buffer.from(input.Payload ?? []).toString('latin1');
  bodies.push(body);
  return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(body)) };
};

const timeouts = { headersTimeoutMs: 400, requestTimeoutMs: 500 };
let lane: LaneServer;
let plain: LaneServer;
let goodAnswer = '';

function post(headers: string, body = 'abcd', line = `POST ${PATH} HTTP/1.1`): string {
  return `${line}\r\nHost: h\r\n${headers}\r\n${body}`;
}

/** A good request's every line with something wrong in it. */
const UNUSUAL: readonly (readonly [string, string])[] = [
  ['a length and chunks', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', '0\r\n\r\n')],
  ['chunks', post('Transfer-Encoding: chunked\r\n', '4\r\nabcd\r\n0\r\n\r\n')],
  ['an unknown encoding', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
  ['an encoding with a space before its colon', post('Transfer-Encoding : chunked\r\nContent-Length: 4\r\n')],
  ['an encoding with a tab in its value', post('Transfer-Encoding: \tchunked\r\n', '0\r\n\r\n')],
  ['an encoding in mixed case', post('tRANSFER-eNCODING: chunked\r\nContent-Length: 4\r\n', '0\r\n\r\n')],
  ['two equal lengths', post('Content-Length: 4\r\nContent-Length: 4\r\n')],
  ['two different lengths', post('Content-Length: 4\r\ncontent-length: 2\r\n')],
  ['a list of lengths', post('Content-Length: 4, 4\r\n')],
  ['a length with a plus', post('Content-Length: +4\r\n')],
  ['a negative length', post('Content-Length: -4\r\n')],
  ['a length with a space inside', post('Content-Length: 4 0\r\n')],
  ['a hexadecimal length', post('Content-Length: 0x4\r\n')],
  ['a length with an exponent', post('Content-Length: 4e0\r\n')],
  ['a length with a leading zero', post('Content-Length: 04\r\n')],
  ['a fractional length', post('Content-Length: 4.0\r\n')],
  ['an empty length', post('Content-Length: \r\n')],
  ['an immense length', post(`Content-Length: ${'9'.repeat(30)}\r\n`)],
  ['a length beyond the body', post('Content-Length: 4000\r\n')],
  ['a space before the colon of the length', post('Content-Length : 4\r\n')],
  ['a space before a colon', post('X-A : b\r\nContent-Length: 4\r\n')],
  ['a folded line', post('X-A: b\r\n c: d\r\nContent-Length: 4\r\n')],
  ['a line folded by a tab', post('X-A: b\r\n\tContent-Length: 0\r\nContent-Length: 4\r\n')],
  ['a space before the first header', `POST ${PATH} HTTP/1.1\r\n Host: h\r\nContent-Length: 4\r\n\r\nabcd`],
  ['a line without a colon', post('nothing\r\nContent-Length: 4\r\n')],
  ['an empty name', post(': x\r\nContent-Length: 4\r\n')],
  ['a name that is no token', post('X(A): x\r\nContent-Length: 4\r\n')],
  ['bare line feeds', post('X-A: b\nContent-Length: 4\r\n')],
  ['bare line feeds throughout', post('Content-Length: 4\r\n').replaceAll('\r\n', '\n')],
  ['a bare carriage return in a value', post('X-A: b\rContent-Length: 0\r\nContent-Length: 4\r\n')],
  ['a carriage return before the end of a line', post('X-A: b\r\r\nContent-Length: 4\r\n')],
  ['a NUL in a value', post('X-A: b\0c\r\nContent-Length: 4\r\n')],
  ['a NUL in a name', post('X\0A: b\r\nContent-Length: 4\r\n')],
  ['a control character in a value', post('X-A: b\x07\r\nContent-Length: 4\r\n')],
  ['DEL in a value', post('X-A: b\x7f\r\nContent-Length: 4\r\n')],
  ['Latin-1 in a value', post('X-A: \xe9\r\nContent-Length: 4\r\n')],
  ['an absolute target', post('Content-Length: 4\r\n', 'abcd', `POST http://h${PATH} HTTP/1.1`)],
  ['a target with a space', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH} x HTTP/1.1`)],
  ['a target with two slashes in front', post('Content-Length: 4\r\n', 'abcd', `POST /${PATH} HTTP/1.1`)],
  ['a target with a fragment', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH}#x HTTP/1.1`)],
  ['a target beyond ASCII', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH}?\xe9 HTTP/1.1`)],
  ['two spaces before the target', post('Content-Length: 4\r\n', 'abcd', `POST  ${PATH} HTTP/1.1`)],
  ['two spaces before the version', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH}  HTTP/1.1`)],
  ['a tab before the version', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH}\tHTTP/1.1`)],
  ['a space after the version', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH} HTTP/1.1 `)],
  ['a method in lower case', post('Content-Length: 4\r\n', 'abcd', `post ${PATH} HTTP/1.1`)],
  ['another method', post('Content-Length: 4\r\n', 'abcd', `PUT ${PATH} HTTP/1.1`)],
  ['HTTP/1.0', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH} HTTP/1.0`)],
  ['HTTP/1.2', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH} HTTP/1.2`)],
  ['HTTP/2.0', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH} HTTP/2.0`)],
  ['a version in lower case', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH} http/1.1`)],
  ['no version', post('Content-Length: 4\r\n', 'abcd', `POST ${PATH}`)],
  ['no host', `POST ${PATH} HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd`],
  ['an empty host', `POST ${PATH} HTTP/1.1\r\nHost:\r\nContent-Length: 4\r\n\r\nabcd`],
  ['two hosts', post('host: other\r\nContent-Length: 4\r\n')],
  ['two credentials', post('Authorization: a\r\nauthorization: b\r\nContent-Length: 4\r\n')],
  ['a header twice', post('X-A: b\r\nX-a: c\r\nContent-Length: 4\r\n')],
  ['an expectation', post('Expect: 100-continue\r\nContent-Length: 4\r\n')],
  ['an unknown expectation', post('Expect: tea\r\nContent-Length: 4\r\n')],
  ['an upgrade', post('Upgrade: websocket\r\nContent-Length: 4\r\n')],
  ['an upgrade to nothing', post('Connection: upgrade\r\nContent-Length: 4\r\n')],
  ['an upgrade to HTTP/2', post('Upgrade: h2c\r\nHTTP2-Settings: AA\r\nContent-Length: 4\r\n')],
  ['a trailer', post('Trailer: x\r\nContent-Length: 4\r\n')],
  ['the end of the connection', post('Connection: close\r\nContent-Length: 4\r\n')],
  ['a list of connection options', post('Connection: keep-alive, x-a\r\nX-A: b\r\nContent-Length: 4\r\n')],
  ['a huge head', post(`X-A: ${'a'.repeat(17_000)}\r\nContent-Length: 4\r\n`)],
  [
    'a great many headers',
    post(`${Array.from({ length: 120 }, (_, i) => `X-${i}: b\r\n`).join('')}Content-Length: 4\r\n`),
  ],
  ['a line before the request', `\r\n${GOOD}`],
  ['a request in place of a body', post('Content-Length: 0\r\n', 'G', 'POST / HTTP/1.1')],
  ['garbage', 'POST garbage\r\n\r\n'],
];

describe.each(WAYS)('what is not plain is answered by node:http $way', ({ tls }) => {
  beforeAll(async () => {
    lane = await new LaneServer(invoke, true, { ...timeouts, tls }).start();
    plain = await new LaneServer(invoke, false, { ...timeouts, tls }).start();
    const client = await new RawClient(plain).send(GOOD);
    [goodAnswer = ''] = await client.answers(1);
    client.socket.destroy();
  });

  afterAll(async () => {
    await Promise.all([lane.listener.close(0), plain.listener.close(0)]);
  });

  test.each(UNUSUAL)('%s', async (_, bytes) => {
    const expected = await outcome(plain, bytes + LAST);
    const before = lane.laneRequests;
    expect(await outcome(lane, bytes + LAST)).toEqual(expected);
    expect(lane.laneRequests).toBe(before);
  });

  test.each(UNUSUAL)('after a plain request: %s', async (_, bytes) => {
    const [text, seen] = await outcome(plain, bytes + LAST);
    const before = lane.laneRequests;
    // Node:http itself forgets a good request's answer when the next is malformed and came with it.
    const [told, came] = await outcome(lane, GOOD + bytes + LAST);
    // Over TLS it forgets what it says at the end as well, while an answer is still being written.
    expect([goodAnswer + text, ...(tls === undefined ? [] : [goodAnswer])]).toContain(told);
    expect(came).toEqual(['"ab"', ...seen]);
    // What follows on the connection stays node:http's, even when it is plain.
    expect(lane.laneRequests).toBe(before + 1);
  });

  test.each(UNUSUAL)('before a plain request: %s', async (_, bytes) => {
    const expected = await outcome(plain, bytes + GOOD + LAST);
    const before = lane.laneRequests;
    expect(await outcome(lane, bytes + GOOD + LAST)).toEqual(expected);
    expect(lane.laneRequests).toBe(before);
  });
});

/** What a client is told, and what came through to the function. */
async function outcome(server: LaneServer, bytes: string): Promise<readonly [string, readonly string[]]> {
  bodies.length = 0;
  const text = await talk(server, Buffer.from(bytes, 'latin1'));
  return [text, [...bodies]];
}
