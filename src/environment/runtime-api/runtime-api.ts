import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { EXTENSIONS_PREFIX, handleExtensionRequest } from '../extensions-api/extensions-api-routes.ts';
import type { ExtensionsEndpoint } from '../extensions-api/extensions-api-routes.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { OutputPace } from '../output-pace.ts';
import { LARGEST_RESPONSE_BYTES, type RuntimeEvents } from '../runtime-link.ts';
import { handleTelemetryRequest, telemetryApiOf } from '../telemetry-api/telemetry-api-routes.ts';
import type { TelemetryEndpoint } from '../telemetry-api/telemetry-api-routes.ts';
import {
  type ContainerCredentials,
  CREDENTIALS_PATH,
  handleCredentialsRequest,
} from './credentials-route.ts';
import { handleMetadataRequest, METADATA_PATH } from './metadata-routes.ts';
import type { EnvironmentMetadata } from './metadata-routes.ts';
import { BodyRoom } from '../../model/body-room.ts';
import { ConcurrentApiClient } from './concurrent-api-client.ts';
import { PacedConnection } from './paced-connection.ts';
import { RuntimeApiClient, type RuntimeClient } from './runtime-api-client.ts';
import { RuntimeLane } from './runtime-lane.ts';
import { handleRuntimeRequest, RUNTIME_PREFIX } from './runtime-api-routes.ts';

/** An environment's own Runtime API, and the APIs beside it. */
export interface RuntimeApiListener {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** The process has gone: forgets what it left parked. */
  reset(): void;
  close(): void;
}

/** What an environment's extensions speak to. */
export interface ExtensionEndpoints extends ExtensionsEndpoint, TelemetryEndpoint {}

/** Who speaks over one port, and to whom. */
export interface ApiEnvironment {
  readonly events: RuntimeEvents;
  readonly extensions: ExtensionEndpoints;
  readonly metadata: EnvironmentMetadata;
  /** Undefined where they are among the variables. */
  readonly credentials?: ContainerCredentials | undefined;
  /** What its requests cost the platform is added to what its output does. */
  readonly pace: OutputPace;
  /** How many events the runtime may have in hand; undefined: one, asked for when it is done. */
  readonly maxConcurrency?: number | undefined;
}

interface Environment extends ApiEnvironment {
  readonly client: RuntimeClient;
  readonly room: BodyRoom;
}

/** For a runtime, ten extensions, and what they leave open. */
const MOST_CONNECTIONS = 128;
/**
 * Clients of runtimes tell what went wrong in headers and trailers: a message, its trace, the cause for X-Ray, of which AWS's own
 * send up to a mebibyte. Node.js copies a header anew with every piece of it that comes: few connections may send as much at
 * once, others what Node.js has for them, and an environment pays for what is copied.
 */
const LARGEST_HEAD_BYTES = (1024 + 16) * 1024;
const MOST_LARGE_HEADS = 8;
/** Of an environment with one event in hand: a response that comes in time, and others that come besides. */
const ROOMS = 2;

/**
 * The public Runtime API, and beside it the Extensions API, the Telemetry API, the Logs API and the metadata endpoint, over
 * HTTP. Each environment has a socket, which is how a request says whose it is; behind all of them is one HTTP
 * server, fed with their connections.
 */
export class RuntimeApi {
  readonly #http = this.#serverOf(undefined);
  readonly #roomyHttp = this.#serverOf(LARGEST_HEAD_BYTES);
  readonly #environments = new WeakMap<Socket, Environment>();
  /** How much had come over a connection when its last request was answered. */
  readonly #counted = new WeakMap<Socket, number>();

  /** Speaks to what runs in a sandbox, and through that sandbox only. */
  async listen(sandbox: Pick<Sandbox, 'listen'>, who: ApiEnvironment): Promise<RuntimeApiListener> {
    const { events, pace, maxConcurrency } = who;
    const client =
      maxConcurrency === undefined
        ? new RuntimeApiClient(events)
        : new ConcurrentApiClient(events, maxConcurrency);
    const room = new BodyRoom((maxConcurrency ?? 1) * ROOMS * LARGEST_RESPONSE_BYTES);
    const environment: Environment = { ...who, client, room };
    const asHttp = (socket: Socket): void => {
      const http = sockets.size <= MOST_LARGE_HEADS ? this.#roomyHttp : this.#http;
      void new PacedConnection(socket, pace, () => void http.emit('connection', socket));
    };
    const sockets = new Set<Socket>();
    const lane = { client, room, asHttp, onWaste: (bytes: number) => pace.addRequest(bytes) };
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      pace.addConnection();
      this.#environments.set(socket, environment);
      socket.once('close', () => sockets.delete(socket));
      // A runtime with several events in hand may ask for one while others are answered on the same connection.
      if (maxConcurrency === undefined) new RuntimeLane(socket, lane).begin();
      else asHttp(socket);
    });
    server.maxConnections = MOST_CONNECTIONS + 2 * (maxConcurrency ?? 0);
    const address = await sandbox.listen(server);
    return {
      address,
      reset: () => client.reset(),
      close: () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  }

  #serverOf(maxHeaderSize: number | undefined): HttpServer {
    const patient = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
    const options = maxHeaderSize === undefined ? patient : { ...patient, maxHeaderSize };
    const server = createHttpServer(options, (request, response) => {
      const environment = this.#environments.get(request.socket);
      if (environment === undefined) {
        response.destroy();
        return;
      }
      response.once('close', () => this.#count(environment.pace, request, response));
      route(environment, request, response);
    });
    // A runtime waits in "next" for as long as nobody invokes the function.
    server.timeout = 0;
    return server;
  }

  /** What is asked for nothing counts as output does. Those who are in their turn have as much of the platform as it has. */
  #count(pace: OutputPace, request: IncomingMessage, { statusCode }: ServerResponse): void {
    const { socket, url = '' } = request;
    const bytes = socket.bytesRead - (this.#counted.get(socket) ?? 0);
    this.#counted.set(socket, socket.bytesRead);
    const isInTurn = statusCode === 200 ? url.endsWith('/next') : statusCode === 202;
    if (!isInTurn || !request.complete) pace.addRequest(bytes);
  }
}

function route(environment: Environment, request: IncomingMessage, response: ServerResponse): void {
  const { url = '' } = request;
  if (url.startsWith(RUNTIME_PREFIX)) return handleRuntimeRequest(environment, request, response);
  if (url.startsWith(EXTENSIONS_PREFIX)) {
    return handleExtensionRequest(environment.extensions, environment.room, request, response);
  }
  const telemetryApi = telemetryApiOf(url);
  if (telemetryApi !== undefined) {
    const { extensions, room } = environment;
    handleTelemetryRequest(telemetryApi, { extensions, room }, request, response);
  } else if (url === METADATA_PATH) handleMetadataRequest(environment.metadata, request, response);
  else if (url === CREDENTIALS_PATH && environment.credentials !== undefined) {
    handleCredentialsRequest(environment.credentials, request, response);
  } else handleRuntimeRequest(environment, request, response);
}
