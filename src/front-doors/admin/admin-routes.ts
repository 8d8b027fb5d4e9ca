import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '../../model/service-error.ts';
import { type AdminRequest, readBytes, sendError, sendJson } from './admin-exchange.ts';
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
  /** Why a request is not an operator's; undefined when it is. Only health is shown to everyone. */
  readonly authorize: (request: IncomingMessage, body: Uint8Array) => string | undefined;
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
    const { method = '' } = request;
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (path.startsWith(CODE_PATH) && (method === 'GET' || method === 'HEAD'))
      return await this.#options.codeDownloads.serve(method, url, response);
    if (path === '/_lambent/health' && method === 'GET')
      return sendJson(response, 200, await this.#options.health());
    if (path.startsWith(CERTIFICATE_PATH) && method === 'GET') return await this.#certificate(response, path);
    const body = await readBytes(request);
    const refusal = this.#options.authorize(request, body);
    if (refusal !== undefined) return sendError(response, 403, 'AccessDeniedException', refusal);
    await this.#serve({ method, url, body }, response, path);
  }

  /** What is the operator's. */
  async #serve(request: AdminRequest, response: ServerResponse, path: string): Promise<void> {
    const { method } = request;
    const { environments, mappings, runtimes, clock, reset } = this.#options;
    const isRead = method === 'GET';
    const isEither = isRead || method === 'POST';
    if (path === '/_lambent/environments' && isRead)
      return sendJson(response, 200, { environments: await environments() });
    if (path === '/_lambent/event-source-mappings' && isRead)
      return sendJson(response, 200, { eventSourceMappings: mappings() });
    if (path === '/_lambent/events' && isRead) return await this.#events(request, response);
    if (path === '/_lambent/runtimes' && isEither) return await answerRuntimes(runtimes, request, response);
    if (path === '/_lambent/reset' && method === 'POST') return await this.#reset(response);
    if (path === '/_lambent/clock' && isEither)
      return await answerClock(clock, reset === undefined ? REFUSED : undefined, request, response);
    sendJson(response, 404, { message: `There is no ${method} ${path}.` });
  }

  async #events({ url }: AdminRequest, response: ServerResponse): Promise<void> {
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
