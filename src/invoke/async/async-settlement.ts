import type { AsyncEvent } from '../../model/async-event.ts';
import type { Attempt, AttemptDependencies } from './async-attempt.ts';
import { deliveryOf } from './async-destination.ts';
import type { JournalEntry } from './async-journal.ts';

/** What an attempt means for the event on disk. */
export interface Settlement {
  readonly entry: JournalEntry;
  /** Events that wait on disk once the entry is there: the same one for later, or the record for its destination. */
  readonly waiting: readonly AsyncEvent[];
  /** Undefined: the event is not done with. */
  readonly counts: 'succeeded' | 'failed' | 'dropped' | undefined;
  readonly isUndelivered: boolean;
  /** What nobody else would hear of. */
  readonly notice: string | undefined;
}

export function settlementOf(
  deps: Pick<AttemptDependencies, 'clock' | 'configs' | 'invoker'>,
  event: AsyncEvent,
  attempt: Attempt,
): Settlement {
  const { step, problem } = attempt;
  if (step.kind === 'retry') {
    const { attempts, setbacks, afterMs } = step;
    return putBack({ ...event, attempts, setbacks, dueAtMs: deps.clock.now() + afterMs });
  }
  if (step.kind === 'drop') {
    const notice = `${nameOf(event)} was dropped: ${problem ?? 'its function is gone'}`;
    return { ...removal(event, []), counts: 'dropped', isUndelivered: false, notice };
  }
  const delivery = deliveryOf(deps, event, attempt);
  const isUndelivered = delivery.kind === 'failed';
  return {
    ...removal(event, delivery.kind === 'event' ? [delivery.event] : []),
    counts: step.condition === 'Success' ? 'succeeded' : 'failed',
    isUndelivered,
    notice: isUndelivered
      ? `${nameOf(event)} is done, but its record could not be delivered: ${delivery.reason}`
      : undefined,
  };
}

/** Leaves the event as it is to whoever comes first once it is due. */
export function putBack(event: AsyncEvent): Settlement {
  return {
    entry: { kind: 'put-back', event },
    waiting: [event],
    counts: undefined,
    isUndelivered: false,
    notice: undefined,
  };
}

function removal(event: AsyncEvent, followers: readonly AsyncEvent[]): Pick<Settlement, 'entry' | 'waiting'> {
  return { entry: { kind: 'settle', id: event.id, followers }, waiting: followers };
}

function nameOf({ requestId, name, accountId, region }: AsyncEvent): string {
  return `The event ${requestId} for ${name} (${accountId}, ${region})`;
}
