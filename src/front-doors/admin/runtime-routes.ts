import type { ServerResponse } from 'node:http';
import { type AdminRequest, sendError, sendJson } from './admin-exchange.ts';

/** The runtimes of this machine, as the platform knows them. */
export interface AdminRuntimes {
  /** One object for each runtime: by which interpreter it runs, from where, with what warning or problem. */
  list(): Promise<readonly object[]>;
  /** Installs the interpreter of a runtime and describes it, or says in one text why not and what to do. */
  install(runtime: string): Promise<object | string>;
}

/** `GET /_lambent/runtimes` lists them; `POST` with the form `runtime=<id>` installs one, which may take minutes. */
export async function answerRuntimes(
  runtimes: AdminRuntimes,
  { method, body }: AdminRequest,
  response: ServerResponse,
): Promise<void> {
  if (method === 'GET') {
    sendJson(response, 200, { runtimes: await runtimes.list() });
    return;
  }
  const runtime = new URLSearchParams(body.toString()).get('runtime');
  if (runtime === null) {
    sendJson(response, 400, {
      message: 'Send runtime=<identifier> as a form, for example runtime=nodejs22.x.',
    });
    return;
  }
  const installed = await runtimes.install(runtime);
  if (typeof installed === 'string') sendError(response, 422, 'RuntimeNotInstalled', installed);
  else sendJson(response, 200, installed as Readonly<Record<string, unknown>>);
}
