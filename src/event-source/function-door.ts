import { randomUUID } from 'node:crypto';
import type { FunctionInvoker, InvokeAnswer } from '../invoke/function-invoker.ts';
import { parseAnyReference } from '../model/function-reference.ts';
import { ServiceError } from '../model/service-error.ts';

/** How one call of the function ended. */
export type RunOutcome =
  | { readonly kind: 'answered'; readonly requestId: string; readonly answer: InvokeAnswer }
  /** It did not run, for want of concurrency. */
  | { readonly kind: 'throttled'; readonly requestId: string }
  /** It did not run, and that may pass: it is missing, not ready, or the platform failed. */
  | { readonly kind: 'unavailable'; readonly requestId: string; readonly problem: string }
  /** It will never run with this: too large, or a loop between functions. */
  | { readonly kind: 'refused'; readonly requestId: string; readonly problem: string };

const REFUSALS: ReadonlySet<string> = new Set(['RecursiveInvocationException', 'RequestTooLargeException']);

/** A mapping's function, behind the single door. */
export class FunctionDoor {
  readonly #invoker: FunctionInvoker;
  readonly #target: ReturnType<typeof parseAnyReference>;
  readonly #hindrance: () => string | undefined;

  /**
   * @param functionArn with or without a qualifier
   * @param hindrance why nothing may be polled for the function now; undefined: it may
   */
  constructor(
    invoker: FunctionInvoker,
    functionArn: string,
    hindrance: () => string | undefined = () => undefined,
  ) {
    const [, , , region = '', accountId = ''] = functionArn.split(':');
    this.#invoker = invoker;
    this.#hindrance = hindrance;
    this.#target = parseAnyReference(functionArn, undefined, { accountId, region });
  }

  /** Why the function could not be called now; undefined: it could. */
  async problem(): Promise<string | undefined> {
    try {
      await this.#invoker.check(this.#target);
      return this.#hindrance();
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Never rejects. @param event JSON text */
  async run(event: string, traceId: string | undefined): Promise<RunOutcome> {
    const requestId = randomUUID();
    try {
      const answer = await this.#invoker.invoke({
        ...this.#target,
        payload: Buffer.from(event),
        requestId,
        traceId,
        clientContext: undefined,
        wantsLogTail: false,
      });
      return { kind: 'answered', requestId, answer };
    } catch (error) {
      const code = error instanceof ServiceError ? error.code : '';
      if (code === 'TooManyRequestsException') return { kind: 'throttled', requestId };
      const kind = REFUSALS.has(code) ? 'refused' : 'unavailable';
      return { kind, requestId, problem: messageOf(error) };
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
