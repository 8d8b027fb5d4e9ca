import type { Socket } from 'node:net';
import type { Listener } from '../aws/listener.ts';

interface InsideService {
  readonly port: number;
  readonly accept: (socket: Socket) => void;
}

/** The way by which functions in private networks reach the AWS services of this Lambent, and nothing else of it. */
export class InsideDoor {
  readonly #opened = Promise.withResolvers<InsideService>();

  /** Settles when the platform listens. */
  get service(): Promise<InsideService> {
    return this.#opened.promise;
  }

  /** @param port at which functions find it, the same as outside */
  open(port: number, listener: Listener): void {
    this.#opened.resolve({ port, accept: (socket) => listener.accept(socket) });
  }
}
