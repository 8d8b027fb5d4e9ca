import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { type CallerIdentity, rootCaller } from '../model/identity/caller-identity.ts';
import { partitionOf } from '../model/stored-function.ts';
import type { HttpResponse } from './answer-writer.ts';
import { requestId } from './request-id.ts';
import type { WireRequest } from './request.ts';
import type { Operation } from './schema/service-model.ts';
import type { RequestContext } from './service.ts';

/** Who calls, from where, and for which account. */
export interface Caller {
  readonly accessKeyId: string | undefined;
  readonly accountId: string;
  readonly region: string;
  /** Undefined for everyone whose key nobody issued: they are their account's root. */
  readonly identity: CallerIdentity | undefined;
}

/** One request's context; what a handler rarely asks for is made when it does. */
export class HttpRequestContext implements RequestContext {
  readonly requestId: string = requestId();
  readonly accountId: string;
  readonly region: string;
  readonly accessKeyId: string | undefined;
  readonly service: string;
  readonly operation: string;
  readonly contentLength: number;
  /** Headers a handler added to its answer. */
  extraHeaders: Record<string, string> | undefined;
  readonly #identity: CallerIdentity | undefined;
  readonly #request: WireRequest;
  readonly #response: HttpResponse;
  readonly #publicHost: string | undefined;
  #gone: AbortSignal | undefined;
  #patience: AbortSignal | undefined;

  constructor(
    caller: Caller,
    operation: Operation,
    request: WireRequest,
    response: HttpResponse,
    publicHost: string | undefined,
    bodyLength: number,
  ) {
    this.accountId = caller.accountId;
    this.region = caller.region;
    this.accessKeyId = caller.accessKeyId;
    this.#identity = caller.identity;
    this.service = operation.service.name;
    this.operation = operation.name;
    this.contentLength = bodyLength;
    this.#request = request;
    this.#response = response;
    this.#publicHost = publicHost;
  }

  get caller(): CallerIdentity {
    return this.#identity ?? rootCaller(partitionOf(this.region), this.accountId);
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  header(name: string): string | undefined {
    return this.#request.header(name);
  }

  get trailers(): Readonly<Record<string, string>> | undefined {
    return this.#request.trailers;
  }

  get sourceIp(): string | undefined {
    const address = this.#request.raw.socket.remoteAddress;
    // An IPv4 client of a socket that takes both kinds.
    return address?.startsWith('::ffff:') === true ? address.slice(7) : address;
  }

  get origin(): string {
    const scheme = 'encrypted' in this.#request.raw.socket ? 'https' : 'http';
    return `${scheme}://${this.#publicHost ?? this.#request.host}`;
  }

  get signal(): AbortSignal {
    this.#gone ??= whenGone(this.#response);
    return this.#gone;
  }

  get patience(): AbortSignal {
    const { raw } = this.#request;
    // In HTTP/2 every request ends so, and a connection that does takes all of them along.
    if (raw.httpVersionMajor === 2) return this.signal;
    this.#patience ??= AbortSignal.any([this.signal, whenEnded(raw.socket, this.#response)]);
    return this.#patience;
  }

  setHeader(name: string, value: string): void {
    this.extraHeaders ??= {};
    this.extraHeaders[name] = value;
  }
}

function whenGone(response: HttpResponse): AbortSignal {
  const abort = new AbortController();
  // After an answer that was sent whole, the close means nothing.
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  if (response.destroyed && !response.writableFinished) abort.abort();
  return abort.signal;
}

function whenEnded(socket: Socket, response: HttpResponse): AbortSignal {
  const abort = new AbortController();
  const onEnd = (): void => abort.abort();
  if (socket.readableEnded) onEnd();
  socket.once('end', onEnd);
  response.once('close', () => socket.off('end', onEnd));
  return abort.signal;
}
