import { CollectedResponse } from '../collected-response.ts';
import type {
  OutcomeRefusal,
  ResponseStream,
  RestoreRequest,
  RuntimeEvents,
  RuntimeLink,
} from '../runtime-link.ts';

/** Stands where the environment does, and notes what the runtime says. */
export class RuntimeRecorder implements RuntimeEvents {
  readonly said: unknown[] = [];
  readonly known = 'id-1';
  readonly refusals = new Map<string, OutcomeRefusal>();
  link: RuntimeLink | undefined;
  takesNext = true;
  nexts = 0;
  isInitialising = true;
  /** A restore that can begin, and one that is under way. */
  canRestore = false;
  isRestoring = false;
  waiting: RestoreRequest | undefined;

  onNext(link: RuntimeLink): boolean {
    this.nexts += 1;
    if (this.takesNext) this.link = link;
    return this.takesNext;
  }

  onResponse(requestId: string, payload: Uint8Array, tooLarge: boolean): boolean {
    this.said.push(['response', requestId, Buffer.from(payload).toString(), tooLarge]);
    return requestId === this.known;
  }

  onStream(requestId: string, contentType: string | undefined): ResponseStream | undefined {
    this.said.push(['stream', requestId, contentType]);
    if (requestId !== this.known) return undefined;
    return new CollectedResponse({
      onComplete: (payload, tooLarge) => this.onResponse(requestId, payload, tooLarge),
      onFailed: (payload, declaredType) => this.onError(requestId, payload, declaredType),
    });
  }

  onError(requestId: string, payload: Uint8Array, declaredType: string | undefined): boolean {
    this.said.push(['error', requestId, Buffer.from(payload).toString(), declaredType]);
    return requestId === this.known;
  }

  refusalOf(requestId: string): OutcomeRefusal | undefined {
    return this.refusals.get(requestId);
  }

  onInitError(payload: Uint8Array, declaredType: string | undefined): boolean {
    this.said.push(['init-error', Buffer.from(payload).toString(), declaredType]);
    return this.isInitialising;
  }

  onRestoreNext(waiting: RestoreRequest): boolean {
    this.waiting = waiting;
    return this.canRestore;
  }

  onRestoreError(payload: Uint8Array, declaredType: string | undefined): boolean {
    if (this.isRestoring) this.said.push(['restore-error', Buffer.from(payload).toString(), declaredType]);
    return this.isRestoring;
  }

  onLog(): void {
    throw new Error('The Runtime API carries no log.');
  }
}
