import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './functions.ts';

/**
 * Counts functions from outside: each comes in when its handler begins, waits to be let through, and goes out at its
 * end. Functions have to be able to reach the machine's loopback, which `--isolation process` lets them.
 */
export class LoopbackGate {
  readonly #server: Server;
  readonly #held: ServerResponse[] = [];
  #isOpen = false;
  #inside = 0;
  #most = 0;
  #entered = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      if (request.url === '/in') this.#enter(response);
      else {
        this.#inside -= 1;
        response.end();
      }
    });
  }

  static async listen(): Promise<LoopbackGate> {
    const gate = new LoopbackGate();
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  /** Source of a handler that goes through the gate and returns what the expression says. */
  handler(expression: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `
const { request } = require('node:http');
const go = (path) => new Promise((resolve, reject) => {
  const call = request({ port: ${port}, host: '127.0.0.1', path, agent: false }, (response) => {
    response.resume();
    response.on('end', resolve);
  });
  call.on('error', reject);
  call.end();
});
exports.handler = async (event) => {
  await go('/in');
  const answer = ${expression};
  await go('/out');
  return answer;
};`;
  }

  /** Handlers that have begun and not ended. */
  get inside(): number {
    return this.#inside;
  }

  /** The most that were inside at once. */
  get most(): number {
    return this.#most;
  }

  get entered(): number {
    return this.#entered;
  }

  /** Lets all that wait, and all that come, through at once. */
  open(): void {
    this.#isOpen = true;
    for (const response of this.#held.splice(0)) response.end();
  }

  /** Lets out so many of those that wait, the first ones first. */
  letOut(count: number): void {
    for (const response of this.#held.splice(0, count)) response.end();
  }

  /** Forgets how many there were at once before. */
  startCounting(): void {
    this.#most = this.#inside;
  }

  shut(): void {
    this.#isOpen = false;
  }

  async untilInside(count: number): Promise<void> {
    await eventually(
      async () => await Promise.resolve(this.#inside),
      (inside) => inside === count,
      120_000,
    );
  }

  async close(): Promise<void> {
    this.open();
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  /** It was ended while it waited. */
  #lose(response: ServerResponse): void {
    this.#held.splice(this.#held.indexOf(response), 1);
    this.#inside -= 1;
  }

  #enter(response: ServerResponse): void {
    this.#entered += 1;
    this.#inside += 1;
    this.#most = Math.max(this.#most, this.#inside);
    if (this.#isOpen) return void response.end();
    this.#held.push(response);
    response.on('close', () => {
      if (this.#held.includes(response)) this.#lose(response);
    });
  }
}
