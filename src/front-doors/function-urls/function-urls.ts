import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionInvoker } from '../../invoke/function-invoker.ts';
import { traceHeader } from '../../invoke/trace-id.ts';
import type { Clock } from '../../model/clock.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { StoredFunctionUrl } from '../../model/stored-function-url.ts';
import { isPreflight, preflightFields, responseFields } from './cors.ts';
import { functionResponse, type UrlResponse } from './function-response.ts';
import type { FunctionUrlDirectory } from './function-url-directory.ts';
import { requestEvent, type UrlCaller } from './request-event.ts';
import type { SignedUrlRequest, UrlAccess } from './url-access.ts';
import { type UrlAddress, urlAddress } from './url-address.ts';

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
  readonly host: string;
  readonly signed: Omit<SignedUrlRequest, 'body'>;
  readonly requestId: string;
  readonly traceHeader: string;
}

/** Of an event, and so of a request that becomes one. */
const LARGEST_BYTES = 6 * 1024 * 1024;
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'PATCH', 'DELETE']);
const FORBIDDEN =
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';

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
    const call = this.#callOf(request, host);
    this.#answer(call).then(
      (answer) => send(response, call, answer),
      (error: unknown) => {
        this.#options.onError(error);
        send(response, call, plain(502, 'Internal Server Error'));
      },
    );
  }

  #callOf(request: IncomingMessage, host: string): UrlCall {
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const { socket, headers, method = 'GET' } = request;
    const address = socket.remoteAddress ?? '';
    return {
      address: urlAddress(host, path),
      request,
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
      traceHeader: traceHeader(one(headers['x-amzn-trace-id']), this.#options.clock.now()),
    };
  }

  async #answer(call: UrlCall): Promise<UrlResponse> {
    const { signed, request } = call;
    const url = this.#options.directory.find(call.address.urlId);
    if (url === undefined) return forbidden();
    if (request.headers.upgrade !== undefined && request.httpVersionMajor === 1)
      return failed(400, 'BadRequestException', 'Function URLs take no protocol upgrades.');
    if (!METHODS.has(signed.method))
      return failed(405, 'MethodNotAllowedException', `${signed.method} is not a method of function URLs.`);
    const { cors } = url;
    if (cors !== undefined && isPreflight(signed.method, signed.headers))
      return { status: 200, headers: preflightFields(cors, signed.headers), body: Buffer.alloc(0) };
    const answer = await this.#admitted(url, call);
    const added = cors === undefined ? [] : responseFields(cors, signed.headers);
    return { ...answer, headers: [...answer.headers, ...added] };
  }

  /** Who may not call is told before a body is read, where that can be told without it. */
  async #admitted(url: StoredFunctionUrl, call: UrlCall): Promise<UrlResponse> {
    const { access } = this.#options;
    const isOpen = url.authType === 'NONE';
    const { signed } = call;
    if (isOpen && !access.isAllowed(url, undefined, { ...signed, body: Buffer.alloc(0) })) return forbidden();
    const body = await readBody(call.request);
    if (body === undefined)
      return failed(413, 'RequestTooLargeException', `Request must be smaller than ${LARGEST_BYTES} bytes`);
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
    const payload = Buffer.from(JSON.stringify(requestEvent(this.#facts(url, call, caller, body))));
    try {
      const answer = await this.#options.invoker.invoke({
        accountId: url.accountId,
        region: url.region,
        name: url.functionName,
        qualifier: url.alias,
        payload,
        requestId: call.requestId,
        traceId: call.traceHeader,
        clientContext: undefined,
        wantsLogTail: false,
      });
      if (answer.functionError !== undefined) return plain(502, 'Internal Server Error');
      return functionResponse(answer.payload) ?? plain(502, 'Internal Server Error');
    } catch (error) {
      if (error instanceof ServiceError) return refused(error);
      throw error;
    }
  }

  #facts(url: StoredFunctionUrl, call: UrlCall, caller: UrlCaller | undefined, body: Buffer) {
    const { signed, request, address } = call;
    return {
      ...signed,
      urlId: url.urlId,
      accountId: url.accountId,
      path: address.path,
      rawHeaders: request.rawHeaders,
      domainName: withoutPort(call.host),
      protocol: `HTTP/${request.httpVersion}`,
      scheme: signed.isSecure ? ('https' as const) : ('http' as const),
      port: request.socket.localPort ?? 0,
      requestId: call.requestId,
      traceHeader: call.traceHeader,
      timeMs: this.#options.clock.now(),
      caller,
      body,
    };
  }
}

/** Throttling shows as it is; a function that cannot be run for another reason is nobody's business outside. */
function refused(error: ServiceError): UrlResponse {
  if (error.status === 404) return forbidden();
  if (error.status !== 429) return plain(502, 'Internal Server Error');
  return failed(429, error.code, error.message, error.members);
}

function forbidden(): UrlResponse {
  return json(403, 'AccessDeniedException', { Message: FORBIDDEN });
}

function failed(
  status: number,
  code: string,
  message: string,
  members: Readonly<Record<string, unknown>> = {},
): UrlResponse {
  return json(status, code, { ...members, message });
}

function json(status: number, code: string, body: object): UrlResponse {
  const headers = [['content-type', 'application/json'] as const, ['x-amzn-errortype', code] as const];
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}

function plain(status: number, text: string): UrlResponse {
  return { status, headers: [['content-type', 'text/plain']], body: Buffer.from(text) };
}

/** Undefined when it is too large; the rest is then read and forgotten, so that the answer can be sent. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= LARGEST_BYTES) chunks.push(chunk as Buffer);
    else chunks.length = 0;
  }
  return size > LARGEST_BYTES ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, call: UrlCall, answer: UrlResponse): void {
  if (response.destroyed) return;
  const { status, headers, body } = answer;
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.setHeader('x-amzn-requestid', call.requestId);
  response.setHeader('x-amzn-trace-id', call.traceHeader);
  if (status !== 204 && status !== 304) response.setHeader('content-length', body.length);
  // What was not read of the request must not be taken for the next one.
  if (!call.request.complete && call.request.httpVersionMajor === 1)
    response.setHeader('connection', 'close');
  response.writeHead(status);
  response.end(call.signed.method === 'HEAD' ? undefined : body);
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon < 0 || host.endsWith(']') ? host : host.slice(0, colon);
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
