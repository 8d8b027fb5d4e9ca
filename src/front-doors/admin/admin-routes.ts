import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '../../model/service-error.ts';
import { sendError, sendJson } from './admin-exchange.ts';
import { type AdminClock, answerClock } from './clock-route.ts';
import { CODE_PATH, type CodeDownloads } from './code-downloads.ts';
import { type AdminRuntimes, answerRuntimes } from './runtime-routes.ts';

export interface AdminRoutesOptions {
  readonly codeDownloads: CodeDownloads;
  /** What `GET /_lambent/health` answers. */
  readonly health: () => Promise<Readonly<Record<string, unknown>>>;
  /** What `GET /_lambent/environments` lists. */
  readonly environments: () => Promise<readonly object[]>;
  /** What `GET /_lambent/event-source-mappings` lists. */
  readonly mappings: () => readonly object[];
  /** What `GET /_lambent/events?function=` answers, by name or ARN. Throws ServiceError for what is neither. */
  readonly events: (functionName: string) => Promise<object>;
  /** What `/_lambent/runtimes` lists and installs. */
  readonly runtimes: AdminRuntimes;
  /** Empties every service and ends every environment; undefined when the server was not started to allow it. */
  readonly reset: (() => Promise<void>) | undefined;
  /** The certificate of what signs notifications, at its path; undefined where there is none. */
  readonly certificate: (path: string) => Promise<string | undefined>;
  /** Platform time, which may be turned where `reset` is allowed. */
  readonly clock: AdminClock;
  readonly onError: (error: unknown) => void;
}

/** Where subscribers find what they check signatures with. */
const CERTIFICATE_PATH = '/_lambent/sns/';
const REFUSED = 'Start Lambent with --ephemeral or --allow-reset to allow this.';

/** The platform's own few routes, under `/_lambent/`. Everything else on the port is an AWS API. */
export class AdminRoutes {
  readonly #options: AdminRoutesOptions;

  constructor(options: AdminRoutesOptions) {
    this.#options = options;
  }

  /** The same for functions, which get the code that a URL was signed for and nothing else of the platform. */
  handleFunction(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith('/_lambent/')) return false;
    if (path.startsWith(CODE_PATH) || path.startsWith(CERTIFICATE_PATH))
      return this.handle(request, response, path);
    sendJson(response, 403, { message: 'Functions have no access to the routes of the platform itself.' });
    return true;
  }

  /** True when the request was for the platform itself. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith('/_lambent/')) return false;
    this.#answer(request, response, path).catch((error: unknown) => {
      if (request.readableAborted) return;
      if (error instanceof ServiceError) {
        sendError(response, error.status, error.code, error.message);
        return;
      }
      this.#options.onError(error);
      if (!response.headersSent)
        sendJson(response, 500, { message: 'Lambent failed to answer; its log says why.' });
      else response.destroy();
    });
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { method } = request;
    if (path.startsWith(CODE_PATH) && (method === 'GET' || method === 'HEAD')) {
      const url = new URL(request.url ?? '/', 'http://localhost');
      return await this.#options.codeDownloads.serve(method, url, response);
    }
    if (method === 'GET' && (await this.#show(request, response, path))) return;
    if (path === '/_lambent/runtimes' && (method === 'GET' || method === 'POST'))
      return await answerRuntimes(this.#options.runtimes, request, response);
    if (path === '/_lambent/reset' && method === 'POST') return await this.#reset(response);
    if (path === '/_lambent/clock' && (method === 'GET' || method === 'POST')) {
      const refusal = this.#options.reset === undefined ? REFUSED : undefined;
      return await answerClock(this.#options.clock, refusal, request, response);
    }
    sendJson(response, 404, { message: `There is no ${method} ${path}.` });
  }

  /** @returns whether the path is one that only shows something */
  async #show(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    if (path === '/_lambent/health') sendJson(response, 200, await this.#options.health());
    else if (path === '/_lambent/environments')
      sendJson(response, 200, { environments: await this.#options.environments() });
    else if (path === '/_lambent/event-source-mappings')
      sendJson(response, 200, { eventSourceMappings: this.#options.mappings() });
    else if (path === '/_lambent/events') await this.#events(request, response);
    else if (path.startsWith(CERTIFICATE_PATH)) await this.#certificate(response, path);
    else return false;
    return true;
  }

  async #events(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const name = url.searchParams.get('function') ?? '';
    if (name === '') return sendJson(response, 400, { message: 'Name a function: ?function=NAME.' });
    try {
      sendJson(response, 200, { ...(await this.#options.events(name)) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      sendJson(response, 400, { message: error.message });
    }
  }

  async #certificate(response: ServerResponse, path: string): Promise<void> {
    const certificate = await this.#options.certificate(path);
    if (certificate === undefined)
      return sendJson(response, 404, { message: 'There is no such certificate.' });
    response.writeHead(200, { 'content-type': 'application/x-pem-file' });
    response.end(certificate);
  }

  async #reset(response: ServerResponse): Promise<void> {
    if (this.#options.reset === undefined) return sendJson(response, 403, { message: REFUSED });
    await this.#options.reset();
    sendJson(response, 200, { status: 'reset' });
  }
}
