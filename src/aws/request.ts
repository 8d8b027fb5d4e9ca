import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { ChunkSignatures, Trailers } from './aws-chunked.ts';
import { WholeRequest } from './fast-lane-request.ts';

export type StreamedRequest = IncomingMessage | Http2ServerRequest;
export type HttpRequest = StreamedRequest | WholeRequest;

/** The head of an HTTP request, cut up once. Everything that costs something is worked out on first use. */
export class WireRequest {
  readonly method: string;
  /** Path as sent, percent-encoded. */
  readonly path: string;
  /** Query string as sent, without the question mark; empty when there is none. */
  readonly query: string;
  readonly raw: HttpRequest;
  /** What came after the body, once it has been read. */
  trailers: Trailers | undefined;
  /** What the chunks of its body have to hold against; undefined where signatures are not looked at. */
  chunkSignatures: ChunkSignatures | undefined;
  #parameters: QueryParameters | undefined;

  constructor(raw: HttpRequest) {
    const url = raw.url ?? '/';
    const mark = url.indexOf('?');
    this.raw = raw;
    this.method = raw.method ?? 'GET';
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = mark < 0 ? '' : url.slice(mark + 1);
  }

  get headers(): IncomingHttpHeaders {
    return this.raw.headers;
  }

  /** Host name and port the client used; HTTP/2 has it in `:authority`. */
  get host(): string {
    if (this.raw instanceof WholeRequest) return this.raw.header('host') ?? '';
    const authority = this.headers[':authority'];
    return (typeof authority === 'string' ? authority : this.headers.host) ?? '';
  }

  get parameters(): QueryParameters {
    this.#parameters ??= this.query === '' ? NO_PARAMETERS : parseQuery(this.query);
    return this.#parameters;
  }

  header(name: string): string | undefined {
    if (this.raw instanceof WholeRequest) return this.raw.header(name);
    const value = this.headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  }
}

/** Decoded query parameters, each with its values in the order given. */
export type QueryParameters = ReadonlyMap<string, readonly string[]>;

const NO_PARAMETERS: QueryParameters = new Map();

/** Parses a URL's query string. A plus sign stands for itself: AWS clients send spaces as %20. */
export function parseQuery(query: string): QueryParameters {
  const parameters = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = percentDecode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : percentDecode(pair.slice(equals + 1));
    const values = parameters.get(name);
    if (values === undefined) parameters.set(name, [value]);
    else values.push(value);
  }
  return parameters;
}

/** Decodes percent escapes; malformed ones stay as they are, as AWS leaves them. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
