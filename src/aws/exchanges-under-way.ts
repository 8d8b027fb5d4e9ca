import { ServerResponse } from 'node:http';
import type { Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { tcpOf } from './leaving-connections.ts';
import { SentAhead } from './sent-ahead.ts';

/** Requests that have begun and are not answered to the end, with their connections. */
export class ExchangesUnderWay {
  readonly #http1 = new Set<ServerResponse>();
  readonly #http2 = new Set<Http2ServerResponse>();
  readonly #sessions = new Map<ServerHttp2Session, Socket>();
  readonly #sentAhead = new SentAhead();

  /** HTTP/2's sessions do not say what they are spoken on. */
  addSession(session: ServerHttp2Session, socket: Socket): void {
    this.#sessions.set(session, socket);
    session.once('close', () => this.#sessions.delete(session));
  }

  sessions(): Iterable<ServerHttp2Session> {
    return this.#sessions.keys();
  }

  add(response: ServerResponse | Http2ServerResponse): void {
    if (response instanceof ServerResponse) {
      const { socket } = response.req;
      this.#http1.add(response);
      this.#sentAhead.begin(socket);
      response.once('close', () => {
        this.#http1.delete(response);
        this.#sentAhead.end(socket);
      });
    } else {
      this.#http2.add(response);
      response.once('close', () => this.#http2.delete(response));
    }
  }

  /** TCP's connections with a request that has come as a whole, and whose client takes what it is answered. */
  running(): Set<Socket> {
    const running = new Set<Socket>();
    for (const response of this.#http1) {
      const { req, socket } = response;
      // One that is behind another in its connection has none yet.
      if (req.complete && !awaitsClient(response)) running.add(tcpOf(socket ?? req.socket));
    }
    for (const response of this.#http2) {
      const { session, state } = response.stream;
      const socket = session && this.#sessions.get(session as ServerHttp2Session);
      if (socket !== undefined && state.remoteClose === 1 && !awaitsClient(response))
        running.add(tcpOf(socket));
    }
    return running;
  }
}

/** All has been said, or nothing more can be for now. */
function awaitsClient({ writableEnded, writableLength }: ServerResponse | Http2ServerResponse): boolean {
  return writableEnded || writableLength > 0;
}
