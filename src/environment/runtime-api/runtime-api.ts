import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { EXTENSIONS_PREFIX, handleExtensionRequest } from '../extensions-api/extensions-api-routes.ts';
import type { ExtensionsEndpoint } from '../extensions-api/extensions-api-routes.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { RuntimeEvents } from '../runtime-link.ts';
import { handleTelemetryRequest, telemetryApiOf } from '../telemetry-api/telemetry-api-routes.ts';
import type { TelemetryEndpoint } from '../telemetry-api/telemetry-api-routes.ts';
import { handleMetadataRequest, METADATA_PATH } from './metadata-routes.ts';
import type { EnvironmentMetadata } from './metadata-routes.ts';
import { ConcurrentApiClient } from './concurrent-api-client.ts';
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

/** Who may speak over one port. */
interface Environment {
  readonly client: RuntimeClient;
  readonly extensions: ExtensionEndpoints;
  readonly metadata: EnvironmentMetadata;
}

/**
 * The public Runtime API, and beside it the Extensions API, the Telemetry API, the Logs API and the metadata endpoint, over
 * HTTP. Each environment has a socket, which is how a request says whose it is; behind all of them is one HTTP
 * server, fed with their connections.
 */
export class RuntimeApi {
  readonly #http: HttpServer;
  readonly #environments = new WeakMap<Socket, Environment>();
  readonly #asHttp = (socket: Socket): void => void this.#http.emit('connection', socket);

  constructor() {
    this.#http = createHttpServer(
      { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 },
      (request, response) => {
        const environment = this.#environments.get(request.socket);
        if (environment === undefined) response.destroy();
        else route(environment, request, response);
      },
    );
    // A runtime waits in "next" for as long as nobody invokes the function.
    this.#http.timeout = 0;
  }

  /**
   * Speaks to what runs in a sandbox, and through that sandbox only.
   * @param maxConcurrency how many events the runtime may have in hand; undefined: one, asked for when it is done
   */
  async listen(
    sandbox: Pick<Sandbox, 'listen'>,
    events: RuntimeEvents,
    extensions: ExtensionEndpoints,
    metadata: EnvironmentMetadata,
    maxConcurrency?: number,
  ): Promise<RuntimeApiListener> {
    const client =
      maxConcurrency === undefined
        ? new RuntimeApiClient(events)
        : new ConcurrentApiClient(events, maxConcurrency);
    const environment: Environment = { client, extensions, metadata };
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      this.#environments.set(socket, environment);
      socket.once('close', () => sockets.delete(socket));
      // A runtime with several events in hand may ask for one while others are answered on the same connection.
      if (maxConcurrency === undefined) new RuntimeLane(socket, client, this.#asHttp).begin();
      else this.#asHttp(socket);
    });
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
}

function route(environment: Environment, request: IncomingMessage, response: ServerResponse): void {
  const { url = '' } = request;
  if (url.startsWith(RUNTIME_PREFIX)) return handleRuntimeRequest(environment.client, request, response);
  if (url.startsWith(EXTENSIONS_PREFIX)) {
    return handleExtensionRequest(environment.extensions, request, response);
  }
  const telemetryApi = telemetryApiOf(url);
  if (telemetryApi !== undefined) {
    handleTelemetryRequest(telemetryApi, environment.extensions, request, response);
  } else if (url === METADATA_PATH) handleMetadataRequest(environment.metadata, request, response);
  else handleRuntimeRequest(environment.client, request, response);
}
