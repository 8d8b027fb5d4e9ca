import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import type { FunctionVersion } from '../../model/function-version.ts';
import type { SamplingQuestion, TraceDoor } from '../../model/trace-sink.ts';
import type { Sandbox, SidePort } from '../../sandbox/sandbox.ts';
import type { OutputPace } from '../output-pace.ts';
import { BodyRoom } from '../../model/body-room.ts';
import { readBody } from '../runtime-api/request-body.ts';
import { DatagramIntake } from './datagram-intake.ts';

/** X-Ray's daemon, as one environment sees it. */
export interface TraceDaemon {
  /** `host:port`, for segments as datagrams and for questions by HTTP. */
  readonly address: string;
  close(): void;
}

interface Client {
  readonly who: Pick<FunctionVersion, 'accountId' | 'region' | 'role' | 'functionArn'>;
  readonly pace: OutputPace;
  readonly room: BodyRoom;
}

/** An SDK keeps one or two. */
const MOST_CONNECTIONS = 16;
const LARGEST_QUESTION_BYTES = 65_536;

const OPERATIONS: Readonly<Record<string, SamplingQuestion['operation']>> = {
  '/GetSamplingRules': 'GetSamplingRules',
  '/SamplingTargets': 'GetSamplingTargets',
};

/** The daemons of all environments. Each has a port, which is how a segment says whose it is; one HTTP server is behind all. */
export class TraceDaemons {
  readonly #door: TraceDoor;
  readonly #http: HttpServer;
  readonly #clients = new WeakMap<Socket, Client>();

  constructor(door: TraceDoor) {
    this.#door = door;
    this.#http = createHttpServer((request, response) => {
      const client = this.#clients.get(request.socket);
      if (client === undefined) response.destroy();
      else void this.#answer(client, request, response);
    });
  }

  /** Speaks to what runs in a sandbox, in the name of its function. */
  async open(
    sandbox: Pick<Sandbox, 'listenBeside'>,
    { accountId, region, role, functionArn }: FunctionVersion,
    pace: OutputPace,
  ): Promise<TraceDaemon> {
    const who = { accountId, region, role, functionArn };
    const client: Client = { who, pace, room: new BodyRoom(LARGEST_QUESTION_BYTES) };
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      pace.addConnection();
      this.#clients.set(socket, client);
      socket.once('close', () => sockets.delete(socket));
      this.#http.emit('connection', socket);
    });
    server.maxConnections = MOST_CONNECTIONS;
    const intake = new DatagramIntake({
      pace,
      onDocuments: (documents) => this.#door.put({ ...who, isLambdas: false, documents }),
      reopen: () => port.reopen(),
    });
    const port: SidePort = await sandbox.listenBeside(server, (datagrams) => intake.read(datagrams));
    return {
      address: port.address,
      close: () => {
        intake.close();
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  }

  async #answer(
    { who, pace, room }: Client,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const operation = request.method === 'POST' ? OPERATIONS[request.url ?? ''] : undefined;
    const body = await readBody(request, LARGEST_QUESTION_BYTES, room);
    if (body === undefined) return;
    pace.addRequest(body.bytes.length);
    if (operation === undefined || body.tooLarge)
      return send(response, operation === undefined ? 404 : 413, '{}');
    const question = { ...who, operation, body: Buffer.from(body.bytes).toString() };
    try {
      const answer = await this.#door.sampling(question);
      send(response, answer.status, answer.body);
    } catch {
      send(response, 502, '{}');
    }
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
