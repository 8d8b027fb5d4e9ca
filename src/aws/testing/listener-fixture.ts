import { once } from 'node:events';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { afterEach } from 'vitest';
import { Listener } from '../listener.ts';
import type { ListenerOptions, RequestListener } from '../listener-options.ts';

export const HOST = '127.0.0.1';
const open: Listener[] = [];

/** Closed after the test. */
export function opened(options: ListenerOptions): Listener {
  const listener = new Listener(options);
  open.push(listener);
  return listener;
}

export function closeAllAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((listener) => listener.close(0)));
  });
}

/** Answers with how much it got. */
export const countBody: RequestListener = (req, res) => {
  let bytes = 0;
  req.on('data', (part: Buffer) => (bytes += part.byteLength));
  req.on('end', () => res.end(JSON.stringify({ url: req.url, httpVersion: req.httpVersion, bytes })));
};

/** A listener on a port of its own; unless told otherwise it counts. */
export async function start(
  options: Partial<ListenerOptions> = {},
): Promise<{ listener: Listener; port: number }> {
  const listener = opened({ onRequest: countBody, ...options });
  return { listener, port: await listener.listen(0, HOST) };
}

export async function http2Post(
  session: ClientHttp2Session,
  path: string,
  body: string,
  extra: IncomingHttpHeaders = {},
): Promise<{ status: number | undefined; body: string }> {
  const stream = session.request({ ':method': 'POST', ':path': path, ...extra });
  const head = once(stream, 'response') as Promise<[IncomingHttpHeaders]>;
  stream.end(body);
  let text = '';
  for await (const part of stream.setEncoding('utf8')) text += String(part);
  const [headers] = await head;
  return { status: Number(headers[':status']), body: text };
}
