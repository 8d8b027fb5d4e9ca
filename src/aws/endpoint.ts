import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { inviteBody } from './body-invitation.ts';
import { Callers } from './callers.ts';
import { type Course, courseOf, mayTake } from './course.ts';
import { answerPreflight, type CrossOriginAnswer, pageRequest } from './cross-origin.ts';
import type { EndpointOptions, EndpointParts } from './endpoint-options.ts';
import { Exchange } from './exchange.ts';
import type { HeadForm } from './fast-lane-form.ts';
import type { FormedHeaders } from './fast-lane-formed-headers.ts';
import type { WholeRequest } from './fast-lane-request.ts';
import type { WholeResponse } from './fast-lane-response.ts';
import { isForeignPage } from './foreign-page.ts';
import { OfferedServices } from './offered-services.ts';
import { WireRequest } from './request.ts';
import { Dispatcher } from './routing/dispatcher.ts';

type LocalRoutes = EndpointOptions['localRoutes'];

/**
 * The one door for AWS API requests: any service, any protocol, on one port. It holds no connection and no socket;
 * a listener hands it requests.
 */
export class Endpoint {
  readonly #parts: EndpointParts;
  /** Of the forms of heads that came by the fast lane. */
  readonly #courses = new WeakMap<HeadForm, Course | false>();
  #inFlight = 0;

  constructor(options: EndpointOptions) {
    const services = new OfferedServices(options.services);
    this.#parts = {
      options,
      services,
      dispatcher: new Dispatcher(services.names(), options.publicHost),
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

  /**
   * Answers one request. Never throws.
   * @param localRoutes others than those of the options, for callers that may not have these
   */
  handle(
    raw: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    localRoutes = this.#parts.options.localRoutes,
  ): void {
    const request = new WireRequest(raw);
    const { userTraffic } = this.#parts.options;
    if (userTraffic?.owns(request.host, request.path) === true)
      return userTraffic.handle(raw as IncomingMessage, response as ServerResponse, request.host);
    if (request.headers.origin === undefined) this.#answer(request, response, localRoutes);
    else this.#admitPage(request, response, localRoutes);
  }

  /** Pages of this machine may do all, others what a bucket's rules let them. */
  #admitPage(
    request: WireRequest,
    response: ServerResponse | Http2ServerResponse,
    localRoutes: LocalRoutes,
  ): void {
    const { publicHost, crossOrigin } = this.#parts.options;
    const isForeign = isForeignPage(request.headers, publicHost);
    const place = crossOrigin === undefined ? undefined : this.#parts.dispatcher.bucketOf(request);
    const page = place && pageRequest(request.method, request.headers, place.isObject);
    if (crossOrigin === undefined || place === undefined || page === undefined) {
      if (isForeign) refusePage(response as ServerResponse);
      else this.#answer(request, response, localRoutes);
      return;
    }
    const answered = this.#askRules(crossOrigin.decide(place.bucket, page), response as ServerResponse, {
      isPreflight: page.isPreflight,
      isForeign,
      proceed: () => this.#answer(request, response, localRoutes),
    });
    answered.catch(() => response.destroy());
  }

  async #askRules(
    asked: Promise<CrossOriginAnswer>,
    response: ServerResponse,
    page: { readonly isPreflight: boolean; readonly isForeign: boolean; readonly proceed: () => void },
  ): Promise<void> {
    const answer = await asked;
    if (page.isPreflight) return answerPreflight(response, answer);
    if (answer.fields === undefined && page.isForeign) return refusePage(response);
    for (const [name, value] of Object.entries(answer.fields ?? {})) response.setHeader(name, value);
    page.proceed();
  }

  #answer(
    request: WireRequest,
    response: ServerResponse | Http2ServerResponse,
    localRoutes: LocalRoutes,
  ): void {
    const { raw } = request;
    if (localRoutes?.(raw as IncomingMessage, response as ServerResponse, request.path) === true)
      return inviteBody(raw);
    this.#inFlight++;
    new Exchange(this.#parts, request, response).start();
  }

  /**
   * Answers one request that was read whole, with an answer that is whole; `localRoutes` is not asked. Never throws.
   * @returns false, with nothing done, when its operation is unknown, stands in the body, or streams, and for browsers
   */
  handleWhole(raw: WholeRequest, response: WholeResponse): boolean {
    // A browser's request may have to be refused, which `handle` does.
    if (raw.header('origin') !== undefined) return false;
    // The lane's paths are nobody else's, but a host name may say that they are a function's own.
    if (this.#parts.options.userTraffic?.owns(raw.header('host') ?? '', '') === true) return false;
    const request = new WireRequest(raw);
    const exchange = new Exchange(this.#parts, request, response);
    const { formed } = raw;
    const course = formed && this.#course(request, formed);
    this.#inFlight++;
    if (course) exchange.startAlong(course, raw.body);
    else if (!exchange.startWhole()) {
      this.#inFlight--;
      return false;
    }
    return true;
  }

  /** False where there is none. */
  #course(request: WireRequest, formed: FormedHeaders): Course | false {
    let course = this.#courses.get(formed.form);
    if (course === undefined) {
      course = this.#findCourse(request, formed);
      this.#courses.set(formed.form, course);
    }
    return course && mayTake(course, formed) && course;
  }

  #findCourse(request: WireRequest, formed: FormedHeaders): Course | false {
    try {
      return courseOf(this.#parts, request, formed) ?? false;
    } catch {
      // What is wrong with the request, it is told when it is answered.
      return false;
    }
  }
}

function refusePage(response: ServerResponse): void {
  const message =
    'Lambent takes no requests from web pages of other hosts. Start it with --public-host NAME to allow those of NAME.';
  response.writeHead(403, {
    'content-type': 'application/json',
    'x-amzn-ErrorType': 'AccessDeniedException',
  });
  response.end(JSON.stringify({ message }));
}
