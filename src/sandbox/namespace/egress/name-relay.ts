import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { answerLocalhost } from './localhost-answer.ts';

/** Lookups under way for one sandbox; beyond it they are dropped, and asked again by whoever wants to know. */
const MOST_LOOKUPS = 128;
/** Resolvers inside give up after five seconds, and ask again. */
const ANSWER_LIMIT_MS = 5000;

export interface NameServer {
  readonly host: string;
  readonly port: number;
}

/** Passes the lookups of one sandbox on to the resolvers of this machine, wherever they were sent. */
export class NameRelay {
  readonly #servers: () => readonly NameServer[];
  readonly #underWay = new Set<Socket>();
  #turn = 0;

  constructor(servers: () => readonly NameServer[]) {
    this.#servers = servers;
  }

  close(): void {
    for (const socket of this.#underWay) socket.close();
  }

  ask(query: Buffer, answer: (bytes: Buffer) => void): void {
    const local = answerLocalhost(query);
    if (local !== undefined) return answer(local);
    const server = this.#nextServer();
    if (server === undefined || this.#underWay.size >= MOST_LOOKUPS) return;
    // A socket for each, connected: nobody but that server can answer, on a port that nobody can guess.
    const outside = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4');
    this.#underWay.add(outside);
    const end = (): void => {
      if (this.#underWay.delete(outside)) outside.close();
    };
    const limit = setTimeout(end, ANSWER_LIMIT_MS);
    outside.once('close', () => clearTimeout(limit));
    outside.on('error', end);
    outside.once('message', (bytes) => {
      answer(bytes);
      end();
    });
    // By its event: a callback would be called without a connection as well.
    outside.once('connect', () => outside.send(query));
    outside.connect(server.port, server.host);
  }

  /** In turn, so that one that does not answer fails every other lookup only. */
  #nextServer(): NameServer | undefined {
    const servers = this.#servers();
    this.#turn += 1;
    return servers[this.#turn % servers.length];
  }
}
