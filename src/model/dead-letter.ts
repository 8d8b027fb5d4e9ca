import type { AsyncEvent, AttemptOutcome } from './async-event.ts';
import type { DestinationMessage } from './destination-target.ts';

const ERROR_MESSAGE_LIMIT = 1024;

/** How the last attempt at an event ended. */
export interface LastAttempt {
  readonly outcome: AttemptOutcome | 'too-old';
  /** What the function answered, if it ran: the JSON of its error. */
  readonly payload: Uint8Array | undefined;
  /** What kept it from running. */
  readonly problem: string | undefined;
}

/** The event as it was sent, with attributes that say what went wrong. */
export function deadLetter(
  event: AsyncEvent,
  attempt: LastAttempt,
  { targetArn, roleArn }: Pick<DestinationMessage, 'targetArn' | 'roleArn'>,
  traceHeader: string,
): DestinationMessage {
  const text = errorMessage(attempt).slice(0, ERROR_MESSAGE_LIMIT);
  return {
    targetArn,
    accountId: event.accountId,
    roleArn,
    body: event.payload,
    traceHeader,
    attributes: {
      RequestID: { dataType: 'String', stringValue: event.requestId },
      ErrorCode: { dataType: 'Number', stringValue: String(errorCode(attempt)) },
      // No attribute is ever empty.
      ...(text !== '' && { ErrorMessage: { dataType: 'String', stringValue: text } }),
    },
  };
}

/** The status an invoke would have been answered with: 200 also when the function failed. */
function errorCode({ outcome, payload }: LastAttempt): number {
  if (payload !== undefined) return 200;
  if (outcome === 'recursive') return 400;
  return outcome === 'platform-error' ? 500 : 429;
}

function errorMessage({ payload, problem }: LastAttempt): string {
  if (payload === undefined) return storable(problem ?? 'Rate Exceeded.');
  const text = Buffer.from(payload).toString('utf8');
  try {
    const error = JSON.parse(text) as { readonly errorMessage?: unknown } | null;
    return storable(typeof error?.errorMessage === 'string' ? error.errorMessage : text);
  } catch {
    return storable(text);
  }
}

/** A message attribute holds what XML can: control characters and halves of pairs are left out. */
function storable(text: string): string {
  return text.replaceAll(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
}
