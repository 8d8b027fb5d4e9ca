import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Operation } from '../../../src/aws/schema/service-model.ts';
import type { RawRequest } from './requests.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends bytes as they are: an SDK would refuse most of these requests by itself. */
export class RawClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #endpoint: URL;

  constructor(endpoint: string) {
    this.#endpoint = new URL(endpoint);
  }

  async send({ method, path, headers, body }: RawRequest): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const { hostname, port } = this.#endpoint;
    const sized = 'transfer-encoding' in headers ? {} : { 'content-length': body.length };
    const outgoing = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { ...headers, ...sized },
        agent: this.#agent,
        timeout: 20_000,
      },
      (incoming) => {
        const { statusCode: status = 0 } = incoming;
        buffer(incoming).then(
          (bytes) => resolve({ status, headers: incoming.headers, body: bytes.toString() }),
          reject,
        );
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 20 s')));
    outgoing.on('error', reject);
    outgoing.end(body);
    return await promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Errors that AWS itself models with a status of 5xx: they blame what the caller gave. */
const BLAMES_CALLER = 502;

/** Codes that no model lists and AWS sends all the same, each with its status. */
const COMMON: Readonly<Record<string, number>> = {
  ValidationException: 400,
  SerializationException: 400,
  AccessDeniedException: 403,
  RequestEntityTooLargeException: 413,
  UnknownOperationException: 404,
  IncompleteBody: 400,
};

/** @returns what is wrong with an answer; undefined when it is as AWS would give it */
export function fault(operation: Operation, sent: RawRequest, answer: RawAnswer): string | undefined {
  if (!/^[\da-f-]{36}$/.test(String(answer.headers['x-amzn-requestid'] ?? ''))) return 'no x-amzn-RequestId';
  if (answer.status >= 200 && answer.status < 300) return faultOfSuccess(operation, sent, answer);
  return faultOfError(operation, sent, answer);
}

function faultOfSuccess(
  operation: Operation,
  sent: RawRequest,
  { status, body }: RawAnswer,
): string | undefined {
  if (sent.astray) return undefined;
  const modelled = operation.http?.[2];
  const { members } = operation.output;
  // The handler says which, as with invokes.
  const isFree = members.some(({ traits }) => traits.httpResponseCode !== undefined);
  if (status !== modelled && !isFree) return `status ${status}, modelled is ${modelled}`;
  if (status === 204) return body === '' ? undefined : '204 with a body';
  if (members.some(({ traits }) => traits.httpPayload !== undefined)) return undefined;
  const inBody = members.filter(
    ({ traits }) => traits.httpHeader === undefined && traits.httpResponseCode === undefined,
  );
  if (inBody.length === 0 && body === '') return undefined;
  const parsed = parse(body);
  if (parsed === undefined) return 'the body is no JSON object';
  const unknown = Object.keys(parsed).filter((name) => !operation.output.byName.has(name));
  return unknown.length === 0 ? undefined : `members that the model does not have: ${unknown.join(', ')}`;
}

function faultOfError(operation: Operation, sent: RawRequest, answer: RawAnswer): string | undefined {
  const { status, headers, body } = answer;
  const code = String(headers['x-amzn-errortype'] ?? '');
  if (code === '') return `status ${status} without x-amzn-ErrorType`;
  const shape = operation.service.error(code);
  const expected = shape?.traits.httpError ?? COMMON[code];
  if (expected !== status) return `${code} with status ${status}, expected ${expected}`;
  if (status >= 500 && status !== BLAMES_CALLER) return `${code}: an internal error`;
  if (sent.method === 'HEAD') return undefined;
  const parsed = parse(body);
  if (parsed === undefined) return `${code}: the body is no JSON object`;
  const message = parsed['message'] ?? parsed['Message'];
  return typeof message === 'string' ? undefined : `${code} without a message`;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
