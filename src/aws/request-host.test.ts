import { once } from 'node:events';
import { connect as http2Connect, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { closeAllAfterEach, HOST, start } from './testing/listener-fixture.ts';

closeAllAfterEach();

/** The status of the one answer there is for it. */
async function http1(...lines: readonly string[]): Promise<string> {
  const { port } = await start();
  const socket = connect(port, HOST);
  socket.write([...lines, '', ''].join('\r\n'));
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  return text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length);
}

async function http2(headers: IncomingHttpHeaders): Promise<number> {
  const { port } = await start();
  const session = http2Connect(`http://${HOST}:${port}`);
  const stream = session.request({ ':path': '/', ...headers });
  const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  session.close();
  return Number(answer[':status']);
}

describe('HTTP/1.1', () => {
  test.each(['Host: a.example', 'Host: a.example:4566', 'Host: [::1]:4566', 'Host: a_b.example', 'Host:'])(
    '%s',
    async (line) => {
      expect(await http1('GET / HTTP/1.1', line, 'Connection: close')).toBe('200');
    },
  );

  test.each([
    ['two', 'Host: a', 'Host: b'],
    ['two that are the same', 'Host: a', 'hOST: a'],
    ['two behind each other, one empty', 'Host: a', 'Host:'],
    ['a list with a space', 'Host: a, b'],
    ['a path', 'Host: a/b'],
    ['a user', 'Host: b@a'],
    ['none', 'X-Host: a'],
  ])('%s: refused, and what follows is not read', async (_, ...lines) => {
    expect(await http1('GET / HTTP/1.1', ...lines, '', 'GET /next HTTP/1.1', 'Host: a')).toBe('400');
  });

  test('with an absolute target it is one all the same', async () => {
    expect(await http1('GET http://a/ HTTP/1.1', 'Host: b', 'Connection: close')).toBe('200');
    expect(await http1('GET http://a/ HTTP/1.1', 'Host: a', 'Host: b')).toBe('400');
  });
});

describe('HTTP/2', () => {
  test.each([
    [{ ':authority': 'a' }, 200],
    [{ ':authority': 'a', host: 'A' }, 200],
    [{ ':authority': 'a', host: 'b' }, 400],
    [{ ':authority': 'a', host: 'a:443' }, 400],
  ])('%o', async (headers, status) => {
    expect(await http2(headers)).toBe(status);
  });
});
