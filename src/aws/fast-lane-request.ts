import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

/** A request that was read whole: no stream, its body is there. Its headers are as `IncomingMessage` has them. */
export interface WholeRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly httpVersionMajor: 1;
  readonly socket: Socket;
}

export interface ScannedRequest extends WholeRequest {
  /** Head and body, bytes. */
  readonly size: number;
}

export interface ScanOptions {
  /** Whether requests for a path, as sent and without its query, are wanted. */
  readonly takesPath: (path: string) => boolean;
  readonly maxHeadBytes: number;
  /** 64 KiB unless set. */
  readonly maxBodyBytes?: number | undefined;
}

const MAX_HEADERS = 100;
const LARGEST_BODY_BYTES = 64 * 1024;
const METHOD = 'POST ';
const METHOD_FIRST = 0x50;
const VERSION = ' HTTP/1.1';
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const ZERO = 0x30;
const NINE = 0x39;
const EMPTY = new Uint8Array();

/** Anything else in a head, even where HTTP allows it, is node:http's to judge. */
const UNUSUAL = /[^\t\r\n\x20-\x7e]/;
/** A path and query as clients send them. */
const TARGET = /^\/[\w\-.~%!$&'()*+,;=:@/]*(?:\?[\w\-.~%!$&'()*+,;=:@/?]*)?$/;
/** What HTTP allows as a header's name. */
export const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;

/** Headers that say how to read the message, or the next one, otherwise. */
const REFUSED: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'expect',
  'upgrade',
  'trailer',
  'te',
  'proxy-connection',
  'keep-alive',
  'http2-settings',
]);

/**
 * Reads the request a chunk begins with, if it is whole and plain.
 * @returns undefined for everything else, malformed, unusual or not all there: node:http answers that
 */
export function scanRequest(chunk: Buffer, socket: Socket, options: ScanOptions): ScannedRequest | undefined {
  if (chunk[0] !== METHOD_FIRST) return undefined;
  const end = chunk.indexOf(HEAD_END);
  if (end < 0 || end + HEAD_END.length > options.maxHeadBytes) return undefined;
  // With the last line's own end, so that all lines are alike.
  const head = chunk.toString('latin1', 0, end + 2);
  if (!head.startsWith(METHOD) || UNUSUAL.test(head)) return undefined;
  const lineEnd = head.indexOf('\r');
  const url = head.slice(METHOD.length, lineEnd - VERSION.length);
  if (!head.startsWith(VERSION, lineEnd - VERSION.length) || head.charCodeAt(lineEnd + 1) !== LINE_FEED)
    return undefined;
  const mark = url.indexOf('?');
  if (!TARGET.test(url) || !options.takesPath(mark < 0 ? url : url.slice(0, mark))) return undefined;
  const headers = readHeaders(head, lineEnd + 2);
  const length = headers === undefined ? -1 : bodyLength(headers, options.maxBodyBytes ?? LARGEST_BODY_BYTES);
  const start = end + HEAD_END.length;
  const size = start + length;
  if (headers === undefined || length < 0 || size > chunk.length) return undefined;
  const body = length === 0 ? EMPTY : chunk.subarray(start, size);
  return { method: 'POST', url, headers, body, httpVersionMajor: 1, socket, size };
}

/** Header lines from `start` on, each ended by CR LF; undefined if one of them is malformed, repeated or unwelcome. */
function readHeaders(head: string, start: number): IncomingHttpHeaders | undefined {
  const headers = Object.create(null) as Record<string, string>;
  let count = 0;
  for (let at = start; at < head.length; ) {
    const lineFeed = head.indexOf('\n', at);
    // The first CR is the one before the first LF: neither stands alone.
    if (lineFeed < 0 || head.indexOf('\r', at) !== lineFeed - 1) return undefined;
    const colon = head.indexOf(':', at);
    if (colon < 0 || colon > lineFeed) return undefined;
    const name = headerName(head.slice(at, colon));
    if (name === undefined || headers[name] !== undefined || ++count > MAX_HEADERS) return undefined;
    headers[name] = headerValue(head, colon + 1, lineFeed - 1);
    at = lineFeed + 1;
  }
  return isPlain(headers) ? headers : undefined;
}

function isPlain(headers: Readonly<Record<string, string>>): boolean {
  const { host, connection } = headers;
  if (host === undefined || host === '') return false;
  return connection === undefined || connection === 'keep-alive' || connection === 'Keep-Alive';
}

/** Names as sent, and what they are called; undefined for the refused. Clients send the same few again and again. */
const names = new Map<string, string | undefined>();
const MOST_NAMES = 500;

function headerName(sent: string): string | undefined {
  const known = names.get(sent);
  if (known !== undefined || names.has(sent)) return known;
  const lower = sent.toLowerCase();
  const name = TOKEN.test(sent) && !REFUSED.has(lower) ? lower : undefined;
  // A copy: a slice would keep the whole head it was cut from.
  if (names.size < MOST_NAMES) names.set(Buffer.from(sent, 'latin1').toString('latin1'), name);
  return name;
}

function headerValue(head: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(head.charCodeAt(from))) from++;
  while (to > from && isBlank(head.charCodeAt(to - 1))) to--;
  return head.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** -1 when it isn't a plain small number. */
function bodyLength(headers: IncomingHttpHeaders, largest: number): number {
  const text = headers['content-length'];
  if (text === undefined) return 0;
  if (text === '' || text.length > 8 || (text.length > 1 && text.charCodeAt(0) === ZERO)) return -1;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) return -1;
    length = length * 10 + (code - ZERO);
  }
  return length > largest ? -1 : length;
}
