import type { PlainRequest } from './plain-request.ts';
import { PlainResponseForm } from './plain-response-form.ts';

interface Headers {
  host: string | undefined;
  length: string | undefined;
  invocationId: string | undefined;
}

const NEXT = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1';
const RESPONSE = /^POST \/2018-06-01\/runtime\/invocation\/([\w-]{1,64})\/response HTTP\/1\.1$/;
const MOST_HEAD_BYTES = 2048;
const HEAD_END = Buffer.from('\r\n\r\n');
/** Lines of printable ASCII, none of which continues the one before it. */
const PLAIN_LINES = /^(?:\r\n[!-~][ -~]*)+$/;
const LENGTH = /^(?:0|[1-9]\d{0,6})$/;
const EMPTY = new Uint8Array();

const PLACES: ReadonlyMap<string, keyof Headers> = new Map([
  ['host', 'host'],
  ['content-length', 'length'],
  ['lambda-runtime-invocation-id', 'invocationId'],
]);
/** Headers that say nothing the platform would act on. All others are node:http's to understand. */
const SILENT: ReadonlySet<string> = new Set(['user-agent', 'accept', 'accept-encoding', 'content-type']);

/** Finds these two requests in what a runtime sends. */
export class PlainRequestReader {
  /** The question for an event as it was asked last, and what it says. */
  #question: { readonly bytes: Buffer; readonly request: PlainRequest } | undefined;
  #form: PlainResponseForm | undefined;

  /**
   * Reads the request a chunk begins with, if it is one of the two.
   * @returns how many bytes a response takes, head and body, when its body is not all there; undefined for everything
   * else, malformed, unusual or half a head: node:http answers that
   */
  read(chunk: Buffer): PlainRequest | number | undefined {
    const question = this.#question;
    if (question !== undefined && chunk.equals(question.bytes)) return question.request;
    return this.#form?.read(chunk) ?? this.#readWhole(chunk);
  }

  #readWhole(chunk: Buffer): PlainRequest | number | undefined {
    const end = chunk.indexOf(HEAD_END);
    if (end < 0 || end > MOST_HEAD_BYTES) return undefined;
    const head = chunk.toString('latin1', 0, end);
    const lineEnd = head.indexOf('\r');
    const line = head.slice(0, Math.max(0, lineEnd));
    const requestId = line === NEXT ? undefined : RESPONSE.exec(line)?.[1];
    if (requestId === undefined && line !== NEXT) return undefined;
    const lines = head.slice(lineEnd);
    const headers = PLAIN_LINES.test(lines) ? readHeaders(lines) : undefined;
    if (headers?.host === undefined) return undefined;
    const length = lengthOf(headers.length, requestId !== undefined);
    const start = end + HEAD_END.length;
    if (length === undefined) return undefined;
    if (start + length > chunk.length) return start + length;
    const body = length === 0 ? EMPTY : chunk.subarray(start, start + length);
    const { invocationId } = headers;
    const request = { requestId, invocationId, body, size: start + length };
    if (requestId !== undefined) this.#form = invocationId === undefined ? formOf(lines) : undefined;
    else if (request.size === chunk.length) this.#question = { bytes: Buffer.from(chunk), request };
    return request;
  }
}

/** From a copy: a part would keep the whole text it was cut from. */
function formOf(lines: string): PlainResponseForm {
  return new PlainResponseForm(Buffer.from(lines, 'latin1').toString('latin1'));
}

/** Undefined when one is there twice, or says something unusual. */
function readHeaders(lines: string): Headers | undefined {
  const headers: Headers = { host: undefined, length: undefined, invocationId: undefined };
  for (const line of lines.slice(2).split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const place = PLACES.get(name);
    if (place !== undefined) {
      if (headers[place] !== undefined || value === '') return undefined;
      headers[place] = value;
    } else if (name === 'connection') {
      if (value.toLowerCase() !== 'keep-alive') return undefined;
    } else if (!SILENT.has(name)) return undefined;
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
