import { TRUNCATED, truncatedPayload } from './function-failure.ts';
import { LARGEST_RESPONSE_BYTES } from './runtime-link.ts';
import type { Receipt, ResponseStream } from './runtime-link.ts';

/** How a response in parts comes to its end. */
export interface ResponseHandlers {
  /** All of it, or nothing of one that was too large. False: nobody waits for it any more. */
  readonly onComplete: (payload: Uint8Array, tooLarge: boolean) => boolean;
  readonly onFailed: (payload: Uint8Array, declaredType: string | undefined) => boolean;
}

/** A response that comes in parts, for a caller who takes it as a whole: the parts are kept until it ends. */
export class CollectedResponse implements ResponseStream {
  readonly #handlers: ResponseHandlers;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(handlers: ResponseHandlers) {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array): boolean {
    this.#bytes += bytes.length;
    if (this.#bytes <= LARGEST_RESPONSE_BYTES) this.#parts.push(bytes);
    else this.#parts = [];
    return true;
  }

  whenReady(resume: () => void): void {
    resume();
  }

  end(): Receipt {
    const tooLarge = this.#bytes > LARGEST_RESPONSE_BYTES;
    if (!this.#handlers.onComplete(Buffer.concat(this.#parts), tooLarge)) return 'unknown';
    return tooLarge ? 'too-large' : 'accepted';
  }

  /** The caller gets the error alone, not the parts before it. */
  fail(payload: Uint8Array, declaredType: string | undefined): Receipt {
    return this.#handlers.onFailed(payload, declaredType) ? 'accepted' : 'unknown';
  }

  truncate(): void {
    this.fail(truncatedPayload(), TRUNCATED);
  }
}
