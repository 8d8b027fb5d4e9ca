import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
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
