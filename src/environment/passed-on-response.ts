import type { ResponseSink } from '../model/invocation.ts';
import type { ResponseHandlers } from './collected-response.ts';
import { TRUNCATED, truncatedPayload } from './function-failure.ts';
import { LARGEST_STREAM_BYTES } from './runtime-link.ts';
import type { Receipt, ResponseStream } from './runtime-link.ts';

const NOTHING = new Uint8Array();

/** A response whose parts go on to the caller as they come. Its result has no payload of its own. */
export class PassedOnResponse implements ResponseStream {
  readonly #sink: ResponseSink;
  readonly #handlers: ResponseHandlers;
  #bytes = 0;

  constructor(sink: ResponseSink, handlers: ResponseHandlers) {
    this.#sink = sink;
    this.#handlers = handlers;
  }

  /** What goes over the limit is left out, and shows as an error at the end. */
  write(bytes: Uint8Array): boolean {
    this.#bytes += bytes.length;
    return this.#bytes > LARGEST_STREAM_BYTES || this.#sink.write(bytes);
  }

  whenReady(resume: () => void): void {
    this.#sink.whenReady(resume);
  }

  end(): Receipt {
    const tooLarge = this.#bytes > LARGEST_STREAM_BYTES;
    if (!this.#handlers.onComplete(NOTHING, tooLarge)) return 'unknown';
    return tooLarge ? 'too-large' : 'accepted';
  }

  fail(payload: Uint8Array, declaredType: string | undefined): Receipt {
    return this.#handlers.onFailed(payload, declaredType) ? 'accepted' : 'unknown';
  }

  truncate(): void {
    this.#handlers.onFailed(truncatedPayload(), TRUNCATED);
  }
}
