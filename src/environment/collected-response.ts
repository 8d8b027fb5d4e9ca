import { LARGEST_RESPONSE_BYTES } from './runtime-link.ts';
import type { Receipt, ResponseStream } from './runtime-link.ts';

export interface CollectedResponseHandlers {
  /** All of it, or nothing of one that was too large. False: nobody waits for it any more. */
  readonly onComplete: (payload: Uint8Array, tooLarge: boolean) => boolean;
  readonly onFailed: (payload: Uint8Array, declaredType: string | undefined) => boolean;
}

/** A response that comes in parts, for a caller who takes it as a whole: the parts are kept until it ends. */
export class CollectedResponse implements ResponseStream {
  readonly #handlers: CollectedResponseHandlers;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(handlers: CollectedResponseHandlers) {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes <= LARGEST_RESPONSE_BYTES) this.#parts.push(bytes);
    else this.#parts = [];
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
}
