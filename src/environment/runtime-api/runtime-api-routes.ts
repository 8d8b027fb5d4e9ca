import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseObject } from '../json-object.ts';
import { LARGEST_RESPONSE_BYTES } from '../runtime-link.ts';
import { HttpNext } from './http-next.ts';
import type { RuntimeClient } from './runtime-api-client.ts';
import type { BodyRoom } from '../../model/body-room.ts';
import { readBody } from './request-body.ts';
import type { RequestBody } from './request-body.ts';
import {
  acknowledge,
  refuse,
  refuseAttempt,
  refuseOutcome,
  refuseRestore,
  refuseTransition,
  refuseUnknown,
} from './runtime-api-answers.ts';
import { hasUnknownMode, isStreamed, passOn } from './streamed-response.ts';

export const RUNTIME_PREFIX = '/2018-06-01/runtime/';

const WITH_CAUSE = 'application/vnd.aws.lambda.error.cause+json';

export interface RuntimeEndpoint {
  readonly client: RuntimeClient;
  readonly room: BodyRoom;
}

/** Serves one request of a runtime. Errors are `{errorMessage, errorType}`. */
export function handleRuntimeRequest(
  { client, room }: RuntimeEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = request.url ?? '';
  const isGet = request.method === 'GET';
  if (isGet && path === `${RUNTIME_PREFIX}invocation/next`) next(client, response);
  else if (isGet && path === `${RUNTIME_PREFIX}restore/next`) restoreNext(client, response);
  else if (request.method === 'POST' && path.startsWith(RUNTIME_PREFIX)) {
    const words = path.slice(RUNTIME_PREFIX.length).split('/');
    const isResponse = isOutcome(words) && words[2] === 'response';
    if (isResponse && isStreamed(request)) void postStream(client, words[1] ?? '', request, response);
    else if (isResponse && hasUnknownMode(request)) refuseMode(client, words[1] ?? '', request, response);
    else
      void readBody(request, LARGEST_RESPONSE_BYTES, room).then((body) => {
        if (body !== undefined) postWhole(client, words, body, request, response);
        return undefined;
      });
  } else refuseUnknown(path, response);
}

function next(client: RuntimeClient, response: ServerResponse): void {
  if (!client.park(new HttpNext(response, client))) refuseTransition('Running', 'Ready', response);
}

/** Answered when the environment is restored. */
function restoreNext(client: RuntimeClient, response: ServerResponse): void {
  const release = (): void => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 0 });
    response.end();
  };
  if (!client.events.onRestoreNext({ release })) refuseRestore(response);
}

/** `invocation/{id}/response` or `invocation/{id}/error` */
function isOutcome(words: readonly string[]): boolean {
  const [noun, , verb] = words;
  return noun === 'invocation' && words.length === 3 && (verb === 'response' || verb === 'error');
}

function postWhole(
  client: RuntimeClient,
  words: readonly string[],
  body: RequestBody,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, requestId = '', verb] = words;
  if (isOutcome(words)) {
    if (isOtherAttempt(client, request)) refuseAttempt(response);
    else if (verb === 'response') postResponse(client, requestId, body, response);
    else postError(client, requestId, body, request, response);
  } else if (words.join('/') === 'init/error') postInitError(client, body, request, response);
  else if (words.join('/') === 'restore/error') postRestoreError(client, body, request, response);
  else refuseUnknown(request.url ?? '', response);
}

/** Refused, when it is, before its end: what is still to come of it is of no use. */
async function postStream(
  client: RuntimeClient,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const otherAttempt = isOtherAttempt(client, request);
  const stream = otherAttempt
    ? undefined
    : client.events.onStream(requestId, request.headers['content-type']);
  if (stream === undefined) {
    request.resume();
    if (otherAttempt) refuseAttempt(response);
    else refuseOutcome(client, requestId, 'InvocationResponse', response);
    return;
  }
  const receipt = await passOn(request, stream);
  if (receipt === 'unknown') refuseOutcome(client, requestId, 'InvocationResponse', response);
  else if (receipt !== undefined) acknowledge(receipt, response);
}

/** The invocation fails by that: nobody knows what its response means. */
function refuseMode(
  client: RuntimeClient,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  const errorType = 'Runtime.InvalidResponseModeHeader';
  if (!client.events.onError(requestId, Buffer.from(JSON.stringify({ errorType })), errorType))
    refuseOutcome(client, requestId, 'InvocationResponse', response);
  else refuse(response, 400, 'InvalidFunctionResponseMode', 'Invalid function response mode');
}

function postResponse(
  client: RuntimeClient,
  requestId: string,
  body: RequestBody,
  response: ServerResponse,
): void {
  const isKnown = client.events.onResponse(requestId, body.bytes, body.tooLarge);
  if (!isKnown) refuseOutcome(client, requestId, 'InvocationResponse', response);
  else acknowledge(body.tooLarge ? 'too-large' : 'accepted', response);
}

function postError(
  client: RuntimeClient,
  requestId: string,
  body: RequestBody,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const payload = errorPayload(body, request);
  const shown = request.headers['content-type'] === WITH_CAUSE ? withoutCause(payload) : payload;
  const known = body.tooLarge
    ? client.events.onResponse(requestId, body.bytes, true)
    : client.events.onError(requestId, shown, declaredType(request), errorCause(request));
  if (known) acknowledge('accepted', response);
  else refuseOutcome(client, requestId, 'InvocationErrorResponse', response);
}

function postInitError(
  client: RuntimeClient,
  body: RequestBody,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (client.events.onInitError(errorPayload(body, request), declaredType(request)))
    acknowledge('accepted', response);
  else refuseTransition(client.isWaiting ? 'Ready' : 'Running', 'InitError', response);
}

function postRestoreError(
  client: RuntimeClient,
  body: RequestBody,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const isTaken = client.events.onRestoreError(errorPayload(body, request), declaredType(request));
  if (isTaken) acknowledge('accepted', response);
  else refuseRestore(response);
}

/** The error as the runtime describes it; one that sends no body at least has its type in a header. */
function errorPayload(body: RequestBody, request: IncomingMessage): Uint8Array {
  if (body.bytes.length > 0) return body.bytes;
  return Buffer.from(JSON.stringify({ errorType: declaredType(request) ?? 'Runtime.Unknown' }));
}

/** Of an error that comes with what X-Ray is to show of it, the caller gets the rest. */
function withoutCause(bytes: Uint8Array): Uint8Array {
  const fields = parseObject(Buffer.from(bytes).toString());
  if (fields === undefined) return Buffer.from('"Invalid error body"');
  const { errorMessage, errorType, stackTrace } = fields;
  return Buffer.from(JSON.stringify({ errorMessage, errorType, stackTrace }));
}

function declaredType({ headers }: IncomingMessage): string | undefined {
  const errorType = headers['lambda-runtime-function-error-type'];
  return typeof errorType === 'string' ? errorType : undefined;
}

/** What X-Ray is to show of an error. */
function errorCause({ headers }: IncomingMessage): string | undefined {
  const cause = headers['lambda-runtime-function-xray-error-cause'];
  return typeof cause === 'string' ? cause : undefined;
}

function isOtherAttempt(client: RuntimeClient, request: IncomingMessage): boolean {
  const echoed = request.headers['lambda-runtime-invocation-id'];
  return typeof echoed === 'string' && !client.isCurrentAttempt(echoed);
}
