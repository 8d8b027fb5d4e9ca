import { ACCEPTED } from './acknowledgements.ts';
import { dateLine } from '../../model/date-line.ts';
import { nextHeaderLines } from './next-headers.ts';
import type { Delivery } from './runtime-api-client.ts';

const KEEP_ALIVE = 'Connection: keep-alive\r\n\r\n';

/** The head of the answer to a "next". One byte for each character. */
export function eventHead(delivery: Delivery): string {
  return `HTTP/1.1 200 OK\r\n${nextHeaderLines(delivery)}${dateLine()}${KEEP_ALIVE}`;
}

/** An answer that is the same for everybody, but for its Date: put together once a second. */
class StandingAnswer {
  readonly #status: string;
  readonly #body: string;
  #date = '';
  #bytes = Buffer.alloc(0);

  constructor(status: string, body: string) {
    this.#status = status;
    this.#body = body;
  }

  get bytes(): Buffer {
    const date = dateLine();
    if (date !== this.#date) {
      this.#date = date;
      const head = `HTTP/1.1 ${this.#status}\r\nContent-Type: application/json\r\n`;
      const length = `Content-Length: ${this.#body.length}\r\n`;
      this.#bytes = Buffer.from(head + length + date + KEEP_ALIVE + this.#body, 'latin1');
    }
    return this.#bytes;
  }
}

/** To a response somebody waits for. */
export const accepted = new StandingAnswer('202 Accepted', ACCEPTED);
