import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseObject } from '../json-object.ts';
import type { BodyRoom } from '../../model/body-room.ts';
import { readBody } from '../runtime-api/request-body.ts';
import type { ExtensionEventType, ParkedNext } from './extension.ts';
import { type ExtensionSet, invalidEvent, type Refusal } from './extension-set.ts';

export const EXTENSIONS_PREFIX = '/2020-01-01/extension/';

/** Bodies of this API are a list of events, or an error that nobody reads. */
const LARGEST_BODY_BYTES = 16 * 1024;
const EVENT_TYPES: ReadonlySet<unknown> = new Set(['INVOKE', 'SHUTDOWN']);

/** What an environment's Extensions API answers from. */
export interface ExtensionsEndpoint {
  /** The extensions of the processes that run now. */
  readonly extensions: ExtensionSet;
  readonly functionIdentity: FunctionIdentity;
}

export interface FunctionIdentity {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly handler: string;
  readonly accountId: string;
}

/** Serves one request of an extension. Errors are `{errorMessage, errorType}`. */
export function handleExtensionRequest(
  endpoint: ExtensionsEndpoint,
  room: BodyRoom,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const call = `${request.method} ${(request.url ?? '').slice(EXTENSIONS_PREFIX.length)}`;
  if (call === 'GET event/next') next(endpoint, request, response);
  else if (call === 'POST register' || call === 'POST init/error' || call === 'POST exit/error') {
    void readBody(request, LARGEST_BODY_BYTES, room).then((body) => {
      if (body === undefined) return undefined;
      if (call === 'POST register') register(endpoint, body.bytes, request, response);
      else reportError(endpoint, call === 'POST init/error' ? 'init' : 'exit', request, response);
      return undefined;
    });
  } else {
    const errorMessage = `The Extensions API has no ${request.method} ${request.url}.`;
    answer(response, 404, { errorMessage, errorType: 'ResourceNotFound' });
  }
}

function register(
  { extensions, functionIdentity }: ExtensionsEndpoint,
  body: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const name = header(request, 'lambda-extension-name') ?? '';
  if (name === '') {
    refuse(response, {
      status: 403,
      errorType: 'Extension.InvalidExtensionName',
      errorMessage: 'Empty extension name',
    });
    return;
  }
  const events = parseEvents(body);
  const registered = 'status' in events ? events : extensions.register(name, events);
  if ('status' in registered) {
    refuse(response, registered);
    return;
  }
  const { accountId, ...identity } = functionIdentity;
  const features = (header(request, 'lambda-extension-accept-feature') ?? '').split(',');
  const wantsAccount = features.some((feature) => feature.trim() === 'accountId');
  response.setHeader('Lambda-Extension-Identifier', registered.id);
  answer(response, 200, wantsAccount ? { ...identity, accountId } : identity);
}

function next({ extensions }: ExtensionsEndpoint, request: IncomingMessage, response: ServerResponse): void {
  const parked: ParkedNext = {
    answer: (json) => {
      response.setHeader('Lambda-Extension-Event-Identifier', randomUUID());
      send(response, 200, json);
    },
  };
  const extension = extensions.next(header(request, 'lambda-extension-identifier'), parked);
  if ('status' in extension) refuse(response, extension);
  else response.once('close', () => extension.unpark(parked));
}

function reportError(
  { extensions }: ExtensionsEndpoint,
  phase: 'init' | 'exit',
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const id = header(request, 'lambda-extension-identifier');
  const errorType = header(request, 'lambda-extension-function-error-type');
  const refusal = extensions.reportError(id, phase, errorType);
  if (refusal === undefined) answer(response, 202, { status: 'OK' });
  else refuse(response, refusal);
}

/** @param body `{"events": ["INVOKE", "SHUTDOWN"]}`; no events at all are allowed */
function parseEvents(body: Uint8Array): readonly ExtensionEventType[] | Refusal {
  const fields = parseObject(Buffer.from(body).toString());
  if (fields === undefined) return invalidFormat('The request body is no JSON object.');
  const { events = [], configurationKeys } = fields;
  if (Array.isArray(configurationKeys) && configurationKeys.length > 0)
    return invalidFormat('configurationKeys are deprecated; use environment variables instead');
  if (!isListOfTexts(events)) return invalidFormat('events should be a list of strings.');
  const unknown = events.find((type) => !EVENT_TYPES.has(type));
  if (unknown !== undefined) return invalidEvent(`${unknown}: ErrorInvalidEventType`);
  return [...new Set(events as ExtensionEventType[])];
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function invalidFormat(errorMessage: string): Refusal {
  return { status: 403, errorType: 'InvalidRequestFormat', errorMessage };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function refuse(response: ServerResponse, { status, errorMessage, errorType }: Refusal): void {
  answer(response, status, { errorMessage, errorType });
}

function answer(response: ServerResponse, status: number, value: Readonly<Record<string, string>>): void {
  send(response, status, JSON.stringify(value));
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
  });
  response.end(json);
}
