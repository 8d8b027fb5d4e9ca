import { randomUUID } from 'node:crypto';
import type { AsyncEvent } from '../../model/async-event.ts';
import type { InvokeRequest } from '../function-invoker.ts';
import { queuedTraceHeader } from '../trace-id.ts';

/** An event for a function, to be run after the caller has been answered. */
export type AsyncRequest = Pick<
  InvokeRequest,
  'accountId' | 'region' | 'name' | 'qualifier' | 'payload' | 'requestId' | 'traceId'
>;

/** Where events are accepted that nobody waits for. */
export interface AsyncInvoker {
  /** Resolves, with the trace header the event runs under, when the event is on disk. Throws 404 and 409 as an invoke does. */
  accept(request: AsyncRequest): Promise<string>;
}

/** The trace header that an event's attempts run under. */
export type QueuedTrace = (request: AsyncRequest, eventId: string, nowMs: number) => string;

/** Of an event whose function only passes traces on. */
const passedOn: QueuedTrace = ({ traceId }, _eventId, nowMs) => queuedTraceHeader(traceId, nowMs);

/** A request as the event it becomes at this moment. */
export function acceptedEvent(
  request: AsyncRequest,
  traceOf: QueuedTrace | undefined,
  nowMs: number,
): AsyncEvent {
  const id = randomUUID();
  const { buffer, byteOffset, byteLength } = request.payload;
  return {
    id,
    accountId: request.accountId,
    region: request.region,
    name: request.name,
    qualifier: request.qualifier,
    requestId: request.requestId,
    traceHeader: (traceOf ?? passedOn)(request, id, nowMs),
    payload: Buffer.from(buffer, byteOffset, byteLength).toString('utf8'),
    acceptedAtMs: nowMs,
    dueAtMs: nowMs,
    attempts: 0,
    setbacks: 0,
  };
}
