import type { ServerResponse } from 'node:http';
import { nextHeaders } from './next-headers.ts';
import type { Delivery, NextRequest, RuntimeClient } from './runtime-api-client.ts';

/** A "next" that came by way of node:http. */
export class HttpNext implements NextRequest {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, client: RuntimeClient) {
    this.#response = response;
    response.once('close', () => client.lost(this));
  }

  get isSent(): boolean {
    return this.#response.writableFinished;
  }

  send(delivery: Delivery): void {
    this.#response.writeHead(200, nextHeaders(delivery));
    this.#response.end(delivery.invocation.payload);
  }

  drop(): void {
    this.#response.destroy();
  }
}
