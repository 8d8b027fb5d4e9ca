/** What a runtime sends for every invocation, whole and in plain form. */
export interface PlainRequest {
  /** The invocation whose response it is; undefined: it asks for the next event. */
  readonly requestId: string | undefined;
  /** `Lambda-Runtime-Invocation-Id`, where it is echoed. */
  readonly invocationId: string | undefined;
  readonly body: Uint8Array;
  /** Head and body, bytes. */
  readonly size: number;
}

const NEXT = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1';
const RESPONSE = /^POST \/2018-06-01\/runtime\/invocation\/([\w-]{1,64})\/response HTTP\/1\.1$/;
const MOST_HEAD_BYTES = 2048;
const HEAD_END = '\r\n\r\n';
/** Lines of printable ASCII, none of which continues the one before it. */
const PLAIN_HEAD = /^[!-~][ -~]*(?:\r\n[!-~][ -~]*)*$/;
const LENGTH = /^(?:0|[1-9]\d{0,6})$/;
const EMPTY = new Uint8Array();

/** Headers that say nothing the platform would act on. Everything else is node:http's to understand. */
const SILENT: ReadonlySet<string> = new Set(['user-agent', 'accept', 'accept-encoding', 'content-type']);

/**
 * Reads the request a chunk begins with, if it is one of these two.
 * @returns undefined for everything else, malformed, unusual or not all there: node:http answers that
 */
export function readPlainRequest(chunk: Buffer): PlainRequest | undefined {
  const text = chunk.toString('latin1', 0, MOST_HEAD_BYTES);
  const end = text.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  if (!PLAIN_HEAD.test(head)) return undefined;
  const lineEnd = head.indexOf('\r');
  const line = head.slice(0, lineEnd);
  const requestId = line === NEXT ? undefined : RESPONSE.exec(line)?.[1];
  if (requestId === undefined && line !== NEXT) return undefined;
  const headers = readHeaders(head, lineEnd);
  if (headers?.host === undefined) return undefined;
  const length = lengthOf(headers.length, requestId !== undefined);
  const start = end + HEAD_END.length;
  if (length === undefined || start + length > chunk.length) return undefined;
  const body = length === 0 ? EMPTY : chunk.subarray(start, start + length);
  return { requestId, invocationId: headers.invocationId, body, size: start + length };
}

interface Headers {
  host: string | undefined;
  length: string | undefined;
  invocationId: string | undefined;
}

const PLACES: Readonly<Record<string, keyof Headers>> = {
  host: 'host',
  'content-length': 'length',
  'lambda-runtime-invocation-id': 'invocationId',
};

/** @param at end of the line before them. Undefined when one is there twice, or says something unusual. */
function readHeaders(head: string, at: number): Headers | undefined {
  const headers: Headers = { host: undefined, length: undefined, invocationId: undefined };
  for (let start = at + 2; at >= 0 && start < head.length; start = at + 2) {
    const colon = head.indexOf(':', start);
    at = head.indexOf('\r', start);
    const stop = at < 0 ? head.length : at;
    if (colon < 0 || colon > stop) return undefined;
    const name = head.slice(start, colon).toLowerCase();
    const value = head.slice(colon + 1, stop).trim();
    const place = PLACES[name];
    if (place !== undefined) {
      if (headers[place] !== undefined || value === '') return undefined;
      headers[place] = value;
    } else if (name === 'connection') {
      if (value.toLowerCase() !== 'keep-alive') return undefined;
    } else if (!SILENT.has(name)) return undefined;
    if (at < 0) return headers;
  }
  return headers;
}

/** Of the body; undefined when it has none to be sure of. */
function lengthOf(text: string | undefined, hasBody: boolean): number | undefined {
  if (text === undefined) return hasBody ? undefined : 0;
  if (!LENGTH.test(text)) return undefined;
  const length = Number(text);
  return hasBody || length === 0 ? length : undefined;
}
