import type { IncomingHttpHeaders } from 'node:http';
import type { CallerIdentity } from '../../../model/identity/caller-identity.ts';
import type { RequestContext } from '../../../aws/service.ts';

/**
 * The request of a caller whom another account's policy lets in. To the operation it looks like one of that account's
 * own, so that everything it reads and writes is in the account it was let into, and nothing else.
 */
export class ForeignContext implements RequestContext {
  readonly accountId: string;
  /** Whether the policy allows a further action on the same resource. */
  readonly permits: (action: string) => boolean;
  readonly #caller: RequestContext;

  constructor(caller: RequestContext, accountId: string, permits: (action: string) => boolean) {
    this.#caller = caller;
    this.accountId = accountId;
    this.permits = permits;
  }

  get requestId(): string {
    return this.#caller.requestId;
  }

  get region(): string {
    return this.#caller.region;
  }

  get accessKeyId(): string | undefined {
    return this.#caller.accessKeyId;
  }

  get caller(): CallerIdentity {
    return this.#caller.caller;
  }

  get service(): string {
    return this.#caller.service;
  }

  get operation(): string {
    return this.#caller.operation;
  }

  get sourceIp(): string | undefined {
    return this.#caller.sourceIp;
  }

  get headers(): IncomingHttpHeaders {
    return this.#caller.headers;
  }

  header(name: string): string | undefined {
    return this.#caller.header(name);
  }

  get origin(): string {
    return this.#caller.origin;
  }

  get contentLength(): number {
    return this.#caller.contentLength;
  }

  get signal(): AbortSignal {
    return this.#caller.signal;
  }

  get patience(): AbortSignal {
    return this.#caller.patience;
  }

  setHeader(name: string, value: string): void {
    this.#caller.setHeader(name, value);
  }
}

/** Whether a request may do something beside what it asks for: callers from another account need a permission for it. */
export function mayAlso(context: RequestContext, action: string): boolean {
  return !(context instanceof ForeignContext) || context.permits(action);
}
