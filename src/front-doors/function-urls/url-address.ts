import { FUNCTION_URL_LABEL, FUNCTION_URL_PATH } from '../../model/stored-function-url.ts';

/** Which URL a request is for, and what of its path is the function's. */
export interface UrlAddress {
  readonly urlId: string;
  /** As sent, percent-encoded; begins with a slash. */
  readonly path: string;
}

const IN_HOST = `.${FUNCTION_URL_LABEL}.`;

/** Whether a request is for some function URL, existing or not. Costs nanoseconds: every request is asked. */
export function isFunctionUrl(host: string, path: string): boolean {
  return host.toLowerCase().includes(IN_HOST) || path.startsWith(FUNCTION_URL_PATH);
}

/** Call only when `isFunctionUrl`. The host name goes before the path, which is then all the function's. */
export function urlAddress(host: string, path: string): UrlAddress {
  const name = host.toLowerCase();
  const label = name.indexOf(IN_HOST);
  if (label >= 0) return { urlId: name.slice(0, label), path: path.startsWith('/') ? path : '/' };
  const rest = path.slice(FUNCTION_URL_PATH.length);
  const slash = rest.indexOf('/');
  if (slash < 0) return { urlId: rest, path: '/' };
  return { urlId: rest.slice(0, slash), path: rest.slice(slash) };
}
