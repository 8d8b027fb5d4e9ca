import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Callers, KnownCredentials } from './callers.ts';
import type { CrossOriginRules } from './cross-origin.ts';
import type { OfferedServices } from './offered-services.ts';
import type { Dispatcher } from './routing/dispatcher.ts';
import type { Operation } from './schema/service-model.ts';
import type { RequestContext, ServiceDefinition } from './service.ts';

export interface EndpointOptions {
  readonly services: readonly ServiceDefinition[];
  /** Twelve digits. */
  readonly defaultAccountId: string;
  readonly defaultRegion: string;
  /** Host, with port where that is needed, by which clients reach this endpoint; the request's own otherwise. */
  readonly publicHost?: string | undefined;
  /** `open` takes credentials as claimed, and none at all; `strict` verifies every signature. */
  readonly auth: 'open' | 'strict';
  /** Whose an access key is. */
  readonly credentials?: KnownCredentials | undefined;
  /** Throws AccessDenied when the caller may not do this. Without it everyone may do everything. */
  readonly authorize?: Authorize | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Asked first; true when it has taken the request. HTTP/2 requests come through Node's compatible interface. */
  readonly localRoutes?:
    | ((request: IncomingMessage, response: ServerResponse, path: string) => boolean)
    | undefined;
  /** Traffic that is no AWS API, such as that of function URLs: taken before anything else looks at it. */
  readonly userTraffic?: UserTraffic | undefined;
  /** Which pages of other origins may use S3's buckets; without it none may. */
  readonly crossOrigin?: CrossOriginRules | undefined;
  /** Told of everything that is our fault, before the caller gets a 500 that says nothing of it. */
  readonly onInternalError: (error: unknown, context: FailedRequest) => void;
}

export type Authorize = (
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  context: RequestContext,
) => void;

export interface UserTraffic {
  /** Asked of every request: must cost next to nothing. */
  owns(host: string, path: string): boolean;
  /** Answers the request. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse, host: string): void;
}

/** Names the request an internal error happened in; empty where it wasn't known yet. */
export interface FailedRequest {
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
}

/** What all exchanges of an endpoint share. */
export interface EndpointParts {
  readonly options: EndpointOptions;
  readonly dispatcher: Dispatcher;
  readonly callers: Callers;
  readonly services: OfferedServices;
  /** Called once for each exchange, when nothing more will be sent. */
  readonly onDone: () => void;
}
