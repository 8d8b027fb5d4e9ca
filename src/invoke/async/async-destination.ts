import { randomUUID } from 'node:crypto';
import type { AsyncEvent } from '../../model/async-event.ts';
import { parseFunctionReference } from '../../model/function-reference.ts';
import { invocationRecord } from '../../model/invocation-record.ts';
import { ASYNC_PAYLOAD_LIMIT_BYTES } from '../../model/limits.ts';
import type { Attempt, AttemptDependencies } from './async-attempt.ts';

/** What is to be delivered about an event that is done with. */
export type Delivery =
  | { readonly kind: 'none' }
  | { readonly kind: 'event'; readonly event: AsyncEvent }
  | { readonly kind: 'failed'; readonly reason: string };

/** The record of an event for the destination its configuration names, as an event for that function. */
export function deliveryOf(
  deps: Pick<AttemptDependencies, 'clock' | 'configs' | 'invoker'>,
  event: AsyncEvent,
  { step, answer }: Attempt,
): Delivery {
  if (step.kind !== 'end') return { kind: 'none' };
  const config = deps.configs.find(event, event.qualifier);
  const destination = step.condition === 'Success' ? config?.onSuccess : config?.onFailure;
  if (destination === undefined) return { kind: 'none' };
  const nowMs = deps.clock.now();
  const payload = invocationRecord(event, step, answer, nowMs);
  const bytes = Buffer.byteLength(payload);
  if (bytes > ASYNC_PAYLOAD_LIMIT_BYTES) {
    return { kind: 'failed', reason: `${destination} cannot take a record of ${bytes} bytes` };
  }
  try {
    const target = parseFunctionReference(destination, undefined, event);
    deps.invoker.check(target);
    return {
      kind: 'event',
      event: {
        ...target,
        id: randomUUID(),
        requestId: randomUUID(),
        // With the lineage of the run: destinations can lead in a circle too.
        traceHeader: answer?.traceId ?? event.traceHeader,
        payload,
        acceptedAtMs: nowMs,
        dueAtMs: nowMs,
        attempts: 0,
        setbacks: 0,
      },
    };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
