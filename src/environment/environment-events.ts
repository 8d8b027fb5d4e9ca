import type { EnvironmentParts } from './environment-parts.ts';
import type { EnvironmentLifecycle } from './environment-state.ts';
import { initFailed } from './function-failure.ts';
import type { InvocationInHand } from './invocation-in-hand.ts';
import type {
  OutcomeRefusal,
  ResponseStream,
  RestoreRequest,
  RuntimeEvents,
  RuntimeLink,
} from './runtime-link.ts';
import type { RuntimeProcess } from './runtime-process.ts';

export interface EnvironmentEventsParts extends Pick<EnvironmentParts<unknown>, 'log' | 'version'> {
  readonly lifecycle: EnvironmentLifecycle;
  readonly inHand: InvocationInHand;
  /** Made with these events. */
  readonly process: () => RuntimeProcess;
  readonly onNext: (link: RuntimeLink) => boolean;
}

/** What the runtime of an environment says, passed on to the part that it concerns. */
export class EnvironmentEvents implements RuntimeEvents {
  readonly onNext: (link: RuntimeLink) => boolean;
  readonly #parts: EnvironmentEventsParts;
  readonly #inHand: InvocationInHand;

  constructor(parts: EnvironmentEventsParts) {
    this.#parts = parts;
    this.#inHand = parts.inHand;
    this.onNext = parts.onNext;
  }

  onResponse(requestId: string, payload: Uint8Array, tooLarge: boolean): boolean {
    return this.#inHand.respond(requestId, payload, tooLarge);
  }

  onStream(requestId: string, contentType: string | undefined): ResponseStream | undefined {
    return this.#inHand.stream(requestId, contentType);
  }

  onError(requestId: string, payload: Uint8Array, declaredType?: string, cause?: string): boolean {
    return this.#inHand.respondError(requestId, payload, declaredType, cause);
  }

  refusalOf(requestId: string): OutcomeRefusal | undefined {
    return this.#inHand.refusalOf(requestId);
  }

  /** Some of AWS's clients say by this, too, that an after-restore hook failed. */
  onInitError(payload: Uint8Array, declaredType: string | undefined): boolean {
    return this.#report(payload, declaredType);
  }

  onRestoreNext(waiting: RestoreRequest): boolean {
    const { process, version } = this.#parts;
    return version.snapStart === true && !this.#isRestoring && process().awaitsRestore(waiting);
  }

  onRestoreError(payload: Uint8Array, declaredType: string | undefined): boolean {
    return this.#isRestoring && this.#report(payload, declaredType);
  }

  onLog(message: string): void {
    this.#parts.log.event(message);
  }

  get #isRestoring(): boolean {
    return this.#parts.lifecycle.current === 'restoring';
  }

  #report(payload: Uint8Array, declaredType: string | undefined): boolean {
    // To read what a function makes up takes time.
    return this.#parts.process().reportInitError(() => initFailed(payload, declaredType));
  }
}
