import { connect, type Socket } from 'node:net';

/** What an invocation came to. */
export interface Hammered {
  readonly status: number;
  readonly isFunctionError: boolean;
  readonly body: string;
  /** The log's tail, where it was asked for. */
  readonly log: string | undefined;
}

export interface Blow {
  readonly body: string;
  readonly wantsTail?: boolean;
}

/**
 * Invokes on many connections that stay open, each of which sends its next event when the last is answered. Lean, so that
 * the platform is what limits it.
 * @param next the next event; undefined ends the connection
 */
export async function hammer(
  endpoint: string,
  name: string,
  connections: number,
  next: () => Blow | undefined,
  onAnswer: (blow: Blow, answer: Hammered) => void,
): Promise<void> {
  const port = Number(new URL(endpoint).port);
  const path = `/2015-03-31/functions/${name}/invocations`;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const socket = connect(port, '127.0.0.1').setNoDelay(true);
      let blow: Blow | undefined;
      const send = (): void => {
        blow = next();
        if (blow === undefined) socket.end();
        else socket.write(requestOf(path, blow));
      };
      readAnswers(socket, (answer) => {
        if (blow !== undefined) onAnswer(blow, answer);
        send();
      });
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('close', () => {
        if (blow === undefined) resolve();
        else reject(new Error(`closed before the answer to ${blow.body}`));
      });
      await promise;
    }),
  );
}

function requestOf(path: string, { body, wantsTail = false }: Blow): string {
  const tail = wantsTail ? 'X-Amz-Log-Type: Tail\r\n' : '';
  return `POST ${path} HTTP/1.1\r\nHost: h\r\n${tail}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function readAnswers(socket: Socket, onAnswer: (answer: Hammered) => void): void {
  let text = '';
  socket.setEncoding('latin1').on('data', (data) => {
    text += String(data);
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = text.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const body = text.slice(end + 4, end + 4 + length);
    text = '';
    const tail = /\r\nx-amz-log-result: (\S+)/i.exec(head)?.[1];
    onAnswer({
      status: Number(head.slice(9, 12)),
      isFunctionError: /\r\nx-amz-function-error: /i.test(head),
      body,
      log: tail === undefined ? undefined : Buffer.from(tail, 'base64').toString(),
    });
  });
}
