import { type IssuedCredential, rootCaller } from '../../model/identity/caller-identity.ts';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Endpoint } from '../endpoint.ts';
import type { FastLaneRoute } from '../fast-lane.ts';
import { Listener } from '../listener.ts';
import type { ListenerOptions } from '../listener-options.ts';
import type { AnyOperationHandler } from '../service.ts';

export const HOST = '127.0.0.1';
export const INVOKE_PATH = /^\/2015-03-31\/functions\/[^/]+\/invocations$/;

/** A listener before an endpoint that offers Lambda's Invoke, with the fast lane or without. */
export class LaneServer {
  readonly listener: Listener;
  readonly endpoint: Endpoint;
  /** Requests that took the fast lane. */
  laneRequests = 0;
  port = 0;
  readonly #tls: ListenerOptions['tls'];
  /** Takes connections that the lane gives away. */
  onReleased: FastLaneRoute['onReleased'];

  /** @param secret of the access key AKID: with it, signatures are verified */
  constructor(
    invoke: AnyOperationHandler,
    withLane: boolean,
    options: Partial<ListenerOptions> = {},
    secret?: string,
    { onReleased }: Pick<FastLaneRoute, 'onReleased'> = {},
  ) {
    this.onReleased = onReleased;
    const endpoint = new Endpoint({
      services: [{ model: 'lambda', operations: { Invoke: invoke } }],
      defaultAccountId: '000000000000',
      defaultRegion: 'us-east-1',
      auth: secret === undefined ? 'open' : 'strict',
      credentials: { find: (id) => (id === 'AKID' && secret !== undefined ? rootKey(secret) : undefined) },
      now: () => Date.now(),
      onInternalError: () => undefined,
    });
    this.endpoint = endpoint;
    this.#tls = options.tls;
    const fastLane: ListenerOptions['fastLane'] = {
      takesPath: (path) => INVOKE_PATH.test(path),
      onRequest: (request, response) => {
        const isTaken = endpoint.handleWhole(request, response);
        if (isTaken) this.laneRequests += 1;
        return isTaken;
      },
      onReleased: (socket, unread) => this.onReleased?.(socket, unread),
    };
    this.listener = new Listener({
      onRequest: (request, response) => endpoint.handle(request, response),
      ...(withLane ? { fastLane } : {}),
      ...options,
    });
  }

  async start(): Promise<this> {
    this.port = await this.listener.listen(0, HOST);
    return this;
  }

  /** A client's side of a new connection, which it trusts. */
  connect(): Socket {
    const where = { port: this.port, host: HOST, noDelay: true };
    if (this.#tls === undefined) return connect(where);
    return connectTls({ ...where, ca: this.#tls.cert }).setNoDelay();
  }
}

/** A connection of raw bytes, and all that came back on it. */
export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  text = '';
  readonly #watchers = new Set<() => void>();

  constructor(server: Pick<LaneServer, 'connect'>) {
    this.socket = server.connect();
    this.socket.setEncoding('latin1');
    this.socket.on('data', (data) => {
      this.text += String(data);
      for (const watcher of this.#watchers) watcher();
    });
    // A reset shows in what is missing from `text`.
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  /** Sends each piece after the server had a turn to read the one before. */
  async send(...pieces: readonly (string | Uint8Array)[]): Promise<this> {
    for (const piece of pieces) {
      await new Promise<void>((written) => this.socket.write(piece, () => written()));
      await new Promise((turn) => setImmediate(turn));
    }
    return this;
  }

  /** Resolves when so many whole answers are there, to them; what changes from run to run is masked. */
  async answers(count: number): Promise<string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const look = (): void => {
      const answers = splitAnswers(this.text);
      if (answers.length >= count) resolve(answers.map((answer) => masked(answer)));
    };
    this.#watchers.add(look);
    void this.closed.then(() => reject(new Error(`closed after: ${this.text}`)));
    look();
    return await promise;
  }
}

/** All that a server sends in return for these pieces until it closes the connection. */
export async function talk(server: LaneServer, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const client = await new RawClient(server).send(...pieces);
  await client.closed;
  return masked(client.text);
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export function masked(text: string): string {
  return text.replace(/^Date: .*$/gim, 'Date: ...').replace(UUID, '...');
}

/** An Invoke as a client would send it, body and all. */
export function invokeRequest(body: string, headers = '', name = 'f'): string {
  const length = `Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n`;
  return `POST /2015-03-31/functions/${name}/invocations HTTP/1.1\r\nHost: h\r\n${headers}${length}\r\n${body}`;
}

function splitAnswers(text: string): string[] {
  const answers: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const length = Number(/\r\nContent-Length: (\d+)/i.exec(text.slice(at, end))?.[1] ?? 0);
    if (end + 4 + length > text.length) break;
    answers.push(text.slice(at, end + 4 + length));
    at = end + 4 + length;
  }
  return answers;
}

/** A key of the default account's root. */
function rootKey(secretAccessKey: string): IssuedCredential {
  const accountId = '000000000000';
  return { accountId, secretAccessKey, caller: rootCaller('aws', accountId), isExpired: false };
}
