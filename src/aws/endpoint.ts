import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from './answer-writer.ts';
import { Callers } from './callers.ts';
import type { EndpointOptions, EndpointParts } from './endpoint-options.ts';
import { Exchange } from './exchange.ts';
import { OfferedServices } from './offered-services.ts';
import { WireRequest } from './request.ts';
import type { HttpRequest } from './request.ts';
import { Dispatcher } from './routing/dispatcher.ts';

/**
 * The one door for AWS API requests: any service, any protocol, on one port. It holds no connection and no socket;
 * a listener hands it requests.
 */
export class Endpoint {
  readonly #parts: EndpointParts;
  #inFlight = 0;

  constructor(options: EndpointOptions) {
    const services = new OfferedServices(options.services);
    this.#parts = {
      options,
      services,
      dispatcher: new Dispatcher(services.names()),
      callers: new Callers(options),
      onDone: () => {
        this.#inFlight--;
      },
    };
  }

  /** Requests that are not answered to the end yet; those of `localRoutes` don't count. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Answers one request. Never throws. */
  handle(raw: HttpRequest, response: HttpResponse): void {
    const request = new WireRequest(raw);
    const { localRoutes } = this.#parts.options;
    if (localRoutes?.(raw as IncomingMessage, response as ServerResponse, request.path) === true) return;
    this.#inFlight++;
    new Exchange(this.#parts, request, response).start();
  }
}
