import type { IncomingHttpHeaders } from 'node:http';
import type { HeadForm } from './fast-lane-form.ts';

/** The headers of a request of a known form. Text is made of those that vary when somebody asks. */
export class FormedHeaders {
  readonly form: HeadForm;
  /** The request's, its head first. */
  readonly bytes: Buffer;
  /** Where the head ends, its empty line included, bytes. */
  readonly end: number;
  /** Where the values that vary begin and end; then where the head does. */
  readonly spans: readonly number[];
  #all: IncomingHttpHeaders | undefined;

  constructor(form: HeadForm, bytes: Buffer, spans: readonly number[]) {
    this.form = form;
    this.bytes = bytes;
    this.end = spans.at(-1) ?? 0;
    this.spans = spans;
  }

  get(name: string): string | undefined {
    const known = this.form.headers.get(name);
    return typeof known === 'number' ? this.#text(known) : known;
  }

  /** A header of the name's family `x-amz-` that is not among these; undefined when all are. */
  amzNameBeside(names: readonly string[]): string | undefined {
    for (const name of this.form.headers.keys()) {
      if (name.startsWith('x-amz-') && !names.includes(name)) return name;
    }
    return undefined;
  }

  /** As `IncomingMessage` has them. */
  get all(): IncomingHttpHeaders {
    if (this.#all !== undefined) return this.#all;
    const headers = Object.create(null) as IncomingHttpHeaders;
    for (const [name, known] of this.form.headers) {
      headers[name] = typeof known === 'number' ? this.#text(known) : known;
    }
    this.#all = headers;
    return headers;
  }

  #text(index: number): string {
    const start = this.form.varying[index]?.start ?? '';
    const value = this.bytes.toString('latin1', this.spans[2 * index], this.spans[2 * index + 1]);
    return start === '' ? value : start + value;
  }
}
