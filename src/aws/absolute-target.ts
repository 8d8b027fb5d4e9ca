import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^https?:\/\/(?:[^/?#]*@)?([^/?#@]+)(.*)$/is;
const SLASH = 0x2f;

/**
 * `POST http://host/path`, as clients send it that believe to talk to a proxy, is `POST /path` with that host: every
 * server has to take it (RFC 9112, 3.2.2), and what `Host` says does not count then.
 */
export function takeAbsoluteTarget(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.charCodeAt(0) === SLASH) return;
  const [, host, rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (host === undefined) return;
  request.headers.host = host;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
}
