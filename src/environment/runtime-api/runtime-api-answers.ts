import type { ServerResponse } from 'node:http';
import { LARGEST_RESPONSE_BYTES } from '../runtime-link.ts';
import type { OutcomeRefusal, Receipt } from '../runtime-link.ts';
import { ACCEPTED, errorBody } from './acknowledgements.ts';
import type { RuntimeClient } from './runtime-api-client.ts';

/** What AWS calls the states of a runtime, as far as refusals name them. */
type RuntimeState =
  | 'InitError'
  | 'InvocationErrorResponse'
  | 'InvocationResponse'
  | 'Ready'
  | 'Running'
  | 'RuntimeResponseSentState';

export function acknowledge(receipt: Exclude<Receipt, 'unknown'>, response: ServerResponse): void {
  if (receipt === 'accepted') answer(response, 202, ACCEPTED);
  else {
    const message = `Exceeded maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes).`;
    refuse(response, 413, 'RequestEntityTooLarge', message);
  }
}

/** Nobody waits for that response or error: it is a second one for the event in hand, or none of an event in hand. */
export function refuseOutcome(
  client: RuntimeClient,
  requestId: string,
  wanted: 'InvocationErrorResponse' | 'InvocationResponse',
  response: ServerResponse,
): void {
  const refusal = client.events.refusalOf(requestId);
  if (refusal === undefined) refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
  else if (refusal === 'timed-out') refuse(response, 410, 'InvokeTimeout', 'Invoke timeout');
  else refuseTransition(stateAt(refusal, client), wanted, response);
}

function stateAt(refusal: Exclude<OutcomeRefusal, 'timed-out'>, { isWaiting }: RuntimeClient): RuntimeState {
  if (refusal === 'responding') return 'InvocationResponse';
  // Extensions are not done with the event yet.
  return isWaiting ? 'Ready' : 'RuntimeResponseSentState';
}

/** In the words of AWS's runtime interface emulator, which shares this part with the service. */
export function refuseTransition(from: RuntimeState, to: RuntimeState, response: ServerResponse): void {
  const text = `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`;
  refuse(response, 403, 'InvalidStateTransition', text);
}

export function refuseUnknown(path: string, response: ServerResponse): void {
  refuse(response, 404, 'ResourceNotFound', `The Runtime API has no ${path}.`);
}

/** Either it has no SnapStart, or it is at another point of its life. */
export function refuseRestore(response: ServerResponse): void {
  refuse(response, 403, 'InvalidStateTransition', 'There is nothing to restore now.');
}

export function refuseAttempt(response: ServerResponse): void {
  refuse(response, 400, 'InvalidInvocationId', 'Invalid invocation ID');
}

export function refuse(
  response: ServerResponse,
  status: number,
  errorType: string,
  errorMessage: string,
): void {
  answer(response, status, errorBody(errorType, errorMessage));
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
