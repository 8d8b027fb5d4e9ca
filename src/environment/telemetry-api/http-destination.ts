import { Agent, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connect, Destination } from './destination.ts';
import type { TelemetryDestination } from './destination-request.ts';

type Wanted = Extract<TelemetryDestination, { protocol: 'HTTP' }>;

/** Nobody reads what a listener answers; one that goes on for longer than this is cut off. */
const LARGEST_ANSWER_BYTES = 64 * 1024;

/** Sends each batch as a JSON array in a request of its own, over one connection. */
export class HttpDestination implements Destination {
  readonly #wanted: Wanted;
  readonly #agent: Agent;

  constructor(wanted: Wanted, connect: Connect) {
    this.#wanted = wanted;
    this.#agent = new SandboxAgent(wanted.port, connect);
  }

  send(events: readonly string[]): Promise<void> {
    const { method, path, port } = this.#wanted;
    const body = Buffer.from(`[${events.join(',')}]`);
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      Host: `sandbox.localdomain:${port}`,
    };
    return new Promise((resolve, reject) => {
      const sent = request({ agent: this.#agent, method, path, headers }, (answer) => {
        discard(answer);
        const { statusCode = 0 } = answer;
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`The listener answered ${statusCode}.`));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Opens its one connection by way of the sandbox. */
class SandboxAgent extends Agent {
  readonly #port: number;
  readonly #connect: Connect;

  constructor(port: number, connect: Connect) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#port = port;
    this.#connect = connect;
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#connect(this.#port).then(
      (socket) => callback?.(null, socket),
      // Node's types want a stream even with an error.
      (error: unknown) => (callback as ((error: unknown) => void) | undefined)?.(error),
    );
  }
}

function discard(answer: IncomingMessage): void {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER_BYTES) answer.destroy();
  });
  answer.on('error', () => undefined);
}
