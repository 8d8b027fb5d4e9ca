import type { IncomingHttpHeaders } from 'node:http';
import { LOCAL_NAMES } from './local-names.ts';

/**
 * Whether a browser sends this for a page from elsewhere. Credentials are taken as claimed, and a browser lets any
 * page post to localhost: without this check a page could create a function here, and run it.
 * @param publicHost host, perhaps with a port, whose pages are welcome too
 */
export function isForeignPage(headers: IncomingHttpHeaders, publicHost: string | undefined): boolean {
  const { origin } = headers;
  if (origin === undefined) return false;
  // Sandboxed pages and files call themselves `null`.
  if (!URL.canParse(origin)) return true;
  const { hostname } = new URL(origin);
  const known = publicHost === undefined ? LOCAL_NAMES : [...LOCAL_NAMES, hostnameOf(publicHost)];
  return !known.some((name) => hostname === name || hostname.endsWith(`.${name}`));
}

function hostnameOf(host: string): string {
  return new URL(`http://${host}`).hostname;
}
