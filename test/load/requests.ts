import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Sent {
  readonly path: string;
  readonly body: string;
  /** Where it is for a URL. */
  readonly host?: string | undefined;
}

const SIGNED =
  'AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00';

/** Connections of many clients to one server, each used again when its answer has been read. */
export class Requests {
  readonly #port: number;
  #agent = new Agent({ keepAlive: true });

  constructor(endpoint: string) {
    this.#port = Number(new URL(endpoint).port);
  }

  /** Waits for the whole answer. Rejects when there is none. */
  async send(sent: Sent): Promise<Answer> {
    const response = await this.open(sent);
    const body = Buffer.concat((await response.toArray()) as Buffer[]).toString();
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  /** Waits for the head of the answer. */
  async open(sent: Sent): Promise<IncomingMessage> {
    const [response] = (await once(this.#begin(sent), 'response')) as [IncomingMessage];
    return response;
  }

  /** Sends and goes away, whatever has been answered by then. */
  async abandon(sent: Sent, afterMs: number): Promise<void> {
    const begun = this.#begin(sent);
    begun.on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    begun.destroy();
  }

  /** Closes all connections; the next request opens one. */
  rest(): void {
    this.#agent.destroy();
    this.#agent = new Agent({ keepAlive: true });
  }

  #begin({ path, body, host = `127.0.0.1:${this.#port}` }: Sent) {
    const headers = {
      host,
      authorization: SIGNED,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const where = { host: '127.0.0.1', port: this.#port, path, method: 'POST', agent: this.#agent };
    const begun = request({ ...where, headers });
    begun.end(body);
    return begun;
  }
}
