import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** What a URL allows as an authority, without a user's name (RFC 3986, 3.2). Empty for who has none to name. */
export const AUTHORITY = /^[\w\-.~%!$&'()*+,;=:[\]]*$/;
const HOST = 'host';

/**
 * Whether a request says once for whom it is, if it says so at all: of two, one that stands before us may have looked at the
 * other (RFC 9112, 3.2; RFC 9113, 8.3.1), and what is signed may not be where it goes.
 */
export function hasOneHost({ rawHeaders, headers }: IncomingMessage | Http2ServerRequest): boolean {
  let host: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length !== HOST.length || name.toLowerCase() !== HOST) continue;
    if (host !== undefined) return false;
    host = rawHeaders[at + 1] ?? '';
  }
  const authority = headers[':authority'];
  if (host === undefined) return true;
  return AUTHORITY.test(host) && (authority === undefined || isSame(host, authority));
}

function isSame(host: string, authority: string | string[]): boolean {
  return typeof authority === 'string' && authority.toLowerCase() === host.toLowerCase();
}

/** As node:http answers who names none at all: nothing else is read from him. */
export function refuseHost(response: ServerResponse | Http2ServerResponse): void {
  if ('stream' in response) response.writeHead(400);
  else response.writeHead(400, { Connection: 'close' });
  response.end();
}
