import { connect, type Socket } from 'node:net';
import { invokeRequest } from './signing.ts';

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

/** What an AWS SDK sends with an Invoke, signed for the key `test`; the same for every server measured. */
function requestBytes({ port, path, body }: LoadCommand): Buffer {
  return invokeRequest(`127.0.0.1:${port}`, path, body, new Date());
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
