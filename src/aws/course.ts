import { claimedCredential } from './claimed-credential.ts';
import type { EndpointParts } from './endpoint-options.ts';
import type { FormedHeaders } from './fast-lane-formed-headers.ts';
import { protocolOf } from './protocols/registry.ts';
import { restInputPlan } from './protocols/rest-input.ts';
import { EMPTY_BODY } from './request-body.ts';
import type { WireRequest } from './request.ts';
import type { Destination } from './routing/destination.ts';
import type { Operation } from './schema/service-model.ts';
import { isBlob, isEventStream, isStream } from './schema/shape.ts';
import type { AnyOperationHandler } from './service.ts';
import type { Credential } from './sigv4-credential.ts';

/**
 * What is alike with all requests whose heads have one form: where they go, and what their input is but for the payload.
 * Nothing of who may do what: callers, signatures and permissions are looked at with each request.
 */
export interface Course {
  readonly destination: Destination;
  readonly operation: Operation;
  readonly handler: AnyOperationHandler;
  /** As claimed. */
  readonly credential: Credential | undefined;
  /** Simple values only. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The member that the body is. */
  readonly payload: string;
  /** The index of the varying header that may say that bodies are wrapped. */
  readonly wrapping: number | undefined;
}

const CAPITAL_S = 0x53;

/** Undefined when requests of the form may go another way each time. */
export function courseOf(
  { dispatcher, services }: EndpointParts,
  request: WireRequest,
  { form }: FormedHeaders,
): Course | undefined {
  const credential = claimedCredential(request.header('authorization'), request.query);
  const destination = dispatcher.dispatch(request, credential?.service);
  const operation = destination?.operation;
  const handler = operation && services.handler(operation);
  if (destination?.isByPathAlone !== true || operation === undefined || handler === undefined)
    return undefined;
  if (destination.protocol !== protocolOf('restJson1') || !isWhole(destination)) return undefined;
  const { payload, body, headers } = restInputPlan(operation);
  const isPayload = payload !== undefined && isBlob(payload.shape) && body === undefined;
  if (!isPayload || headers?.every((name) => form.isSteady(name)) !== true) return undefined;
  const declared = form.headers.get('x-amz-content-sha256');
  const isWrapped = typeof declared === 'string' && declared.startsWith('STREAMING-');
  if (isWrapped || form.headers.has('content-encoding')) return undefined;
  const { labels } = destination;
  const input = destination.protocol.readInput({ operation, request, labels, form: undefined }, EMPTY_BODY);
  if (Object.values(input).some((value) => typeof value === 'object')) return undefined;
  const wrapping = typeof declared === 'number' ? declared : undefined;
  return { destination, operation, handler, credential, input, payload: payload.name, wrapping };
}

/** Whether a request of the form may take the course: not when its body might be wrapped. */
export function mayTake({ wrapping }: Course, { bytes, spans }: FormedHeaders): boolean {
  return wrapping === undefined || bytes[spans[2 * wrapping] ?? 0] !== CAPITAL_S;
}

/** The input of a request that takes the course. */
export function inputAlong({ input, payload }: Course, body: Uint8Array): Record<string, unknown> {
  return body.length === 0 ? { ...input } : { ...input, [payload]: body };
}

/** Whether an operation is known, and neither its input nor its output is a stream. */
export function isWhole({ operation, protocol }: Destination): boolean {
  if (operation === undefined || protocol.streamsInput(operation)) return false;
  return !operation.output.members.some((member) => isStream(member.shape) || isEventStream(member));
}
