import type { IncomingHttpHeaders } from 'node:http';
import { CliError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { sign } from './sign.ts';

export interface ApiRequest {
  /** As in the credential scope: `lambda`, `logs`. */
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Encoded, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Sends one signed request and collects the answer, whatever its status. Not `fetch`: that gives up after five minutes
 * without an answer, and a function may run for fifteen.
 * @throws CliError when nothing answers
 */
export function send(connection: Connection, request: ApiRequest): Promise<ApiAnswer> {
  const url = new URL(request.path, connection.endpoint);
  const { method, service, body = new Uint8Array() } = request;
  const { region, credentials } = connection;
  const unsigned = { method, url, headers: request.headers ?? {}, body };
  const headers = sign(unsigned, { service, region, credentials, now: new Date() });
  return new Promise((resolve, reject) => {
    const sent = clientOf(url).request(
      url,
      { method, headers: { ...headers, 'content-length': body.byteLength } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', (error) => reject(unreachable(url, error)));
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    sent.once('error', (error) => reject(unreachable(url, error)));
    sent.end(body);
  });
}

/** Not imported: with `node:http` would come the whole client of `fetch`, which takes as long as all else a command does. */
function clientOf({ protocol }: URL) {
  return protocol === 'https:'
    ? process.getBuiltinModule('node:https')
    : process.getBuiltinModule('node:http');
}

function unreachable(url: URL, error: Error): CliError {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') {
    const flags = url.port === '4566' ? '' : ` --port ${url.port || '80'}`;
    return new CliError(
      `Lambent is not running at ${url.origin}.\nStart it with: lambent start${flags} (in a checkout: npm start${flags && ` --${flags}`})`,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new CliError(`There is no host called ${url.hostname}.\nName another one with --endpoint`);
  }
  if (code === 'ECONNRESET') {
    return new CliError(
      `${url.origin} broke off the connection before its answer came.\nlambent status tells whether it still runs`,
    );
  }
  return new CliError(
    `${url.origin} does not answer: ${error.message || code}\nIs that Lambent? lambent status --endpoint URL tells`,
  );
}
