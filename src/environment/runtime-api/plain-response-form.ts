import type { PlainRequest } from './plain-request.ts';

const BEFORE_ID = 'POST /2018-06-01/runtime/invocation/';
const ID = /^[\w-]{1,64}$/;
const LONGEST_ID = 64;
const LENGTH = /^(?:0|[1-9]\d{0,6})$/;
const LONGEST_LENGTH = 7;
const LENGTH_LINE = /\r\ncontent-length:[ \t]*(?=\d)/i;

/**
 * How a runtime words its responses, but for the id of the invocation and the length of the body: as a rule it words the
 * next one the same way, which takes two comparisons to see.
 */
export class PlainResponseForm {
  readonly #beforeLength: string;
  readonly #afterLength: string;
  readonly #longest: number;

  /**
   * @param lines the header lines of a response that was read, with the line break before the first of them; they have its
   *   length, once, and no line that is another in the next response
   */
  constructor(lines: string) {
    const line = LENGTH_LINE.exec(lines);
    const lengthAt = line === null ? lines.length : line.index + line[0].length;
    const rest = lines.slice(lengthAt);
    this.#beforeLength = `/response HTTP/1.1${lines.slice(0, lengthAt)}`;
    this.#afterLength = `${rest.slice(rest.search(/\D|$/))}\r\n\r\n`;
    this.#longest =
      BEFORE_ID.length + LONGEST_ID + this.#beforeLength.length + LONGEST_LENGTH + this.#afterLength.length;
  }

  /**
   * @returns how many bytes the response takes when its body is not all there; undefined when the chunk doesn't begin with
   * one in this form
   */
  read(chunk: Buffer): PlainRequest | number | undefined {
    const text = chunk.toString('latin1', 0, this.#longest);
    const idEnd = text.indexOf('/', BEFORE_ID.length);
    if (!text.startsWith(BEFORE_ID) || !text.startsWith(this.#beforeLength, idEnd)) return undefined;
    const lengthAt = idEnd + this.#beforeLength.length;
    const lengthEnd = text.indexOf(this.#afterLength, lengthAt);
    const digits = text.slice(lengthAt, Math.max(lengthAt, lengthEnd));
    const requestId = text.slice(BEFORE_ID.length, idEnd);
    if (!LENGTH.test(digits) || !ID.test(requestId)) return undefined;
    const start = lengthEnd + this.#afterLength.length;
    const size = start + Number(digits);
    if (size > chunk.length) return size;
    return { requestId, invocationId: undefined, body: chunk.subarray(start, size), size };
  }
}
