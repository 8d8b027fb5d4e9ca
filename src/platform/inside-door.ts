import type { Socket } from 'node:net';
import type { Listener } from '../aws/listener.ts';

/** The way by which functions in private networks reach the AWS services of this Lambent, and nothing else of it. */
export class InsideDoor {
  #open: { readonly port: number; readonly listener: Listener } | undefined;

  /** @param port at which they find it, the same as outside */
  open(port: number, listener: Listener): void {
    this.#open = { port, listener };
  }

  /** Undefined until the port is known. */
  service(): { readonly port: number; readonly accept: (socket: Socket) => void } | undefined {
    if (this.#open === undefined) return undefined;
    const { port, listener } = this.#open;
    return { port, accept: (socket) => listener.accept(socket) };
  }
}
