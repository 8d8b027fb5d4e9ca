import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { inviteBody, isUninvited } from './body-invitation.ts';
import { Listener } from './listener.ts';

let listener: Listener;
afterEach(async () => await listener.close(0));

/** Sends a body once it is asked for. @returns what was heard, in order */
async function upload(port: number): Promise<string[]> {
  const heard: string[] = [];
  const headers = { expect: '100-continue', 'content-length': 4 };
  const sent = request({ port, host: '127.0.0.1', method: 'PUT', headers });
  sent.on('continue', () => {
    heard.push('continue');
    sent.end('body');
  });
  sent.flushHeaders();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  heard.push(`${response.statusCode} ${response.headers.connection}`);
  for await (const text of response.setEncoding('utf8')) heard.push(String(text));
  sent.destroy();
  return heard;
}

test('a body is sent when it is asked for', async () => {
  listener = new Listener({
    onRequest: (raw, response) => {
      inviteBody(raw);
      const chunks: Buffer[] = [];
      raw.on('data', (chunk: Buffer) => chunks.push(chunk));
      raw.on('end', () => void response.end(Buffer.concat(chunks)));
    },
  });
  expect(await upload(await listener.listen(0, '127.0.0.1'))).toEqual(['continue', '200 keep-alive', 'body']);
});

test('on a pipelined request is not asked for in the middle of an answer, and the connection lives on', async () => {
  const others = Promise.withResolvers<void>();
  listener = new Listener({
    onRequest: (raw, response) => {
      inviteBody(raw);
      raw.resume().on('end', () => {
        if (raw.url === '/first') void others.promise.then(() => response.end('first'));
        else response.end('next');
        // Answered before its turn has come.
        if (raw.url === '/last') others.resolve();
      });
    },
  });
  const socket = connect(await listener.listen(0, '127.0.0.1'), '127.0.0.1');
  const expecting = 'Host: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n';
  socket.write('GET /first HTTP/1.1\r\nHost: h\r\n\r\n');
  socket.write(`PUT /next HTTP/1.1\r\n${expecting}\r\nbody`);
  socket.write(`PUT /last HTTP/1.1\r\n${expecting}Connection: close\r\n\r\nbody`);
  const heard = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  const lines = heard.split('\r\n').filter((line) => !/^(?:date|keep-alive): /i.test(line));
  const head = (length: number, connection: string): string[] => [
    'HTTP/1.1 200 OK',
    `Connection: ${connection}`,
    `Content-Length: ${length}`,
    '',
  ];
  expect(lines.join('\n')).toBe(
    [
      ...head(5, 'keep-alive'),
      `first${head(4, 'keep-alive').join('\n')}`,
      `next${head(4, 'close').join('\n')}`,
      'next',
    ].join('\n'),
  );
});

test('and not sent at all when the answer needs none', async () => {
  listener = new Listener({
    onRequest: (raw, response) => {
      expect(isUninvited(raw)).toBe(true);
      response.setHeader('connection', 'close');
      response.end('no');
    },
  });
  expect(await upload(await listener.listen(0, '127.0.0.1'))).toEqual(['200 close', 'no']);
});
