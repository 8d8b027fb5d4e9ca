import { randomUUID } from 'node:crypto';
import type { Invocation } from '../../model/invocation.ts';
import type { RuntimeEvents, RuntimeLink } from '../runtime-link.ts';

export interface Delivery {
  readonly invocation: Invocation;
  readonly deadlineMs: number;
  /** Unique for each attempt, unlike the request id. */
  readonly invocationId: string;
}

/** What a "next" is answered with: the few members of `ServerResponse` that takes. */
export interface NextResponse {
  /** All of it was handed to the system. */
  readonly writableFinished: boolean;
  writeHead(status: 200, headers: Readonly<Record<string, string | number>>): unknown;
  end(body: Uint8Array): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** The runtime's end of the Runtime API. */
export interface RuntimeClient extends RuntimeLink {
  readonly events: RuntimeEvents;
  /** Parks a "next" until there is an event. False: out of turn. */
  park(response: NextResponse): boolean;
  /** Whether an echoed `Lambda-Runtime-Invocation-Id` names an attempt in hand. */
  isCurrentAttempt(invocationId: string): boolean;
  /** The process has gone. */
  reset(): void;
}

/** The runtime of one environment, as its Runtime API sees it: the parked "next" and what was last delivered. */
export class RuntimeApiClient implements RuntimeClient {
  readonly carriesLogs = false;
  readonly events: RuntimeEvents;
  #parked: NextResponse | undefined;
  #undelivered: Delivery | undefined;
  #delivered: Delivery | undefined;

  constructor(events: RuntimeEvents) {
    this.events = events;
  }

  park(response: NextResponse): boolean {
    // A runtime whose connection broke asks again, and gets the event it missed.
    const asksAgain = this.#undelivered !== undefined || this.#parked !== undefined;
    if (!asksAgain && !this.events.onNext(this)) return false;
    this.#parked?.destroy();
    this.#parked = response;
    response.once('close', () => {
      if (this.#parked === response) this.#parked = undefined;
    });
    // Missed, or delivered by `onNext` before this response was parked.
    if (this.#undelivered !== undefined) this.#send(this.#undelivered);
    return true;
  }

  deliver(invocation: Invocation, deadlineMs: number): void {
    this.#send({ invocation, deadlineMs, invocationId: randomUUID() });
  }

  isCurrentAttempt(invocationId: string): boolean {
    return this.#delivered?.invocationId === invocationId;
  }

  reset(): void {
    this.#parked?.destroy();
    this.#parked = undefined;
    this.#undelivered = undefined;
    this.#delivered = undefined;
  }

  #send(delivery: Delivery): void {
    const response = this.#parked;
    if (response === undefined) {
      this.#undelivered = delivery;
      return;
    }
    this.#parked = undefined;
    this.#undelivered = undefined;
    this.#delivered = delivery;
    response.once('close', () => {
      // Not written whole: the runtime never saw the event.
      if (!response.writableFinished && this.#delivered === delivery) this.#undelivered = delivery;
    });
    response.writeHead(200, nextHeaders(delivery));
    response.end(delivery.invocation.payload);
  }
}

export function nextHeaders({
  invocation,
  deadlineMs,
  invocationId,
}: Delivery): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/json',
    'Content-Length': invocation.payload.length,
    'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
    'Lambda-Runtime-Deadline-Ms': deadlineMs,
    'Lambda-Runtime-Invoked-Function-Arn': invocation.invokedFunctionArn,
    'Lambda-Runtime-Trace-Id': invocation.traceId,
    'Lambda-Runtime-Invocation-Id': invocationId,
  };
  const { clientContext, cognitoIdentity, tenantId } = invocation;
  if (clientContext !== undefined) headers['Lambda-Runtime-Client-Context'] = headerText(clientContext);
  if (cognitoIdentity !== undefined) headers['Lambda-Runtime-Cognito-Identity'] = headerText(cognitoIdentity);
  if (tenantId !== undefined) headers['Lambda-Runtime-Aws-Tenant-Id'] = tenantId;
  return headers;
}

/** A header holds no line breaks and no characters past Latin-1; JSON can spell both as escapes. */
function headerText(json: string): string {
  return json
    .replaceAll(/[\r\n\t]/g, ' ')
    .replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
