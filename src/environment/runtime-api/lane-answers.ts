import { ACCEPTED } from './acknowledgements.ts';
import { dateLine } from '../../model/date-line.ts';
import { standingHeaderLines } from './next-headers.ts';

const KEEP_ALIVE = 'Connection: keep-alive\r\n';

/** The head of the answer to a "next", up to what is said of one event alone: put together anew when any of it changes. */
export class StandingHead {
  #arn = '';
  #date = '';
  #bytes = Buffer.alloc(0);

  of(invokedFunctionArn: string): Buffer {
    const date = dateLine();
    if (date !== this.#date || invokedFunctionArn !== this.#arn) {
      this.#date = date;
      this.#arn = invokedFunctionArn;
      const head = `HTTP/1.1 200 OK\r\n${date}${KEEP_ALIVE}${standingHeaderLines(invokedFunctionArn)}`;
      this.#bytes = Buffer.from(head, 'latin1');
    }
    return this.#bytes;
  }
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
      this.#bytes = Buffer.from(`${head}${length}${date}${KEEP_ALIVE}\r\n${this.#body}`, 'latin1');
    }
    return this.#bytes;
  }
}

/** To a response somebody waits for. */
export const accepted = new StandingAnswer('202 Accepted', ACCEPTED);
