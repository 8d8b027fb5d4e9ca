import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A request as it goes over the wire, and what its answer must be. */
interface Sent {
  readonly text: string;
  readonly isAnswer: (status: number, body: string) => boolean;
}

/** Whole numbers from 0 up to, not including, a bound; the same for the same seed. */
export type Chance = (bound: number) => number;

export function chanceOf(seed: number): Chance {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const SIZES = [0, 0, 0, 10, 500, 5000, 70_000, 120_000];

/** An Invoke of a function that answers its event, in one of the ways in which clients write the same request. */
function invoke(name: string, nonce: string, chance: Chance): Sent {
  const body = JSON.stringify({ nonce, pad: 'p'.repeat(SIZES[chance(SIZES.length)] ?? 0) });
  const path = `/2015-03-31/functions/${name}/invocations`;
  const length = `Content-Length: ${body.length}\r\n`;
  const written = (head: string, target = path, sent = body): string =>
    `POST ${target} HTTP/1.1\r\nHost: h\r\n${head}\r\n${sent}`;
  const ways = [
    () => written(length),
    () => written(length),
    () => written(`Connection: keep-alive\r\namz-sdk-invocation-id: ${nonce}\r\n${length}`),
    () => written(`X-Amz-Log-Type: None\r\n${length}`, `${path}?Qualifier=$LATEST`),
    () => written(`X-Many: 1\r\nX-Many: 2\r\n${length}`),
    () => written(length, `http://h${path}`),
    () => written(`Expect: 100-continue\r\n${length}`),
    () => written('Transfer-Encoding: chunked\r\n', path, inChunks(body, chance)),
  ];
  return {
    text: ways[chance(ways.length)]?.() ?? '',
    isAnswer: (status, answered) => status === 200 && answered === body,
  };
}

function inChunks(body: string, chance: Chance): string {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const size = 1 + chance(body.length - at);
    text += `${size.toString(16)}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${text}0\r\n\r\n`;
}

const somethingElse = (nonce: string): Sent => ({
  text: `GET /2015-03-31/functions/not-${nonce}/configuration HTTP/1.1\r\nHost: h\r\n\r\n`,
  isAnswer: (status, body) => status === 404 && body.includes(`:function:not-${nonce}"`),
});

/**
 * Sends several requests on one connection without waiting for answers, cut anywhere, and now and then goes away midway.
 * @param socket a new connection
 * @param label of this connection: no two have the same
 * @returns what was wrong with the answers, in words; undefined when each request had its own, in order
 */
export async function pipeline(
  socket: Socket,
  functionName: string,
  label: string,
  chance: Chance,
): Promise<string | undefined> {
  const requests = Array.from({ length: 1 + chance(8) }, (_, index) => {
    const nonce = `${label}-${index}`;
    return chance(9) === 0 ? somethingElse(nonce) : invoke(functionName, nonce, chance);
  });
  const text = requests.map((request) => request.text).join('');
  const leavesAt = chance(6) === 0 ? chance(text.length) : Number.POSITIVE_INFINITY;
  // A reset is seen by what is missing.
  socket.on('error', () => undefined);
  const answers = new Answers(socket, requests);
  await send(socket, text.slice(0, leavesAt), chance);
  if (text.length <= leavesAt) await answers.settled;
  else if (chance(2) === 0 && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
  socket.destroy();
  return answers.problem;
}

async function send(socket: Socket, text: string, chance: Chance): Promise<void> {
  const sizes = [text.length, 1 + chance(3000), 1 + chance(100_000)];
  for (let at = 0; at < text.length; ) {
    const size = sizes[chance(sizes.length)] ?? 1;
    socket.write(text.slice(at, at + size), 'latin1');
    at += size;
    if (chance(3) === 0) await new Promise((resolve) => setTimeout(resolve, chance(3)));
  }
}

/** Takes the answers of a connection apart and compares each with its request. */
class Answers {
  /** Resolves when all have come, or no more will. */
  readonly settled: Promise<unknown>;
  problem: string | undefined;
  readonly #requests: readonly Sent[];
  readonly #done = Promise.withResolvers<void>();
  #text = '';
  #count = 0;
  #isLast = false;

  constructor(socket: Socket, requests: readonly Sent[]) {
    this.#requests = requests;
    socket.setEncoding('latin1').on('data', (data) => this.#take(String(data)));
    const closed = new Promise<void>((resolve) => socket.once('close', resolve)).then(() => this.#close());
    const over = AbortSignal.timeout(60_000);
    over.addEventListener('abort', () => this.#fail('no more comes'));
    this.settled = Promise.race([closed, this.#done.promise]);
  }

  #take(data: string): void {
    this.#text += data;
    while (this.problem === undefined && this.#count < this.#requests.length && this.#one()) continue;
    if (this.#count === this.#requests.length) this.#done.resolve();
  }

  /** @returns whether a whole answer was there */
  #one(): boolean {
    const text = this.#text;
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = text.slice(0, end + 2);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1] ?? 0);
    if (text.length < end + 4 + length) return false;
    this.#text = text.slice(end + 4 + length);
    if (status === 100) return true;
    const request = this.#requests[this.#count];
    const body = text.slice(end + 4, end + 4 + length);
    if (request?.isAnswer(status, body) !== true)
      this.#fail(`${head}${body.slice(0, 200)} to ${request?.text.slice(0, 300)}`);
    this.#count += 1;
    this.#isLast = /\r\nconnection: close\r\n/i.test(head);
    return true;
  }

  /** A server may end a connection after an answer that says so: the client sends the rest again. */
  #close(): void {
    if (!this.#isLast && this.#count < this.#requests.length) this.#fail('the connection was closed');
  }

  #fail(problem: string): void {
    const sent = this.#requests.map(({ text }) => text.slice(0, text.indexOf('\r\n\r\n')));
    this.problem ??= `${this.#count} answers, then ${problem}; sent were ${JSON.stringify(sent)}`;
    this.#done.resolve();
  }
}
