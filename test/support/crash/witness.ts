import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Hears from functions which words they got, so that nothing of it is lost with the server. It listens on loopback, which
 * functions in a network of their own do not reach.
 */
export class Witness {
  readonly #server: Server;
  readonly #held: ServerResponse[] = [];
  #isHolding = false;

  private constructor(hear: (word: string) => void) {
    this.#server = createServer((request, response) => {
      hear(decodeURIComponent(request.url?.slice(1) ?? ''));
      if (this.#isHolding) this.#held.push(response);
      else response.end();
    });
  }

  static async listen(hear: (word: string) => void): Promise<Witness> {
    const witness = new Witness(hear);
    await new Promise<void>((resolve) => witness.#server.listen(0, '127.0.0.1', resolve));
    return witness;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Keeps functions from ending, until `release`. */
  hold(): void {
    this.#isHolding = true;
  }

  get held(): number {
    return this.#held.length;
  }

  release(): void {
    this.#isHolding = false;
    for (const response of this.#held.splice(0)) response.end();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
