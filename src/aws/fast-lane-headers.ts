import type { IncomingHttpHeaders } from 'node:http';
import { AMZ_NAMES, placeOfName } from './fast-lane-names.ts';

/** The headers of a request that was found whole and plain. Text is made of them when somebody asks. */
export class LaneHeaders {
  /** Where the head ends, its empty line included, bytes. */
  readonly end: number;
  readonly #head: string;
  readonly #start: number;
  readonly #values: readonly number[];
  readonly #others: readonly number[];
  #all: IncomingHttpHeaders | undefined;

  /**
   * @param head request line and header lines, found to be well-formed
   * @param start of the first header line
   * @param values where those with a place begin and end; 0 for those that are not there
   * @param others where the names of those without a place begin and end
   */
  constructor(
    head: string,
    start: number,
    end: number,
    values: readonly number[],
    others: readonly number[],
  ) {
    this.#head = head;
    this.#start = start;
    this.end = end;
    this.#values = values;
    this.#others = others;
  }

  /** Request line and header lines. */
  get head(): string {
    return this.#head;
  }

  get(name: string): string | undefined {
    const place = placeOfName(name);
    if (place === undefined) return this.all[name] as string | undefined;
    const from = this.#values[2 * place] ?? 0;
    return from === 0 ? undefined : this.#head.slice(from, this.#values[2 * place + 1]);
  }

  /** A header of the name's family `x-amz-` that is not among these; undefined when all are. */
  amzNameBeside(names: readonly string[]): string | undefined {
    for (const [name, place] of AMZ_NAMES) {
      if (this.#values[2 * place] !== 0 && !names.includes(name)) return name;
    }
    for (let index = 0; index < this.#others.length; index += 2) {
      const name = this.#head.slice(this.#others[index], this.#others[index + 1]).toLowerCase();
      if (name.startsWith('x-amz-') && !names.includes(name)) return name;
    }
    return undefined;
  }

  /** As `IncomingMessage` has them. */
  get all(): IncomingHttpHeaders {
    this.#all ??= this.#parsed();
    return this.#all;
  }

  #parsed(): IncomingHttpHeaders {
    const head = this.#head;
    const headers = Object.create(null) as IncomingHttpHeaders;
    for (let at = this.#start; at < head.length; ) {
      const colon = head.indexOf(':', at);
      const end = head.indexOf('\r', colon);
      const value = head.slice(colon + 1, end).replace(/^[ \t]+|[ \t]+$/g, '');
      headers[head.slice(at, colon).toLowerCase()] = value;
      at = end + 2;
    }
    return headers;
  }
}
