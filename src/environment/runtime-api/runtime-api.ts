import { createServer as createHttpServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { EXTENSIONS_PREFIX, handleExtensionRequest } from '../extensions-api/extensions-api-routes.ts';
import type { ExtensionsEndpoint } from '../extensions-api/extensions-api-routes.ts';
import type { RuntimeEvents } from '../runtime-link.ts';
import { RuntimeApiClient } from './runtime-api-client.ts';
import { handleRuntimeRequest } from './runtime-api-routes.ts';

/** An environment's own Runtime API and Extensions API. */
export interface RuntimeApiListener {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** The process has gone: forgets what it left parked. */
  reset(): void;
  close(): void;
}

/** Who may speak over one port. */
interface Environment {
  readonly client: RuntimeApiClient;
  readonly extensions: ExtensionsEndpoint;
}

/**
 * The public Runtime API, and the Extensions API beside it, over HTTP. Each environment has a loopback port, which is how a request says whose it is;
 * behind all of them is one HTTP server, fed with their connections.
 */
export class RuntimeApi {
  readonly #http: HttpServer;
  readonly #environments = new WeakMap<Socket, Environment>();

  constructor() {
    this.#http = createHttpServer(
      { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 },
      (request, response) => {
        const environment = this.#environments.get(request.socket);
        if (environment === undefined) response.destroy();
        else if (request.url?.startsWith(EXTENSIONS_PREFIX)) {
          handleExtensionRequest(environment.extensions, request, response);
        } else handleRuntimeRequest(environment.client, request, response);
      },
    );
    // A runtime waits in "next" for as long as nobody invokes the function.
    this.#http.timeout = 0;
  }

  async listen(events: RuntimeEvents, extensions: ExtensionsEndpoint): Promise<RuntimeApiListener> {
    const client = new RuntimeApiClient(events);
    const environment: Environment = { client, extensions };
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      this.#environments.set(socket, environment);
      socket.once('close', () => sockets.delete(socket));
      this.#http.emit('connection', socket);
    });
    const port = await listenOnLoopback(server);
    return {
      address: `127.0.0.1:${port}`,
      reset: () => client.reset(),
      close: () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  }
}

function listenOnLoopback(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => resolve((server.address() as AddressInfo).port));
  });
}
