import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isUninvited } from '../../aws/body-invitation.ts';
import { ClientGone, readWhole } from '../../aws/request-body.ts';
import type { FunctionInvoker, InvokeAnswer } from '../../invoke/function-invoker.ts';
import { ResponseChunks } from '../../invoke/response-chunks.ts';
import { frontDoorHeader } from '../../invoke/trace-id.ts';
import type { Clock } from '../../model/clock.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { StoredFunctionUrl } from '../../model/stored-function-url.ts';
import { isPreflight, preflightFields, responseFields } from './cors.ts';
import { badGateway, failed, forbidden, noUpgrade, refused, tooLarge, unknownUrl } from './door-answers.ts';
import { functionResponse, type UrlResponse } from './function-response.ts';
import type { FunctionUrlDirectory } from './function-url-directory.ts';
import { requestEvent, type UrlCaller, type UrlTls } from './request-event.ts';
import { sendResponse } from './send-response.ts';
import { streamedResponse } from './streamed-response.ts';
import type { SignedUrlRequest, UrlAccess } from './url-access.ts';
import { type UrlAddress, urlAddress } from './url-address.ts';

/** Of an event, and so of the body of a request that becomes one. */
const LARGEST_EVENT_BYTES = 6 * 1024 * 1024;

export interface FunctionUrlsOptions {
  readonly directory: FunctionUrlDirectory;
  readonly access: UrlAccess;
  readonly invoker: FunctionInvoker;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** The head of a request for a URL, taken apart once. */
interface UrlCall {
  readonly address: UrlAddress;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly host: string;
  readonly signed: Omit<SignedUrlRequest, 'body'>;
  readonly requestId: string;
  readonly traceHeader: string;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'PATCH', 'DELETE']);

/** As clients offer it: `h2c` of curl and Java's own, `HTTP/2.0`, `TLS/1.2`. */
const HTTP = /^(?:h2c?|http\/[\d.]+|tls\/[\d.]+)$/i;

/** Answers at function URLs: a web request becomes an event, the function's result a web response. */
export class FunctionUrls {
  readonly #options: FunctionUrlsOptions;

  constructor(options: FunctionUrlsOptions) {
    this.#options = options;
  }

  /**
   * Answers one request that `isFunctionUrl`. Never throws.
   * @param host by which it came, with its port
   */
  handle(request: IncomingMessage, response: ServerResponse, host: string): void {
    void this.#serve(this.#callOf(request, response, host));
  }

  async #serve(call: UrlCall): Promise<void> {
    const { request, response } = call;
    try {
      await sendResponse(request, response, call, await this.#answer(call));
    } catch (error) {
      // Nobody is left who could be answered.
      if (error instanceof ClientGone) return;
      this.#options.onError(error);
      if (response.headersSent) return;
      // Among what the head has by now may be what could not be sent.
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      await sendResponse(request, response, call, badGateway());
    }
  }

  #callOf(request: IncomingMessage, response: ServerResponse, host: string): UrlCall {
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const { socket, headers, method = 'GET' } = request;
    const address = socket.remoteAddress ?? '';
    return {
      address: urlAddress(host, path),
      request,
      response,
      host,
      signed: {
        method,
        path,
        query: mark < 0 ? '' : target.slice(mark + 1),
        headers,
        sourceIp: address.startsWith('::ffff:') ? address.slice(7) : address,
        isSecure: 'encrypted' in socket,
      },
      requestId: randomUUID(),
      traceHeader: frontDoorHeader(one(headers['x-amzn-trace-id']), this.#options.clock.now()),
    };
  }

  async #answer(call: UrlCall): Promise<UrlResponse> {
    const { signed, request } = call;
    const url = this.#options.directory.find(call.address.urlId);
    if (url === undefined) return unknownUrl();
    if (asksForAnotherProtocol(request)) return noUpgrade();
    if (!METHODS.has(signed.method))
      return failed(405, 'MethodNotAllowedException', `${signed.method} is not a method of function URLs.`);
    const { cors } = url;
    if (cors !== undefined && isPreflight(signed.method, signed.headers))
      return { status: 200, headers: preflightFields(cors, signed.headers), body: Buffer.alloc(0) };
    const answer = await this.#admitted(url, call);
    const added = cors === undefined ? [] : responseFields(cors, signed.headers, answer.headers);
    return { ...answer, headers: [...answer.headers, ...added] };
  }

  /** Who may not call is told before a body is read, where that can be told without it. */
  async #admitted(url: StoredFunctionUrl, call: UrlCall): Promise<UrlResponse> {
    const { access } = this.#options;
    const isOpen = url.authType === 'NONE';
    const { signed } = call;
    if (isOpen && !access.isAllowed(url, undefined, { ...signed, body: Buffer.alloc(0) })) return forbidden();
    const isSpared =
      isUninvited(call.request) && Number(signed.headers['content-length']) > LARGEST_EVENT_BYTES;
    const body = isSpared ? undefined : await readWhole(call.request, LARGEST_EVENT_BYTES);
    if (body === undefined) return tooLarge(LARGEST_EVENT_BYTES);
    if (isOpen) return await this.#invoke(url, call, undefined, body);
    const caller = access.caller(url, { ...signed, body });
    if (caller === undefined || !access.isAllowed(url, caller, { ...signed, body })) return forbidden();
    return await this.#invoke(url, call, caller, body);
  }

  async #invoke(
    url: StoredFunctionUrl,
    call: UrlCall,
    caller: UrlCaller | undefined,
    body: Buffer,
  ): Promise<UrlResponse> {
    const event = Buffer.from(JSON.stringify(requestEvent(this.#facts(url, call, caller, body))));
    // In base64 a body is a third longer.
    if (event.length > LARGEST_EVENT_BYTES) return tooLarge(LARGEST_EVENT_BYTES);
    try {
      if (url.invokeMode === 'RESPONSE_STREAM') return await this.#stream(url, call, event);
      const answer = await this.#run(url, call, event, undefined);
      return answer.functionError === undefined
        ? (functionResponse(answer.payload) ?? badGateway())
        : badGateway();
    } catch (error) {
      if (error instanceof ServiceError) return refused(error);
      throw error;
    }
  }

  /** A function that does not stream is not asked to describe a response either: its result is the body. */
  async #stream(url: StoredFunctionUrl, call: UrlCall, event: Uint8Array): Promise<UrlResponse> {
    const chunks = new ResponseChunks();
    call.response.once('close', () => chunks.discard());
    const ended = this.#run(url, call, event, chunks).finally(() => chunks.end());
    const answer = await Promise.race([chunks.begun, ended]);
    if (answer === undefined) {
      // Waited for at the end of the body: until then a failure is nobody's.
      ended.catch(() => undefined);
      return (await streamedResponse(chunks, ended)) ?? badGateway();
    }
    if (answer.functionError !== undefined) return badGateway();
    const { buffer, byteOffset, byteLength } = answer.payload;
    const headers = [['content-type', 'application/json'] as const];
    return { status: 200, headers, body: Buffer.from(buffer, byteOffset, byteLength) };
  }

  #run(
    url: StoredFunctionUrl,
    call: UrlCall,
    payload: Uint8Array,
    sink: ResponseChunks | undefined,
  ): Promise<InvokeAnswer> {
    return this.#options.invoker.invoke({
      accountId: url.accountId,
      region: url.region,
      name: url.functionName,
      qualifier: url.alias,
      payload,
      requestId: call.requestId,
      traceId: call.traceHeader,
      clientContext: undefined,
      wantsLogTail: false,
      ...(sink !== undefined && { streaming: { sink, onVersion: () => undefined } }),
    });
  }

  #facts(url: StoredFunctionUrl, call: UrlCall, caller: UrlCaller | undefined, body: Buffer) {
    const { signed, request, address } = call;
    return {
      ...signed,
      urlId: url.urlId,
      accountId: url.accountId,
      path: address.path,
      rawHeaders: request.rawHeaders,
      host: call.host,
      protocol: `HTTP/${request.httpVersion}`,
      tls: signed.isSecure ? tlsOf(request.socket as TLSSocket) : undefined,
      port: request.socket.localPort ?? 0,
      requestId: call.requestId,
      traceHeader: call.traceHeader,
      timeMs: this.#options.clock.now(),
      caller,
      body,
    };
  }
}

/** An offer to go on in another HTTP may be passed over, and is; anything else would be understood by nobody. */
function asksForAnotherProtocol({ headers, httpVersionMajor }: IncomingMessage): boolean {
  const { upgrade } = headers;
  if (upgrade === undefined || httpVersionMajor !== 1) return false;
  return upgrade.split(',').some((protocol) => !HTTP.test(protocol.trim()));
}

function tlsOf(socket: TLSSocket): UrlTls {
  return { version: socket.getProtocol() ?? '', cipherSuite: socket.getCipher().name };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
