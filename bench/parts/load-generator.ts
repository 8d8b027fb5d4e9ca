import { connect, type Socket } from 'node:net';

/**
 * A load generator in a process of its own: keep-alive connections that each send the next request when the last has
 * been answered. Commands come as JSON lines on standard input, one result line goes out for each.
 */
export interface LoadCommand {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

/** The head an AWS SDK sends with an Invoke, the same for every server measured. */
function requestBytes(command: LoadCommand): Buffer {
  const head = [
    `POST ${command.path} HTTP/1.1`,
    `host: 127.0.0.1:${command.port}`,
    'content-type: application/octet-stream',
    `content-length: ${Buffer.byteLength(command.body)}`,
    'x-amz-user-agent: aws-sdk-js/3.1162.0',
    'user-agent: aws-sdk-js/3.1162.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/lambda#3.1162.0 m/E,N',
    'amz-sdk-invocation-id: 2f4c1d8e-6c1b-4c56-8a43-2d2f3f0f9a11',
    'amz-sdk-request: attempt=1; max=3',
    'x-amz-date: 20261121T020000Z',
    `x-amz-content-sha256: ${'ab'.repeat(32)}`,
    'authorization: AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/lambda/aws4_request, ' +
      'SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;' +
      `x-amz-date;x-amz-user-agent, Signature=${'cd'.repeat(32)}`,
    'connection: keep-alive',
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${command.body}`);
}

const HEAD_END = '\r\n\r\n';

class Connection {
  readonly socket: Socket;
  readonly #request: Buffer;
  readonly #onAnswer: (ok: boolean, tookUs: number) => boolean;
  #sentAt = 0;
  #head = '';
  /** Of the answer, with its head; unknown until that is whole. */
  #wantedBytes = Number.POSITIVE_INFINITY;
  #readBytes = 0;

  constructor(command: LoadCommand, request: Buffer, onAnswer: (ok: boolean, tookUs: number) => boolean) {
    this.#request = request;
    this.#onAnswer = onAnswer;
    this.socket = connect({ port: command.port, host: '127.0.0.1', noDelay: true });
    this.socket.on('connect', () => this.#send());
    this.socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  #send(): void {
    this.#head = '';
    this.#wantedBytes = Number.POSITIVE_INFINITY;
    this.#readBytes = 0;
    this.#sentAt = performance.now();
    this.socket.write(this.#request);
  }

  /** Of a body it counts the bytes: the generator must not be what is measured. */
  #read(chunk: Buffer): void {
    if (this.#wantedBytes === Number.POSITIVE_INFINITY) this.#readHead(chunk);
    this.#readBytes += chunk.length;
    if (this.#readBytes < this.#wantedBytes) return;
    const ok = this.#head.startsWith('HTTP/1.1 200') && !/x-amz-function-error/i.test(this.#head);
    if (this.#onAnswer(ok, (performance.now() - this.#sentAt) * 1000)) this.#send();
    else this.socket.destroy();
  }

  #readHead(chunk: Buffer): void {
    const read = this.#head + chunk.toString('latin1');
    const end = read.indexOf(HEAD_END);
    this.#head = end < 0 ? read : read.slice(0, end);
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#head)?.[1] ?? 0);
    this.#wantedBytes = end + HEAD_END.length + length;
  }
}

async function run(command: LoadCommand): Promise<LoadResult> {
  const request = requestBytes(command);
  const times: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const connections = Array.from({ length: command.connections }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const connection = new Connection(command, request, (ok, tookUs) => {
      if (ok) times.push(tookUs);
      else failures += 1;
      return performance.now() - startedAt < command.durationMs;
    });
    connection.socket.on('close', () => resolve());
    connection.socket.on('error', () => (failures += 1));
    return promise;
  });
  await Promise.all(connections);
  const seconds = (performance.now() - startedAt) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0);
  return {
    requests: times.length,
    failures,
    perSecond: times.length / seconds,
    p50Us: at(0.5),
    p99Us: at(0.99),
    p999Us: at(0.999),
  };
}

let input = '';
process.stdin.on('data', (chunk: Buffer) => {
  input += chunk.toString();
  for (let end = input.indexOf('\n'); end >= 0; end = input.indexOf('\n')) {
    const line = input.slice(0, end);
    input = input.slice(end + 1);
    void run(JSON.parse(line)).then((result) => console.log(JSON.stringify(result)));
  }
});
process.stdin.on('end', () => process.exit(0));
