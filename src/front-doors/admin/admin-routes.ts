import type { IncomingMessage, ServerResponse } from 'node:http';
import { readText, sendJson } from './admin-exchange.ts';
import { CODE_PATH, type CodeDownloads } from './code-downloads.ts';
import { type AdminRuntimes, answerRuntimes } from './runtime-routes.ts';

export interface AdminRoutesOptions {
  readonly codeDownloads: CodeDownloads;
  /** What `GET /_lambent/health` answers. */
  readonly health: () => Readonly<Record<string, unknown>>;
  /** What `GET /_lambent/environments` lists. */
  readonly environments: () => readonly object[];
  /** What `/_lambent/runtimes` lists and installs. */
  readonly runtimes: AdminRuntimes;
  /** Empties every service and ends every environment; undefined when the server was not started to allow it. */
  readonly reset: (() => Promise<void>) | undefined;
  /** Moves platform time forward; undefined where `reset` is. */
  readonly advanceClock: ((byMs: number) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

const REFUSED = 'Start Lambent with --ephemeral or --allow-reset to allow this.';

/** No time limit of any service is longer, and dates that JavaScript cannot hold stay out of reach. */
const FURTHEST_MS = 10 * 366 * 86_400_000;

/** The platform's own few routes, under `/_lambent/`. Everything else on the port is an AWS API. */
export class AdminRoutes {
  readonly #options: AdminRoutesOptions;

  constructor(options: AdminRoutesOptions) {
    this.#options = options;
  }

  /** The same for functions, which get the code that a URL was signed for and nothing else of the platform. */
  handleFunction(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith('/_lambent/')) return false;
    if (path.startsWith(CODE_PATH)) return this.handle(request, response, path);
    sendJson(response, 403, { message: 'Functions have no access to the routes of the platform itself.' });
    return true;
  }

  /** True when the request was for the platform itself. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith('/_lambent/')) return false;
    this.#answer(request, response, path).catch((error: unknown) => {
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
    if (path === '/_lambent/health' && method === 'GET')
      return sendJson(response, 200, this.#options.health());
    if (path === '/_lambent/environments' && method === 'GET')
      return sendJson(response, 200, { environments: this.#options.environments() });
    if (path === '/_lambent/runtimes' && (method === 'GET' || method === 'POST'))
      return await answerRuntimes(this.#options.runtimes, request, response);
    if (path === '/_lambent/reset' && method === 'POST') return await this.#reset(response);
    if (path === '/_lambent/clock' && method === 'POST') return await this.#clock(request, response);
    sendJson(response, 404, { message: `There is no ${method} ${path}.` });
  }

  async #reset(response: ServerResponse): Promise<void> {
    if (this.#options.reset === undefined) return sendJson(response, 403, { message: REFUSED });
    await this.#options.reset();
    sendJson(response, 200, { status: 'reset' });
  }

  async #clock(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#options.advanceClock === undefined) return sendJson(response, 403, { message: REFUSED });
    const advanceMs = Number(new URLSearchParams(await readText(request)).get('advanceMs'));
    if (!(advanceMs > 0 && advanceMs <= FURTHEST_MS))
      return sendJson(response, 400, {
        message: 'Send advanceMs=<milliseconds> as a form: more than 0, ten years at most.',
      });
    this.#options.advanceClock(advanceMs);
    sendJson(response, 200, { status: 'advanced', advanceMs });
  }
}
