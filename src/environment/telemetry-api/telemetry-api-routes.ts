import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExtensionSet, Refusal } from '../extensions-api/extension-set.ts';
import type { BodyRoom } from '../../model/body-room.ts';
import { readBody } from '../runtime-api/request-body.ts';
import { parseSubscription, type Subscription } from './subscription.ts';
import type { TelemetryApi } from './telemetry-event.ts';

const LARGEST_BODY_BYTES = 64 * 1024;
const APIS: Readonly<Record<string, TelemetryApi>> = {
  '/2022-07-01/telemetry': 'Telemetry',
  '/2020-08-15/logs': 'Logs',
};

/** What an environment's Telemetry API answers from. */
export interface TelemetryEndpoint {
  /** The extensions of the processes that run now. */
  readonly extensions: ExtensionSet;
  /** Of a managed instance: several invocations are in hand at once. */
  readonly isShared: boolean;
  /** Returns why not, if it refuses. */
  subscribe(name: string, subscription: Subscription): Refusal | undefined;
}

/** Which of the two APIs a path belongs to; it may end in a slash. */
export function telemetryApiOf(path: string): TelemetryApi | undefined {
  return APIS[path.endsWith('/') ? path.slice(0, -1) : path];
}

/** Serves one request to subscribe. Errors are `{errorMessage, errorType}`. */
export function handleTelemetryRequest(
  api: TelemetryApi,
  { extensions, room }: { readonly extensions: TelemetryEndpoint; readonly room: BodyRoom },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (api === 'Logs' && extensions.isShared) {
    const errorMessage = 'Managed instances have no Logs API: subscribe to the Telemetry API.';
    answer(response, 404, { errorMessage, errorType: 'ResourceNotFound' });
    return;
  }
  if (request.method !== 'PUT') {
    response.setHeader('Allow', 'PUT');
    const errorMessage = `The ${api} API has no ${request.method}.`;
    answer(response, 405, { errorMessage, errorType: 'MethodNotAllowed' });
    return;
  }
  void readBody(request, LARGEST_BODY_BYTES, room).then((body) => {
    if (body !== undefined) subscribe(api, extensions, body.bytes, request, response);
    return undefined;
  });
}

function subscribe(
  api: TelemetryApi,
  endpoint: TelemetryEndpoint,
  body: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const extension = endpoint.extensions.identify(
    String(request.headers['lambda-extension-identifier'] ?? ''),
  );
  if ('status' in extension) return refuse(response, extension);
  const subscription = parseSubscription(api, body, endpoint.isShared);
  if ('status' in subscription) return refuse(response, subscription);
  const refusal = endpoint.subscribe(extension.name, subscription);
  if (refusal === undefined) answer(response, 200, 'OK');
  else refuse(response, refusal);
}

function refuse(response: ServerResponse, { status, errorMessage, errorType }: Refusal): void {
  answer(response, status, { errorMessage, errorType });
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  const json = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
  });
  response.end(json);
}
