import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import { isFunctionUrl } from '../../front-doors/function-urls/url-address.ts';
import { isInvokePath } from '../invoke-lane.ts';
import type { PlainInvokes } from './plain-invokes.ts';

/** To connect anew costs what some dozens of them do. */
const MANY = 100;

/** What has come of late on a connection. */
interface Course {
  /** Invokes that a worker would have answered, one after the other and nothing between them. */
  plain: number;
  isUnderWay: boolean;
}

/**
 * Connections that workers have brought to the main process for good. A client whose requests have all been workers' own for
 * long is told with an answer that its connection ends, and its next one is a worker's. Who sends requests ahead of
 * their answers is not: those behind that answer would be lost.
 */
export class WayBack {
  readonly #courses = new WeakMap<Socket, Course>();
  readonly #plain: Pick<PlainInvokes, 'isElsewhere'>;
  readonly #isServed: () => boolean;

  /** @param isServed whether there is a worker to take a connection */
  constructor(plain: Pick<PlainInvokes, 'isElsewhere'>, isServed: () => boolean) {
    this.#plain = plain;
    this.#isServed = isServed;
  }

  /** A worker has brought it. */
  bring(socket: Socket): void {
    this.#courses.set(socket, { plain: 0, isUnderWay: false });
  }

  /** To be told of every request before it is answered. */
  follow(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void {
    const course = this.#courses.get(request.socket);
    if (course === undefined) return;
    if (course.isUnderWay) {
      this.#courses.delete(request.socket);
      return;
    }
    course.isUnderWay = true;
    response.once('close', () => (course.isUnderWay = false));
    course.plain = this.#isWorkers(request) ? course.plain + 1 : 0;
    if (course.plain >= MANY && this.#isServed()) response.setHeader('Connection', 'close');
  }

  #isWorkers({ method, url = '', headers }: IncomingMessage | Http2ServerRequest): boolean {
    const [path = ''] = url.split('?', 1);
    const { 'x-amz-invocation-type': type = 'RequestResponse', 'content-length': length } = headers;
    if (method !== 'POST' || !isInvokePath(path) || type !== 'RequestResponse') return false;
    if (length === undefined || headers.expect !== undefined) return false;
    return !isFunctionUrl(headers.host ?? '', path) && !this.#plain.isElsewhere(url);
  }
}
