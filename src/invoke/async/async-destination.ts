import { randomUUID } from 'node:crypto';
import type { AsyncEvent } from '../../model/async-event.ts';
import { deadLetter } from '../../model/dead-letter.ts';
import { type DestinationMessage, targetService } from '../../model/destination-target.ts';
import { parseFunctionReference } from '../../model/function-reference.ts';
import { invocationRecord } from '../../model/invocation-record.ts';
import { ASYNC_PAYLOAD_LIMIT_BYTES } from '../../model/limits.ts';
import { checkSending } from '../../model/sending-rights.ts';
import { ServiceError } from '../../model/service-error.ts';
import type { Attempt, AttemptDependencies } from './async-attempt.ts';

/** What is to be delivered about an event that is done with. */
export type Delivery =
  | { readonly kind: 'none' }
  | { readonly kind: 'event'; readonly event: AsyncEvent }
  | { readonly kind: 'message'; readonly message: DestinationMessage }
  | { readonly kind: 'failed'; readonly reason: string };

/** The record of an event for the destination its configuration names: a message, or an event for that function. */
export async function deliveryOf(
  deps: Pick<AttemptDependencies, 'clock' | 'configs' | 'invoker' | 'target' | 'roles'>,
  event: AsyncEvent,
  { step, answer }: Attempt,
): Promise<Delivery> {
  if (step.kind !== 'end') return { kind: 'none' };
  const config = deps.configs.find(event, event.qualifier);
  const destination = step.condition === 'Success' ? config?.onSuccess : config?.onFailure;
  if (destination === undefined) return { kind: 'none' };
  const nowMs = deps.clock.now();
  const payload = invocationRecord(event, step, answer, nowMs);
  const bytes = Buffer.byteLength(payload);
  // With the lineage of the run: destinations can lead in a circle too.
  const traceHeader = answer?.traceId ?? event.traceHeader;
  const sender = { accountId: event.accountId, roleArn: deps.target(event)?.role };
  if (targetService(destination) !== 'lambda') {
    return { kind: 'message', message: { targetArn: destination, ...sender, body: payload, traceHeader } };
  }
  if (bytes > ASYNC_PAYLOAD_LIMIT_BYTES) {
    return { kind: 'failed', reason: `${destination} cannot take a record of ${bytes} bytes` };
  }
  try {
    checkSending(deps.roles, sender, destination);
    const target = parseFunctionReference(destination, undefined, event);
    const checked = deps.invoker.check(target);
    // A database that does not answer says nothing of the function: the record's own attempt asks again.
    if (checked instanceof Promise) await checked.catch(throwRefusal);
    return {
      kind: 'event',
      event: {
        ...target,
        id: randomUUID(),
        requestId: randomUUID(),
        traceHeader,
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

function throwRefusal(error: unknown): void {
  if (error instanceof ServiceError) throw error;
}

/** The event for the dead-letter target of its function; undefined when it succeeded or there is no such target. */
export function deadLetterOf(
  deps: Pick<AttemptDependencies, 'target'>,
  event: AsyncEvent,
  { outcome, step, answer, problem }: Attempt,
): DestinationMessage | undefined {
  if (step.kind !== 'end' || step.condition === 'Success') return undefined;
  const { deadLetterTargetArn: targetArn, role: roleArn } = deps.target(event) ?? {};
  if (targetArn === undefined) return undefined;
  const attempt = { outcome, payload: answer?.payload, problem };
  return deadLetter(event, attempt, { targetArn, roleArn }, answer?.traceId ?? event.traceHeader);
}
