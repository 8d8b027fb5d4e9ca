import { connect, type Socket } from 'node:net';

/** Requests that a connection has under way at once, each but the first sent ahead: a client's own work is the less. */
const AHEAD = 16;

/**
 * Invokes of a function that answers its event, on connections that stay open; each request has its own nonce. Lean, so
 * that what is loaded is the server.
 */
export class SteadyLoad {
  /** What was wrong, in words: an answer that is another request's, a connection that ended. */
  readonly problems: string[] = [];
  answered = 0;
  /** Between an answer and the next request; 0 for as fast as may be. */
  pauseMs = 0;
  readonly name: string;
  readonly #port: number;
  readonly #callers: Caller[] = [];

  constructor(endpoint: string, name: string) {
    this.#port = Number(new URL(endpoint).port);
    this.name = name;
  }

  begin(connections: number): void {
    for (let index = 0; index < connections; index += 1)
      this.#callers.push(new Caller(this, connect(this.#port, '127.0.0.1'), `${this.name}-${index}`));
  }

  /** Ends each connection after its answers. Resolves when all are ended. */
  async end(): Promise<void> {
    await Promise.all(this.#callers.splice(0).map(async (caller) => await caller.end()));
  }
}

class Caller {
  readonly #load: SteadyLoad;
  readonly #socket: Socket;
  readonly #label: string;
  readonly #closed: Promise<void>;
  /** Bodies of the requests that are not answered. */
  readonly #asked: string[] = [];
  #count = 0;
  #text = '';
  #isEnding = false;

  constructor(load: SteadyLoad, socket: Socket, label: string) {
    this.#load = load;
    this.#socket = socket;
    this.#label = label;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (data) => this.#take(String(data)));
    socket.on('error', (error) => load.problems.push(`${label}: ${error.message}`));
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.once('close', () => {
      if (!this.#isEnding || this.#asked.length > 0)
        load.problems.push(`${label}: closed after ${this.#count} requests`);
    });
    this.#send(1);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#closed;
  }

  #send(requests: number): void {
    let text = '';
    for (let left = requests; left > 0; left -= 1) {
      const body = `{"nonce":"${this.#label}-${(this.#count += 1)}"}`;
      this.#asked.push(body);
      text += `POST /2015-03-31/functions/${this.#load.name}/invocations HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    }
    this.#socket.write(text);
  }

  #take(data: string): void {
    this.#text += data;
    while (this.#one()) continue;
    const { pauseMs } = this.#load;
    if (this.#isEnding || pauseMs > 0) {
      if (this.#asked.length > 0) return;
      if (this.#isEnding) this.#socket.end();
      else setTimeout(() => (this.#isEnding ? this.#socket.end() : this.#send(1)), pauseMs);
    } else if (this.#asked.length <= AHEAD / 2) this.#send(AHEAD - this.#asked.length);
  }

  /** @returns whether a whole answer was there */
  #one(): boolean {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(this.#text.slice(0, end + 2))?.[1]);
    if (this.#text.length < end + 4 + length) return false;
    const head = this.#text.slice(0, end);
    const body = this.#text.slice(end + 4, end + 4 + length);
    this.#text = this.#text.slice(end + 4 + length);
    this.#load.answered += 1;
    const asked = this.#asked.shift();
    if (!head.startsWith('HTTP/1.1 200 ') || body !== asked)
      this.#load.problems.push(`${asked}: ${head}: ${body}`);
    return true;
  }
}
