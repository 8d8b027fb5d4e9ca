import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { HeadReader } from './fast-lane-head.ts';
import { numberIn } from './fast-lane-form.ts';
import { FormedHeaders } from './fast-lane-formed-headers.ts';
import { type HeadMemory, KnownForms } from './fast-lane-forms.ts';
import type { LaneHeaders } from './fast-lane-headers.ts';
import { AUTHORITY } from './request-host.ts';
import type { SignedHeaders } from './sigv4-headers.ts';

export interface ScanOptions {
  /** Whether requests for a path, as sent and without its query, are wanted. */
  readonly takesPath: (path: string) => boolean;
  readonly maxHeadBytes: number;
}

/** A request that was read whole: no stream, its body is there. */
export class WholeRequest implements SignedHeaders {
  readonly method = 'POST';
  readonly httpVersionMajor = 1;
  readonly url: string;
  readonly body: Uint8Array;
  readonly socket: Socket;
  /** Head and body, bytes. */
  readonly size: number;
  readonly #headers: LaneHeaders | FormedHeaders;

  constructor(
    url: string,
    headers: LaneHeaders | FormedHeaders,
    body: Uint8Array,
    socket: Socket,
    size: number,
  ) {
    this.url = url;
    this.#headers = headers;
    this.body = body;
    this.socket = socket;
    this.size = size;
  }

  /** Its headers, if they have a form that is known. */
  get formed(): FormedHeaders | undefined {
    return this.#headers instanceof FormedHeaders ? this.#headers : undefined;
  }

  /** As `IncomingMessage` has them; made when asked for. */
  get headers(): IncomingHttpHeaders {
    return this.#headers.all;
  }

  /** One of them, by its name in lower case. */
  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  /** See `SignedHeaders`. */
  amzNameBeside(names: readonly string[]): string | undefined {
    return this.#headers.amzNameBeside(names);
  }
}

const METHOD = Buffer.from('POST ');
const VERSION = Buffer.from(' HTTP/1.1\r\n');
const SPACE = 0x20;
/** Of an Invoke. */
export const LARGEST_BODY_BYTES = 6 * 1024 * 1024;
const EMPTY = new Uint8Array();
const MOST_TARGETS = 1000;

/** A path and query as clients send them. */
const TARGET = /^\/[\w\-.~%!$&'()*+,;=:@/]*(?:\?[\w\-.~%!$&'()*+,;=:@/?]*)?$/;

/** Finds plain requests in what clients send. */
export class RequestScanner {
  readonly #options: ScanOptions;
  readonly #reader = new HeadReader();
  readonly #forms = new KnownForms();
  /** Found fit and wanted before: clients ask for the same few again and again. */
  readonly #targets = new Set<string>();

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /**
   * Reads the request a chunk begins with, if it is plain and its head is whole.
   * @param memory of the connection it came on
   * @returns how many bytes it takes, head and body, when its body is not all there; undefined for everything else,
   * malformed, unusual or half a head: node:http answers that
   */
  scan(chunk: Buffer, socket: Socket, memory: HeadMemory): WholeRequest | number | undefined {
    const formed = this.#forms.read(chunk, this.#options.maxHeadBytes, memory);
    if (formed === undefined) return this.#scanLines(chunk, socket, memory);
    const { form } = formed;
    return wholeRequest(
      form.url,
      formed,
      form.bodyLength(chunk, formed.spans, LARGEST_BODY_BYTES),
      chunk,
      socket,
    );
  }

  #scanLines(chunk: Buffer, socket: Socket, memory: HeadMemory): WholeRequest | number | undefined {
    if (!standsAt(METHOD, chunk, 0)) return undefined;
    const targetEnd = chunk.indexOf(SPACE, METHOD.length);
    if (targetEnd < 0 || !standsAt(VERSION, chunk, targetEnd)) return undefined;
    const headers = this.#reader.read(chunk, targetEnd + VERSION.length, this.#options.maxHeadBytes);
    if (headers === undefined || !isPlain(headers)) return undefined;
    const url = headers.head.slice(METHOD.length, targetEnd);
    if (!this.#targets.has(url) && !this.#takes(url)) return undefined;
    const request = wholeRequest(url, headers, bodyLength(headers, LARGEST_BODY_BYTES), chunk, socket);
    if (request !== undefined) this.#forms.learn({ url, text: headers.head }, memory);
    return request;
  }

  #takes(url: string): boolean {
    const mark = url.indexOf('?');
    if (!TARGET.test(url) || !this.#options.takesPath(mark < 0 ? url : url.slice(0, mark))) return false;
    // A copy: a slice would keep the whole head it was cut from.
    if (this.#targets.size < MOST_TARGETS) this.#targets.add(Buffer.from(url, 'latin1').toString('latin1'));
    return true;
  }
}

function standsAt(text: Buffer, chunk: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at += 1) if (chunk[start + at] !== text[at]) return false;
  return true;
}

function isPlain(headers: LaneHeaders): boolean {
  const host = headers.get('host');
  if (host === undefined || host === '' || !AUTHORITY.test(host)) return false;
  const connection = headers.get('connection');
  return connection === undefined || connection === 'keep-alive' || connection === 'Keep-Alive';
}

/** -1 when it isn't a plain small number. */
function bodyLength(headers: LaneHeaders, largest: number): number {
  const text = headers.get('content-length');
  if (text === undefined) return 0;
  const length = numberIn(Buffer.from(text), 0, text.length);
  return length > largest ? -1 : length;
}

/**
 * @param length of the body; -1 for one that is no such number
 * @returns see `scan`
 */
function wholeRequest(
  url: string,
  headers: LaneHeaders | FormedHeaders,
  length: number,
  chunk: Buffer,
  socket: Socket,
): WholeRequest | number | undefined {
  const size = headers.end + length;
  if (length < 0) return undefined;
  if (size > chunk.length) return size;
  const body = length === 0 ? EMPTY : chunk.subarray(headers.end, size);
  return new WholeRequest(url, headers, body, socket, size);
}
