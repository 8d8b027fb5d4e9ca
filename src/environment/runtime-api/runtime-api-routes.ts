import type { IncomingMessage, ServerResponse } from 'node:http';
import { LARGEST_RESPONSE_BYTES } from '../runtime-link.ts';
import type { RuntimeApiClient } from './runtime-api-client.ts';
import { readBody } from './request-body.ts';
import type { RequestBody } from './request-body.ts';

const PREFIX = '/2018-06-01/runtime/';

/** Serves one request of a runtime. Errors are `{errorMessage, errorType}`. */
export function handleRuntimeRequest(
  client: RuntimeApiClient,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = request.url ?? '';
  if (request.method === 'GET' && path === `${PREFIX}invocation/next`) next(client, response);
  else if (request.method === 'POST' && path.startsWith(PREFIX)) {
    void readBody(request, LARGEST_RESPONSE_BYTES).then((body) => {
      if (body !== undefined) post(client, path.slice(PREFIX.length).split('/'), body, request, response);
      return undefined;
    });
  } else refuseUnknown(path, response);
}

function next(client: RuntimeApiClient, response: ServerResponse): void {
  if (client.park(response)) return;
  refuse(
    response,
    403,
    'InvalidStateTransition',
    'Transition to Ready failed for runtime: an invocation is in progress.',
  );
}

function post(
  client: RuntimeApiClient,
  [noun, subject, verb, ...rest]: readonly string[],
  body: RequestBody,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const depth = rest.length + (verb === undefined ? 2 : 3);
  if (
    noun === 'invocation' &&
    subject !== undefined &&
    depth === 3 &&
    (verb === 'response' || verb === 'error')
  ) {
    if (isOtherAttempt(client, request))
      refuse(response, 400, 'InvalidInvocationId', 'Invalid invocation ID');
    else if (verb === 'response') postResponse(client, subject, body, response);
    else postError(client, subject, body, request, response);
  } else if (noun === 'init' && subject === 'error' && depth === 2) {
    postInitError(client, body, request, response);
  } else refuseUnknown(request.url ?? '', response);
}

function postResponse(
  client: RuntimeApiClient,
  requestId: string,
  body: RequestBody,
  response: ServerResponse,
): void {
  // A streaming handler that fails midway says so in trailers; a buffered caller then gets the error alone.
  const { midstreamError } = body;
  const known =
    midstreamError === undefined
      ? client.events.onResponse(requestId, body.bytes, body.tooLarge)
      : client.events.onError(requestId, midstreamError);
  if (!known) refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
  else if (body.tooLarge) {
    const message = `Exceeded maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes).`;
    refuse(response, 413, 'RequestEntityTooLarge', message);
  } else accept(response);
}

function postError(
  client: RuntimeApiClient,
  requestId: string,
  body: RequestBody,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const known = body.tooLarge
    ? client.events.onResponse(requestId, body.bytes, true)
    : client.events.onError(requestId, errorPayload(body, request));
  if (known) accept(response);
  else refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
}

function postInitError(
  client: RuntimeApiClient,
  body: RequestBody,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (client.events.onInitError(errorPayload(body, request))) accept(response);
  else
    refuse(
      response,
      403,
      'InvalidStateTransition',
      'Transition to InitError failed for runtime: it is past initialisation.',
    );
}

/** The error as the runtime describes it; one that sends no body at least has its type in a header. */
function errorPayload(body: RequestBody, request: IncomingMessage): Uint8Array {
  if (body.bytes.length > 0) return body.bytes;
  const errorType = request.headers['lambda-runtime-function-error-type'];
  return Buffer.from(
    JSON.stringify({ errorType: typeof errorType === 'string' ? errorType : 'Runtime.Unknown' }),
  );
}

function isOtherAttempt(client: RuntimeApiClient, request: IncomingMessage): boolean {
  const echoed = request.headers['lambda-runtime-invocation-id'];
  return typeof echoed === 'string' && !client.isCurrentAttempt(echoed);
}

function refuseUnknown(path: string, response: ServerResponse): void {
  if (path.startsWith(`${PREFIX}restore/`)) {
    refuse(
      response,
      403,
      'InvalidStateTransition',
      'This function does not use SnapStart: there is nothing to restore.',
    );
  } else refuse(response, 404, 'ResourceNotFound', `The Runtime API has no ${path}.`);
}

function accept(response: ServerResponse): void {
  answer(response, 202, '{"status":"OK"}\n');
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  answer(response, status, `${JSON.stringify({ errorMessage, errorType })}\n`);
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
